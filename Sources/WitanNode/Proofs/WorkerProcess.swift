import Glibc
import Witan
import WitanProofs

/// A worker, seen from outside: a process that is killed and waited for when this value goes.
struct WorkerProcess: ~Copyable {
  /// How a worker is started.
  struct Launch: Sendable {
    let executable: String
    let arguments: [String]
  }

  /// The process, for those who want to see it die.
  let id: pid_t
  private let socket: Int32
  /// How many claims it has judged.
  private(set) var count = 0

  /// Starts a worker; nil when the system refuses.
  init?(_ launch: Launch) {
    var ends: [Int32] = [-1, -1]
    // No child but the one it is for may inherit either end.
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO)
    // Its own group, so that the terminal's interrupt is this process's to handle; nothing of the environment.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals as they come by default: one that this process ignores, a worker would ignore too, and its
    // processor time would never run out.
    var (all, none) = (sigset_t(), sigset_t())
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var words: [UnsafeMutablePointer<CChar>?] = ([launch.executable] + launch.arguments).map {
      strdup($0)
    }
    words.append(nil)
    defer { for word in words { free(word) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var id: pid_t = 0
    guard posix_spawn(&id, launch.executable, &actions, &attributes, &words, &environment) == 0
    else {
      close(ends[0])
      return nil
    }
    self.id = id
    socket = ends[0]
  }

  deinit {
    close(socket)
    kill(id, SIGKILL)
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
  }

  /// What became of a claim that a worker was given.
  enum Outcome {
    case hearing(Hearing)
    /// The worker is of no use any more: why.
    case lost(Ruling.Rejection)
  }

  /// Has a claim judged.
  mutating func ask(_ question: WorkerQuestion) -> Outcome {
    let seconds = UInt64(ProofWorker.Limit.processorSeconds(budget: question.claim.budget))
    // Its own limit counts processor time; this one is for a worker that doesn't even run. A machine may be busy.
    let deadline = MonotonicClock.nanoseconds + 4 * seconds * 1_000_000_000
    do throws(WorkerFrame.Failure) {
      try WorkerFrame.send(question, to: socket)
      let bytes = try WorkerFrame.receive(from: socket, by: deadline)
      count += 1
      if let hearing = try? Hearing(decoding: bytes) { return .hearing(hearing) }
      return .lost(.crashed(signal: 0))
    } catch .timedOut {
      return .lost(.timedOut)
    } catch {
      return .lost(causeOfDeath)
    }
  }

  /// Asked only once the socket is closed at the other end, so that there is no waiting for long.
  private var causeOfDeath: Ruling.Rejection {
    var info = siginfo_t()
    // The process is left to be waited for once more, when this value goes.
    guard waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) == 0 else { return .crashed(signal: 0) }
    let status = info._sifields._sigchld.si_status
    guard info.si_code != CLD_EXITED else { return .crashed(signal: 0) }
    return status == SIGXCPU ? .timedOut : .crashed(signal: status)
  }
}
