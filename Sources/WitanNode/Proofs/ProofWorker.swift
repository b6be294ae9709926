import Glibc
import Witan
import WitanProofs

/// The process that judges claims by strangers, seen from inside: it reads claims from a socket and writes rulings to it,
/// and can do nothing else.
public enum ProofWorker {
  /// What one claim may take, whatever its budget says.
  enum Limit {
    /// Memory that the solver may hold.
    static let solverMegabytes: UInt32 = 1_024
    /// Address space of the process: the solver's memory, and room for the program and its libraries.
    static let addressBytes: UInt = 3 << 30
    /// Processor time of a claim, in seconds: far more than any budget was seen to take.
    static func processorSeconds(budget: UInt32) -> UInt { 3 + UInt(budget) / 250_000 }
  }

  /// Serves the socket that is this process's standard input until it is closed.
  public static func serve() -> Never {
    let socket = takeOverSocket()
    keepFreedMemory()
    SolverContext.limitMemory(megabytes: Limit.solverMegabytes)
    // Whatever is done once in a process, as loading and initialising, is done before the walls go up.
    if let trial = try? Claim("trial", script: Array("(assert false)".utf8)) {
      _ = Judge().ruling(on: trial)
    }
    Confinement.apply(addressBytes: Limit.addressBytes)
    while true {
      guard let bytes = try? WorkerFrame.receive(from: socket),
        let question = try? WorkerQuestion(decoding: bytes)
      else { exit(0) }
      Confinement.limitProcessor(seconds: Limit.processorSeconds(budget: question.claim.budget))
      let hearing = question.answer()
      guard (try? WorkerFrame.send(hearing, to: socket)) != nil else { exit(0) }
      // Memory that ran out leaves a solver in a state that nobody has thought about.
      if hearing.ruling.outcome == .rejected(.outOfMemory) { exit(0) }
    }
  }

  /// Moves the socket out of the way: whatever a library prints goes nowhere.
  private static func takeOverSocket() -> Int32 {
    let socket = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
    let nowhere = open("/dev/null", O_RDWR)
    for standard in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { dup2(nowhere, standard) }
    if nowhere > STDERR_FILENO { close(nowhere) }
    return socket
  }

  /// A context begins by filling two tables of 8 MiB. Given back to the kernel after each claim, that memory would have to
  /// be mapped and zeroed again for the next, which costs several times what the context itself does.
  private static func keepFreedMemory() {
    // Glibc's module leaves out malloc.h. The numbers are M_TRIM_THRESHOLD, M_TOP_PAD and M_MMAP_THRESHOLD, the last at
    // its greatest value.
    guard let symbol = dlsym(nil, "mallopt") else { return }
    let mallopt = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
    for (option, bytes) in [(-1, 256 << 20), (-2, 16 << 20), (-3, 32 << 20)] as [(Int32, Int32)] {
      _ = mallopt(option, bytes)
    }
  }
}
