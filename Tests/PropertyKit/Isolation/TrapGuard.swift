import Foundation

/// Keeps a process alive whose threads trap.
///
/// A thread of ours that traps is left where it is for ever, and whoever waits for it is told. Nothing it held
/// is let go, so nothing further is asked of a process after that but to begin another one. A trap in any other
/// thread does what it always did.
enum TrapGuard {
  /// What a thread leaves when it traps, to be read by others.
  struct Mark {
    /// The signal; zero as long as all is well.
    var signal: Int32 = 0
    /// Where to write when it comes.
    var wake: Int32
  }

  private static let signals = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT]
  private nonisolated(unsafe) static let previous = UnsafeMutablePointer<sigaction>.allocate(
    capacity: 65)
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()
  /// Stands for the handler being there: its being made is what puts it there.
  private static let isInstalled: Bool = {
    _ = key
    for signal in signals {
      var action = sigaction()
      action.sa_flags = SA_SIGINFO | Int32(bitPattern: UInt32(SA_ONSTACK))
      #if canImport(Darwin)
        action.__sigaction_u.__sa_sigaction = { signal, _, _ in TrapGuard.caught(signal) }
      #else
        action.__sigaction_handler.sa_sigaction = { signal, _, _ in TrapGuard.caught(signal) }
      #endif
      sigaction(signal, &action, previous + Int(signal))
    }
    return true
  }()

  /// Makes the calling thread one that may trap. It gets a stack to trap on, since its own may be full.
  static func protectThread(_ mark: UnsafeMutablePointer<Mark>) {
    _ = isInstalled
    let size = 64 << 10
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = numericCast(size)
    sigaltstack(&stack, nil)
    pthread_setspecific(key, mark)
  }

  /// The handler: it may call nothing that takes a lock or memory.
  private static func caught(_ signal: Int32) {
    guard let mark = pthread_getspecific(key)?.assumingMemoryBound(to: Mark.self) else {
      // Not ours. It happens again when this returns, and then takes its usual course.
      sigaction(signal, previous + Int(signal), nil)
      return
    }
    // Lanes that lie beside one another count once.
    if mark.pointee.signal == 0 {
      mark.pointee.signal = signal
      var byte: UInt8 = 1
      _ = write(mark.pointee.wake, &byte, 1)
    }
    while true { pause() }
  }
}
