import Glibc
import Synchronization
import Witan
import WitanProofs

/// Rules on claims on all cores, in processes of their own or in this one, and remembers what was ruled.
///
/// A claim that crashes the solver, eats memory or hangs takes its worker with it and nothing else: it is rejected with
/// that reason, and the worker is replaced. A worker that dies is not held against the claim at once, for anything can
/// kill a process: the claim is tried again on a new one.
///
/// Whoever can wait asks for ``rulings(on:)``. Whoever can't has claims judged by ``judge(_:isUrgent:then:)`` and is told.
public final class ProofPool: Adjudicator {
  /// Where claims are judged.
  public enum Isolation: Sendable {
    /// In worker processes: this executable with these arguments must call ``ProofWorker/serve()``.
    case processes(executable: String, arguments: [String])
    /// In this process, on threads of its own: for claims by those who may crash it anyway.
    case none
  }

  private let lanes: [Lane]
  private let line = ClaimLine()
  private let memory: RulingMemory
  /// The lanes' threads, from the first claim on.
  private let threads = Mutex<[pthread_t]>([])

  /// After so many claims a worker is replaced: the solver never forgets a name that it has seen.
  static let claimsPerWorker = 10_000

  /// A pool of so many lanes; as many as there are cores where nothing is said.
  public init(_ isolation: Isolation, lanes: Int? = nil, cached: Int = 65_536) {
    let count = lanes ?? sysconf(Int32(_SC_NPROCESSORS_ONLN))
    self.lanes = (0..<max(1, count)).map { _ in Lane(isolation) }
    memory = RulingMemory(limit: cached)
  }

  deinit {
    line.close()
    for lane in lanes { lane.close() }
    for thread in threads.withLock({ $0 }) {
      // Whoever is told last may be the one to give the pool up.
      if pthread_equal(thread, pthread_self()) != 0 {
        pthread_detach(thread)
      } else {
        pthread_join(thread, nil)
      }
    }
  }

  /// How many claims are judged at once.
  public var width: Int { lanes.count }

  /// A ruling on each claim, in order.
  public func rulings(on claims: [Claim]) -> [Ruling] {
    memory.rulings(on: claims) { hearings(on: $0).map(\.ruling) }
  }

  /// What was ruled on claims before; nil for those that aren't known.
  public func knownRulings(on claims: [Claim]) -> [Ruling?] { memory.known(claims) }

  /// Has claims judged and returns at once; tells the rulings, in order, on a thread of the pool's. What is urgent
  /// is judged before all that isn't and still waits. A pool that is given up rejects what it is at, and forgets the rest.
  public func judge(
    _ claims: [Claim], isUrgent: Bool = false, then tell: @escaping @Sendable ([Ruling]) -> Void
  ) {
    hear(claims, isUrgent: isUrgent) { [memory] hearings in
      let rulings = hearings.map(\.ruling)
      memory.keep(rulings, on: claims)
      tell(rulings)
    }
  }

  /// A ruling on each claim, in order, with how long it took and, if wanted, what the solver counted. Nothing of it
  /// comes from memory.
  public func hearings(on claims: [Claim], statistics: Bool = false) -> [Hearing] {
    let outcome = Gate<[Hearing]?>(nil)
    hear(claims, statistics: statistics) { hearings in outcome.enter { $0 = hearings } }
    return outcome.wait { $0 }
  }

  /// The processes that work for the pool now.
  var workers: [pid_t] { lanes.compactMap(\.worker) }

  private func hear(
    _ claims: [Claim], statistics: Bool = false, isUrgent: Bool = false,
    then tell: @escaping @Sendable ([Hearing]) -> Void
  ) {
    let none = Hearing(Ruling(.rejected(.unavailable("no thread could be had"))))
    let blank = [Hearing](repeating: none, count: claims.count)
    guard !claims.isEmpty, startThreads() else { return tell(blank) }
    let collected = Collected(blank)
    line.append(
      claims.enumerated().map { place, claim in
        ClaimLine.Turn(question: WorkerQuestion(claim: claim, wantsStatistics: statistics)) {
          if let all = collected.add($0, at: place) { tell(all) }
        }
      }, isUrgent: isUrgent)
  }

  /// False where there is no thread at all.
  private func startThreads() -> Bool {
    threads.withLock { threads in
      guard threads.isEmpty else { return true }
      threads = lanes.compactMap { [line] lane in Self.thread { lane.serve(line) } }
      return !threads.isEmpty
    }
  }

  /// Hearings as they come in, in whatever order.
  private final class Collected: Sendable {
    private let made: Mutex<(hearings: [Hearing], open: Int)>

    init(_ blank: [Hearing]) { made = Mutex((blank, blank.count)) }

    /// Adds one; all of them, if it was the last.
    func add(_ hearing: Hearing, at place: Int) -> [Hearing]? {
      made.withLock { made in
        made.hearings[place] = hearing
        made.open -= 1
        return made.open == 0 ? made.hearings : nil
      }
    }
  }

  // MARK: Threads

  /// The solver recurses, and the usual stack of a thread that isn't the first may be small.
  private static let stackBytes = 64 << 20

  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// A thread that does this; nil where none can be had.
  private static func thread(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let code = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      work.release()
      return nil
    }
    return thread
  }
}
