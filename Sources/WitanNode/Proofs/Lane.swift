import Glibc
import Synchronization
import Witan
import WitanProofs

/// One claim at a time, in this process or by a worker that is replaced when it dies.
final class Lane: Sendable {
  /// What others may see of a lane, and do to it.
  private struct Standing {
    /// The worker that it has now.
    var worker: pid_t?
    var isClosed = false
  }

  private let isolation: ProofPool.Isolation
  private let standing = Mutex(Standing())

  /// How often a claim is tried that takes its worker along.
  private static let attempts = 2
  /// How often one is tried whose worker is killed: no claim can bring that about itself, but for a machine that has no
  /// memory left.
  private static let attemptsAfterKills = 6

  init(_ isolation: ProofPool.Isolation) { self.isolation = isolation }

  /// The process that works for it now.
  var worker: pid_t? { standing.withLock { $0.worker } }

  /// Serves a line until it is closed.
  func serve(_ line: ClaimLine) {
    var worker: WorkerProcess?
    while let turn = line.next() { turn.tell(hearing(of: turn.question, by: &worker)) }
    dismiss(&worker)
  }

  /// Gives up whatever is being judged: for whoever waits no longer.
  func close() {
    standing.withLock { standing in
      standing.isClosed = true
      if let worker = standing.worker { kill(worker, SIGKILL) }
    }
  }

  private func hearing(of question: WorkerQuestion, by worker: inout WorkerProcess?) -> Hearing {
    guard case .processes(let executable, let arguments) = isolation else {
      return question.answer()
    }
    let launch = WorkerProcess.Launch(executable: executable, arguments: arguments)
    var last = Ruling.Rejection.unavailable("no worker process could be started")
    var (own, foreign) = (0, 0)
    while own < Self.attempts, foreign < Self.attemptsAfterKills {
      if let count = worker?.count, count >= ProofPool.claimsPerWorker { dismiss(&worker) }
      if worker == nil, !employ(&worker, launch) { break }
      switch worker?.ask(question) {
      case .hearing(let hearing)?:
        if hearing.ruling.outcome == .rejected(.outOfMemory) { dismiss(&worker) }
        return hearing
      case .lost(let reason)?:
        dismiss(&worker)
        last = reason
        // It had its time, and would take as much again.
        if reason == .timedOut { return Hearing(Ruling(.rejected(reason))) }
        if reason == .crashed(signal: SIGKILL) { foreign += 1 } else { own += 1 }
      case nil: own += 1
      }
    }
    return Hearing(Ruling(.rejected(last)))
  }

  /// Starts a worker, if the system lets it; false where there is no use any more.
  private func employ(_ worker: inout WorkerProcess?, _ launch: WorkerProcess.Launch) -> Bool {
    guard !standing.withLock({ $0.isClosed }) else { return false }
    worker = WorkerProcess(launch)
    let id = worker?.id
    return standing.withLock { standing in
      standing.worker = id
      if standing.isClosed, let id { kill(id, SIGKILL) }
      return !standing.isClosed
    }
  }

  /// Lets a worker go. Nobody else may name it after that: another process may get its number.
  private func dismiss(_ worker: inout WorkerProcess?) {
    standing.withLock { $0.worker = nil }
    worker = nil
  }
}
