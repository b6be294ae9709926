import Glibc
import WitanSimulation

/// A file of lines that is read, and then added to.
final class LineFile {
  private let descriptor: Int32
  private let path: String
  private let sink: DescriptorSink

  /// Opens a file, for adding to it where that is wanted; one that isn't there yet is made then.
  init(_ path: String, isGrowing: Bool) throws {
    self.path = path
    descriptor = open(path, (isGrowing ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0o666)
    sink = DescriptorSink(descriptor, named: path.quotedIfNeeded)
    guard descriptor >= 0 else {
      throw UsageError(
        "can't open it: \(String(cString: strerror(errno)))",
        remedy: "see where the path leads", at: Place(file: path))
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Reads the lines that are whole, with their numbers from one on; the first one counts as whole as far as it goes. From
  /// the first that `take` refuses, or the first that isn't whole, the file is cut off if it grows.
  func read(isGrowing: Bool, _ take: (Int, String) throws -> Bool) throws {
    var buffer: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    var (number, offset) = (0, 0)
    reading: while true {
      let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      guard count != 0 else { break }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw failure("read")
      }
      buffer += piece[..<count]
      var start = 0
      while let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        number += 1
        guard try take(number, String(decoding: buffer[start..<end], as: UTF8.self)) else {
          break reading
        }
        offset += end + 1 - start
        start = end + 1
      }
      buffer.removeFirst(start)
    }
    if number == 0, !buffer.isEmpty { _ = try take(1, String(decoding: buffer, as: UTF8.self)) }
    guard isGrowing else { return }
    guard ftruncate(descriptor, offset) == 0, lseek(descriptor, offset, SEEK_SET) == offset else {
      throw failure("write")
    }
  }

  /// Adds a line; it is there when this returns.
  func append(_ line: String) throws {
    sink.write(line + "\n")
    sink.flush()
    if let failure = sink.failure { throw failure }
  }

  private func failure(_ verb: String) -> EnvironmentError {
    EnvironmentError(
      "can't \(verb) it: \(String(cString: strerror(errno)))",
      remedy: "see where the path leads, and try again", at: Place(file: path))
  }
}
