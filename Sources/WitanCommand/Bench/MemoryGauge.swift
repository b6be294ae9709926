import Glibc

/// How much memory the process holds, as the kernel counts it.
enum MemoryGauge {
  /// What a piece of work did to memory, in bytes.
  struct Change: Hashable, Sendable {
    /// The most that was held at any time of it.
    var peak: Int
    /// How much more is held after it than before; less than nothing if less.
    var growth: Int
  }

  /// The most that was held since the process began or ``forgetPeak()`` was called, in bytes.
  static var peak: Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss * 1024
  }

  /// What is held now, in bytes.
  static var resident: Int {
    // The second number of statm counts pages.
    let fields = (read("/proc/self/statm") ?? "").split(separator: " ")
    let pages = fields.count > 1 ? Int(fields[1]) ?? 0 : 0
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Gives unused memory back and lets the peak start from what is held now; where the kernel won't, the peak
  /// stays that of the whole process.
  static func forgetPeak() {
    // Glibc's module leaves out malloc.h.
    if let trim = dlsym(nil, "malloc_trim") {
      _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
    }
    let file = open("/proc/self/clear_refs", O_WRONLY)
    guard file >= 0 else { return }
    _ = write(file, "5", 1)
    close(file)
  }

  /// What `body` does to memory.
  static func measure(_ body: () throws -> Void) rethrows -> Change {
    forgetPeak()
    let before = resident
    try body()
    return Change(peak: peak, growth: resident - before)
  }

  private static func read(_ path: String) -> String? {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(file, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }
}
