import Glibc

/// A clock of the machine that never steps back.
enum Clock: Sendable {
  /// Time as it passes for everyone.
  case wall
  /// Time that the calling thread spent on a processor: other load on the machine doesn't count.
  case thread

  /// What the clock shows.
  var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(self == .wall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// How many seconds `body` takes by this clock.
  func seconds(of body: () throws -> Void) rethrows -> Double {
    let start = nanoseconds
    try body()
    return Double(nanoseconds - start) / 1e9
  }
}
