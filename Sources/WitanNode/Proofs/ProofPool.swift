import Glibc
import Synchronization
import Witan
import WitanProofs

/// Rules on claims on all cores, in processes of their own or in this one, and remembers what was ruled.
///
/// A claim that crashes the solver, eats memory or hangs takes its worker with it and nothing else: it is rejected with
/// that reason, and the worker is replaced. A worker that dies is not held against the claim at once, for anything can
/// kill a process: the claim is tried again on a new one.
public final class ProofPool: Adjudicator {
  /// Where claims are judged.
  public enum Isolation: Sendable {
    /// In worker processes: this executable with these arguments must call ``ProofWorker/serve()``.
    case processes(executable: String, arguments: [String])
    /// In this process, on threads of its own: for claims by those who may crash it anyway.
    case none
  }

  private let isolation: Isolation
  private let lanes: [Lane]
  private let memory: RulingMemory

  /// One worker, and whoever uses it.
  private final class Lane: Sendable {
    let worker = Mutex<WorkerProcess?>(nil)
  }

  /// After so many claims a worker is replaced: the solver never forgets a name that it has seen.
  static let claimsPerWorker = 10_000

  /// How often a claim is tried that takes its worker along.
  private static let attempts = 2
  /// How often one is tried whose worker is killed: no claim can bring that about itself, but for a machine that has no
  /// memory left.
  private static let attemptsAfterKills = 6

  /// A pool of so many lanes; as many as there are cores where nothing is said.
  public init(_ isolation: Isolation, lanes: Int? = nil, cached: Int = 65_536) {
    self.isolation = isolation
    let count = lanes ?? sysconf(Int32(_SC_NPROCESSORS_ONLN))
    self.lanes = (0..<max(1, count)).map { _ in Lane() }
    memory = RulingMemory(limit: cached)
  }

  /// A ruling on each claim, in order.
  public func rulings(on claims: [Claim]) -> [Ruling] {
    memory.rulings(on: claims) { hearings(on: $0).map(\.ruling) }
  }

  /// A ruling on each claim, in order, with how long it took and, if wanted, what the solver counted. Nothing of it
  /// comes from memory.
  public func hearings(on claims: [Claim], statistics: Bool = false) -> [Hearing] {
    let next = Atomic<Int>(0)
    let made = Mutex<[(Int, Hearing)]>([])
    let work: @Sendable (Int) -> Void = { [lanes] lane in
      lanes[lane].worker.withLock { worker in
        while true {
          let turn = next.add(1, ordering: .relaxed).oldValue
          guard turn < claims.count else { return }
          let question = WorkerQuestion(claim: claims[turn], wantsStatistics: statistics)
          let hearing = self.hearing(of: question, by: &worker)
          made.withLock { $0.append((turn, hearing)) }
        }
      }
    }
    let count = min(lanes.count, claims.count)
    // A thread of its own is for the solver's deep recursion; whoever only waits for a worker needs none.
    if count == 1, case .processes = isolation { work(0) } else { Threads.run(count, work) }
    var hearings = [Hearing](
      repeating: Hearing(Ruling(.rejected(.unavailable("no thread could be had")))),
      count: claims.count)
    for (index, hearing) in made.withLock({ $0 }) { hearings[index] = hearing }
    return hearings
  }

  /// The processes that work for the pool now.
  var workers: [pid_t] {
    lanes.compactMap { lane in lane.worker.withLock { $0?.id } }
  }

  private func hearing(
    of question: WorkerQuestion, by worker: inout sending WorkerProcess?
  ) -> Hearing {
    guard case .processes(let executable, let arguments) = isolation else {
      return question.answer()
    }
    var last = Ruling.Rejection.unavailable("no worker process could be started")
    var (own, foreign) = (0, 0)
    while own < Self.attempts, foreign < Self.attemptsAfterKills {
      if worker == nil || (worker?.count ?? 0) >= Self.claimsPerWorker {
        worker = WorkerProcess(.init(executable: executable, arguments: arguments))
      }
      switch worker?.ask(question) {
      case .hearing(let hearing)?:
        if hearing.ruling.outcome == .rejected(.outOfMemory) { worker = nil }
        return hearing
      case .lost(let reason)?:
        worker = nil
        last = reason
        // It had its time, and would take as much again.
        if reason == .timedOut { return Hearing(Ruling(.rejected(reason))) }
        if reason == .crashed(signal: SIGKILL) { foreign += 1 } else { own += 1 }
      case nil: own += 1
      }
    }
    return Hearing(Ruling(.rejected(last)))
  }
}

/// Threads that are there for one piece of work.
enum Threads {
  /// The solver recurses, and the usual stack of a thread that isn't the first may be small.
  private static let stackBytes = 64 << 20

  private final class Work: Sendable {
    let body: @Sendable (Int) -> Void
    let index: Int

    init(_ index: Int, _ body: @escaping @Sendable (Int) -> Void) {
      self.index = index
      self.body = body
    }
  }

  /// Runs `body` on so many threads at once and returns when all have ended; on fewer where no more can be had.
  static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    var threads: [pthread_t] = []
    for index in 0..<count {
      var thread = pthread_t()
      let work = Unmanaged.passRetained(Work(index, body))
      let code = pthread_create(
        &thread, &attributes,
        { argument in
          guard let argument else { return nil }
          let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
          work.body(work.index)
          return nil
        }, work.toOpaque())
      if code == 0 { threads.append(thread) } else { work.release() }
    }
    for thread in threads { pthread_join(thread, nil) }
  }
}
