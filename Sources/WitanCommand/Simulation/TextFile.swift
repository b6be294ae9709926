import Glibc
import WitanSimulation

/// A file of text that a person named.
enum TextFile {
  /// The text of a file of so many bytes at most.
  static func read(_ path: String, limit: Int) throws -> String {
    guard let text = String(validating: try readBytes(path, limit: limit), as: UTF8.self) else {
      throw UsageError("it isn't text in UTF-8", remedy: "give a text", at: Place(file: path))
    }
    return text
  }

  /// The bytes of a file of so many at most.
  static func readBytes(_ path: String, limit: Int) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("open", path) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = piece.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count == 0 { break }
      if count > 0 {
        bytes += piece[..<count]
      } else if errno != EINTR {
        throw failure("read", path)
      }
      guard bytes.count <= limit else {
        throw UsageError(
          "it has more than \(limit) bytes", remedy: "give a shorter one", at: Place(file: path))
      }
    }
    return bytes
  }

  /// Writes bytes in place of what a file held.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw failure("create", path) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(file, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        let problem = failure("write", path)
        close(file)
        throw problem
      }
    }
    guard close(file) == 0 else { throw failure("close", path) }
  }

  /// Makes a folder, unless it is there.
  static func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure("create", path) }
  }

  /// Whether a path leads to a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Writes a text in place of what a file held.
  static func write(_ text: String, to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw failure("create", path) }
    let sink = DescriptorSink(file, named: path.quotedIfNeeded)
    sink.write(text)
    sink.flush()
    let isClosed = close(file) == 0
    if let failure = sink.failure { throw failure }
    if !isClosed { throw failure("close", path) }
  }

  /// A path that leads nowhere is a mistake of whoever gave it; anything else is the surroundings'.
  private static func failure(_ verb: String, _ path: String) -> any Error {
    let code = errno
    let reason = "can't \(verb) it: \(String(cString: strerror(code)))"
    let place = Place(file: path)
    switch code {
    case ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, ENAMETOOLONG, ELOOP:
      return UsageError(reason, remedy: "see where the path leads", at: place)
    default:
      return EnvironmentError(reason, remedy: "see where the path leads, and try again", at: place)
    }
  }
}
