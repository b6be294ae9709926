import Glibc

extension KeyFile {
  /// Why a key file wasn't written or read. Its description says what to do; it never shows the secret.
  public enum Failure: Error, Equatable, Sendable {
    /// There is a file of this name already.
    case exists(path: String)
    /// What this name means isn't a regular file.
    case notRegular(path: String)
    /// Others than the owner may read or write the file.
    case exposed(path: String, mode: UInt32)
    /// The file doesn't begin as a key file does.
    case notAKey(path: String)
    /// A key file of a version that isn't known here.
    case otherVersion(path: String)
    /// The file was cut short, or something was added to it.
    case wrongLength(path: String, found: Int)
    /// A line isn't its name, a space, and 64 hexadecimal digits.
    case wrongLine(path: String, line: Int, name: String)
    /// The checksum isn't that of the lines above it.
    case damaged(path: String)
    /// The public key isn't the seed's.
    case mismatched(path: String)
    /// The operating system refused a step; `code` is its `errno`.
    case system(_ step: String, path: String, code: Int32)
  }
}

extension KeyFile.Failure: CustomStringConvertible {
  /// What was wrong, where, and what would be right.
  public var description: String {
    switch self {
    case .exists(let path):
      "\(path) already exists and a key is never overwritten; choose another name, or move it away"
    case .notRegular(let path):
      "\(path) isn't a regular file; give the path of a key file"
    case .exposed(let path, let mode):
      "\(path) can be \(Self.exposure(mode)) by others (mode \(Self.octal(mode))); "
        + "run chmod 600 \(Self.quoted(path))"
    case .notAKey(let path):
      "\(path) isn't a key file: its first line should be \"\(KeyFile.header)\"; "
        + "make one with witan keygen"
    case .otherVersion(let path):
      "\(path) is a key file of another version: its first line should be \"\(KeyFile.header)\"; "
        + "use the witan that wrote it"
    case .wrongLength(let path, let found):
      "\(path) has \(Self.amount(found)) where a key file has \(KeyFile.byteCount); "
        + "restore it from a copy"
    case .wrongLine(let path, let line, let name):
      "\(path), line \(line): should be \"\(name)\", a space and 64 hexadecimal digits; "
        + "restore it from a copy"
    case .damaged(let path):
      "\(path) is damaged: its checksum isn't that of its contents; restore it from a copy"
    case .mismatched(let path):
      "\(path) holds a seed and a public key that don't belong together; restore it from a copy"
    case .system(let step, let path, let code):
      "can't \(step) \(path): \(String(cString: strerror(code)))\(Self.advice(code, step, path))"
    }
  }

  private static func advice(_ code: Int32, _ step: String, _ path: String) -> String {
    switch code {
    case ENOENT where step == "create": "; create its folder first"
    case ENOENT: "; make one with witan keygen --out \(quoted(path))"
    case EACCES: "; run as the user whose key it is"
    case ENOSPC: "; free some space on its disk"
    default: ""
    }
  }

  private static func exposure(_ mode: UInt32) -> String {
    switch (mode & 0o044 != 0, mode & 0o022 != 0) {
    case (true, true): "read and changed"
    case (_, true): "changed"
    case (true, _): "read"
    default: "executed"
    }
  }

  private static func octal(_ mode: UInt32) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func amount(_ bytes: Int) -> String {
    switch bytes {
    case 1: "1 byte"
    case ..<4096: "\(bytes) bytes"
    default: "4096 bytes or more"
    }
  }

  /// The path as a shell takes it.
  private static func quoted(_ path: String) -> String {
    let path = path.hasPrefix("-") ? "./" + path : path
    let plain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    if plain, !path.isEmpty { return path }
    let parts = path.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: "'\\''") + "'"
  }
}
