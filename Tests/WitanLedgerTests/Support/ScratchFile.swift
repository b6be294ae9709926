import Glibc
import Testing

/// A file that is gone when the test is over.
final class ScratchFile {
  let path: String

  init() {
    var name = Array("/tmp/witan-ledger-XXXXXX".utf8CString)
    close(mkstemp(&name))
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    unlink(path)
  }

  deinit { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }

  var contents: [UInt8]? { Self.contents(of: path) }

  /// What SQLite has written and not moved into the file so far.
  var log: [UInt8]? { Self.contents(of: path + "-wal") }

  /// Puts bytes in the place of the file, and of its log.
  func replace(with bytes: [UInt8], log: [UInt8]? = nil) throws {
    for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
    try Self.write(bytes, to: path)
    if let log { try Self.write(log, to: path + "-wal") }
  }

  private static func contents(of path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(file, &buffer, buffer.count)
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    try #require(file >= 0)
    try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
    close(file)
  }
}
