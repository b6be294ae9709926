import Glibc

/// Where text goes.
protocol TextSink: AnyObject {
  /// Takes the text, at once or when flushed.
  func write(_ text: String)
  /// Passes on what was taken and is not yet there.
  func flush()
  /// Why text was lost, if any was.
  var failure: EnvironmentError? { get }
}

/// A sink that keeps the text in memory.
final class MemorySink: TextSink {
  /// All that was written.
  private(set) var text = ""
  /// Memory doesn't fail.
  let failure: EnvironmentError? = nil

  func write(_ text: String) { self.text += text }
  func flush() {}
}

/// A sink that writes to an open file descriptor, in few large writes.
final class DescriptorSink: TextSink {
  private let descriptor: Int32
  private let name: String
  private var pending: [UInt8] = []
  /// The first write that failed; nothing is written after it.
  private(set) var failure: EnvironmentError?

  /// Writes to `descriptor`, which is called `name` in errors.
  init(_ descriptor: Int32, named name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  func write(_ text: String) {
    pending.append(contentsOf: text.utf8)
    if pending.count >= 1 << 16 { flush() }
  }

  func flush() {
    defer { pending.removeAll(keepingCapacity: true) }
    var start = 0
    while failure == nil, start < pending.count {
      let written = pending.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start)
      }
      if written >= 0 {
        start += written
      } else if errno != EINTR {
        let reason = String(cString: strerror(errno))
        failure = EnvironmentError(
          "can't write to \(name): \(reason)", remedy: "see where it leads, and try again")
      }
    }
  }
}
