import Glibc

/// The most memory that the heap ever needed, in a process of its own.
///
/// Once nothing is mapped beside the heap, its highest mark is its fullest moment; what is too large for any heap
/// shows in the process's highest mark. Only an exit test may do this: it changes `malloc` for good.
struct HeapGrowth {
  private let heapAtFirst: Int
  private let processAtFirst: Int

  /// A thread that allocates for the first time reserves this much address space for its own heap.
  private static let threadsShare = 128 << 20

  /// Begins to measure; nil where `malloc` can't be asked.
  init?() {
    // malloc.h isn't part of the module: M_MMAP_MAX is -4, M_TOP_PAD is -2.
    typealias Option = @convention(c) (CInt, CInt) -> CInt
    guard let option = Self.function("mallopt", Option.self), option(-4, 0) == 1,
      option(-2, 0) == 1, let heap = Self.heap, let process = Self.process
    else { return nil }
    heapAtFirst = heap
    processAtFirst = process
  }

  /// How much more than at first was needed at one time.
  var bytes: Int {
    guard let heap = Self.heap, let process = Self.process else { return .max }
    let mapped = process - processAtFirst
    return max(heap - heapAtFirst, mapped > Self.threadsShare ? mapped : 0)
  }

  /// The highest mark of all arenas together, from the last such line of what `malloc` tells.
  private static var heap: Int? {
    typealias Tell = @convention(c) (CInt, UnsafeMutablePointer<FILE>) -> CInt
    guard let tell = function("malloc_info", Tell.self) else { return nil }
    var text: UnsafeMutablePointer<CChar>?
    var size = 0
    guard let file = open_memstream(&text, &size) else { return nil }
    _ = tell(0, file)
    fclose(file)
    defer { free(text) }
    guard let text else { return nil }
    let lines = String(cString: text).split(separator: "\n")
    return lines.last { $0.hasPrefix("<system type=\"max\"") }
      .flatMap { Int($0.filter(\.isNumber)) }
  }

  /// The most address space that the process ever had.
  private static var process: Int? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, CInt(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
      guard text.hasPrefix("VmPeak:") else { continue }
      return Int(text.filter(\.isNumber)).map { $0 * 1_024 }
    }
    return nil
  }

  private static func function<Function>(_ name: String, _: Function.Type) -> Function? {
    dlsym(nil, name).map { unsafeBitCast($0, to: Function.self) }
  }
}
