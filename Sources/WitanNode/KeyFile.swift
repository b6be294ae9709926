import Glibc
import WitanCrypto

/// A secret key in a file that only its owner can read.
///
/// ```
/// witan-key 1
/// public d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
/// seed 9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60
/// checksum 0e4d3ea517c886253954abc261dbe0cff7337026ff6757799ef97bbbeeac6d92
/// ```
///
/// The public key is there for people; the checksum, the SHA-256 of the lines above it, finds a file that
/// was cut short or damaged before a replica signs anything with the wrong key.
public enum KeyFile {
  /// Writes a key to a new file with mode 0600, and returns once it is on the disk.
  ///
  /// A file that is there already is never touched, not even through a symbolic link: whoever overwrites
  /// a key has lost a replica.
  public static func write(_ secret: Ed25519.SecretKey, to path: String) throws(Failure) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw errno == EEXIST ? .exists(path: path) : .system("create", path: path, code: errno)
    }
    do throws(Failure) {
      // The mode given to `open` is cut by the umask; this one isn't.
      guard fchmod(file, 0o600) == 0 else {
        throw .system("protect", path: path, code: errno)
      }
      try write(Array(text(of: secret).utf8), to: file, at: path)
      guard fsync(file) == 0 else { throw .system("sync", path: path, code: errno) }
    } catch {
      // What was begun here is ours to remove; half a key would only stand in the next one's way.
      close(file)
      unlink(path)
      throw error
    }
    guard close(file) == 0 else { throw .system("close", path: path, code: errno) }
    try syncFolder(of: path)
  }

  /// Reads a key, and refuses a file that anyone but its owner could have read or changed.
  public static func read(from path: String) throws(Failure) -> Ed25519.SecretKey {
    // Not blocking: a pipe or a device must be refused, not waited for.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { throw .system("open", path: path, code: errno) }
    defer { close(file) }
    // What was opened is what is looked at: the name may meanwhile mean another file.
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .system("examine", path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
    guard status.st_mode & 0o077 == 0 else {
      throw .exposed(path: path, mode: status.st_mode & 0o7777)
    }
    let bytes = try contents(of: file, at: path)
    return try parse(bytes, at: path)
  }

  private static func write(_ bytes: [UInt8], to file: Int32, at path: String) throws(Failure) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(file, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count > 0 {
        written += count
      } else if count == 0 || errno != EINTR {
        throw .system("write", path: path, code: count == 0 ? EIO : errno)
      }
    }
  }

  /// The file's bytes, or its first 4 KiB, which is more than any key file has.
  private static func contents(of file: Int32, at path: String) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(file, $0.baseAddress?.advanced(by: filled), $0.count - filled)
      }
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        throw .system("read", path: path, code: errno)
      }
    }
    return Array(bytes[..<filled])
  }

  /// A new file is safe from a power cut only once the folder that names it is.
  private static func syncFolder(of path: String) throws(Failure) {
    let folder: String
    switch path.utf8.lastIndex(of: UInt8(ascii: "/")) {
    case nil: folder = "."
    case path.startIndex: folder = "/"
    case .some(let slash): folder = String(path[..<slash])
    }
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw .system("open", path: folder, code: errno) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw .system("sync", path: folder, code: errno) }
  }
}
