import Foundation
import Testing
import WitanCrypto

@testable import WitanNode

/// Key files: written once and for the owner alone, and read with suspicion.
@Suite struct KeyFileTests: ~Copyable {
  let folder: String
  let secret: Ed25519.SecretKey

  var path: String { "\(folder)/replica.key" }

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/witan-key-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    secret = try #require(Ed25519.SecretKey(seed: (1...32).map { UInt8($0) }))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func mode(of path: String) -> mode_t {
    var status = stat()
    #expect(lstat(path, &status) == 0)
    return status.st_mode & 0o7777
  }

  /// Puts any bytes where a key file would be.
  private func place(_ text: String, mode: mode_t = 0o600) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    #expect(chmod(path, mode) == 0)
  }

  private func failure() -> KeyFile.Failure? {
    #expect(throws: KeyFile.Failure.self) { try KeyFile.read(from: path) }
  }

  // MARK: - Writing

  @Test("A key that was written is read back")
  func roundTrip() throws {
    try KeyFile.write(secret, to: path)
    let read = try KeyFile.read(from: path)
    #expect(read.seed == secret.seed)
    #expect(read.publicKey == secret.publicKey)
  }

  @Test("A key file has mode 0600, whatever the umask")
  func fileMode() async {
    // The umask is the whole process's, so a process of its own sets it.
    await #expect(processExitsWith: .success) {
      let files = try KeyFileTests()
      let earlier = umask(0)
      defer { umask(earlier) }
      for mask in [0o000, 0o022, 0o277, 0o777] as [mode_t] {
        umask(mask)
        let path = "\(files.path)-\(mask)"
        try KeyFile.write(files.secret, to: path)
        #expect(files.mode(of: path) == 0o600)
      }
    }
  }

  @Test("A key file's text is what it has always been")
  func golden() throws {
    try KeyFile.write(secret, to: path)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(
      text == """
        witan-key 1
        public 79b5562e8fe654f94078b112e8a98ba7901f853ae695bed7e0e3910bad049664
        seed 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20
        checksum e6dee04a849359179a596af4531f89dfda9dd5b48023aaddc8e31a98da1be0c9

        """)
    #expect(text.utf8.count == KeyFile.byteCount)
  }

  @Test("A file that is there already is never overwritten")
  func neverOverwritten() throws {
    try place("precious")
    #expect(throws: KeyFile.Failure.exists(path: path)) { try KeyFile.write(secret, to: path) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
  }

  @Test("A symbolic link isn't followed, even when it leads nowhere")
  func symbolicLink() throws {
    let target = "\(folder)/elsewhere"
    #expect(symlink(target, path) == 0)
    #expect(throws: KeyFile.Failure.exists(path: path)) { try KeyFile.write(secret, to: path) }
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test("A folder that isn't there is named, with what to do")
  func noFolder() {
    let path = "\(folder)/keys/replica.key"
    #expect(throws: KeyFile.Failure.system("create", path: path, code: ENOENT)) {
      try KeyFile.write(secret, to: path)
    }
  }

  @Test("A write that fails half-way says so and leaves no file behind")
  func failingWrite() async {
    // A limit on the size of files fails a write as a full disk does; it too is the whole process's.
    await #expect(processExitsWith: .success) {
      let files = try KeyFileTests()
      signal(SIGXFSZ, SIG_IGN)
      let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
      var limit = rlimit()
      #expect(getrlimit(resource, &limit) == 0)
      let earlier = limit.rlim_cur
      limit.rlim_cur = 100
      #expect(setrlimit(resource, &limit) == 0)
      #expect(throws: KeyFile.Failure.system("write", path: files.path, code: EFBIG)) {
        try KeyFile.write(files.secret, to: files.path)
      }
      #expect(!FileManager.default.fileExists(atPath: files.path))
      // A process that measures coverage writes it to a file when it ends.
      limit.rlim_cur = earlier
      #expect(setrlimit(resource, &limit) == 0)
    }
  }

  // MARK: - Reading

  @Test(
    "A file that others can read, change or execute is refused",
    arguments: [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666, 0o777, 0o660])
  func exposed(mode: Int) throws {
    try KeyFile.write(secret, to: path)
    #expect(chmod(path, mode_t(mode)) == 0)
    #expect(failure() == .exposed(path: path, mode: UInt32(mode)))
    #expect(chmod(path, 0o600) == 0)
    #expect(try KeyFile.read(from: path).seed == secret.seed)
  }

  @Test("A file that only its owner can read is accepted, and so is a link to it")
  func ownersOnly() throws {
    try KeyFile.write(secret, to: path)
    #expect(chmod(path, 0o400) == 0)
    let link = "\(folder)/link"
    #expect(symlink(path, link) == 0)
    #expect(try KeyFile.read(from: link).seed == secret.seed)
  }

  @Test("A folder, a pipe and a device are refused without waiting for them")
  func notRegular() throws {
    #expect(throws: KeyFile.Failure.notRegular(path: folder)) { try KeyFile.read(from: folder) }
    #expect(mkfifo(path, 0o600) == 0)
    #expect(failure() == .notRegular(path: path))
    #expect(throws: KeyFile.Failure.notRegular(path: "/dev/zero")) {
      try KeyFile.read(from: "/dev/zero")
    }
  }

  @Test("A file that isn't there is named")
  func missing() {
    #expect(failure() == .system("open", path: path, code: ENOENT))
  }

  @Test("A file cut short or extended anywhere is refused, with its length")
  func lengths() throws {
    let text = KeyFile.text(of: secret)
    for count in 0..<text.utf8.count {
      try place(String(text.prefix(count)))
      switch count {
      case ..<10: #expect(failure() == .notAKey(path: path))
      case ..<12: #expect(failure() == .otherVersion(path: path))
      default: #expect(failure() == .wrongLength(path: path, found: count))
      }
    }
    try place(text + "\n")
    #expect(failure() == .wrongLength(path: path, found: KeyFile.byteCount + 1))
    try place(text + String(repeating: "x", count: 10_000))
    #expect(failure() == .wrongLength(path: path, found: 4096))
  }

  @Test("A file with any bit changed is refused")
  func everyBit() throws {
    let bytes = Array(KeyFile.text(of: secret).utf8)
    for bit in 0..<(8 * bytes.count) {
      var changed = bytes
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: KeyFile.Failure.self) { try KeyFile.parse(changed, at: path) }
    }
  }

  @Test("A seed and a public key that don't belong together are refused")
  func mismatched() throws {
    let other = try #require(Ed25519.SecretKey(seed: [UInt8](repeating: 9, count: 32)))
    let mixed =
      "witan-key 1\npublic \(other.publicKey)\nseed \(Hex.encode(secret.seed))\n"
    try place(mixed + "checksum \(SHA256.hash(Array(mixed.utf8)))\n")
    #expect(failure() == .mismatched(path: path))
  }

  @Test("Another version, another kind of file, and a wrong line are told apart")
  func otherFiles() throws {
    let text = KeyFile.text(of: secret)
    try place(text.replacingOccurrences(of: "witan-key 1", with: "witan-key 2"))
    #expect(failure() == .otherVersion(path: path))
    try place("-----BEGIN PRIVATE KEY-----\n")
    #expect(failure() == .notAKey(path: path))
    try place(text.replacingOccurrences(of: "seed ", with: "need "))
    #expect(failure() == .wrongLine(path: path, line: 3, name: "seed"))
    try place(text.replacingOccurrences(of: "79b5", with: "79z5"))
    #expect(failure() == .wrongLine(path: path, line: 2, name: "public"))
    try place(text.replacingOccurrences(of: "0102", with: "0201"))
    #expect(failure() == .damaged(path: path))
    try place(String(repeating: "\n", count: KeyFile.byteCount))
    #expect(failure() == .notAKey(path: path))
  }

  // MARK: - What people are told

  @Test("A failure says what was wrong, where, and what would be right")
  func messages() {
    let messages: [(KeyFile.Failure, String)] = [
      (
        .exposed(path: "key.pem", mode: 0o644),
        "key.pem can be read by others (mode 0644); run chmod 600 key.pem"
      ),
      (
        .exposed(path: "my key's", mode: 0o662),
        "my key's can be read and changed by others (mode 0662); run chmod 600 'my key'\\''s'"
      ),
      (
        .exposed(path: "-k", mode: 0o601),
        "-k can be executed by others (mode 0601); run chmod 600 ./-k"
      ),
      (
        .exposed(path: "k", mode: 0o602), "k can be changed by others (mode 0602); run chmod 600 k"
      ),
      (
        .exists(path: "k"),
        "k already exists and a key is never overwritten; choose another name, or move it away"
      ),
      (.notRegular(path: "k"), "k isn't a regular file; give the path of a key file"),
      (
        .notAKey(path: "k"),
        "k isn't a key file: its first line should be \"witan-key 1\"; make one with witan keygen"
      ),
      (
        .otherVersion(path: "k"),
        "k is a key file of another version: its first line should be \"witan-key 1\"; "
          + "use the witan that wrote it"
      ),
      (
        .wrongLength(path: "k", found: 1),
        "k has 1 byte where a key file has 228; restore it from a copy"
      ),
      (
        .wrongLength(path: "k", found: 4096),
        "k has 4096 bytes or more where a key file has 228; restore it from a copy"
      ),
      (
        .wrongLine(path: "k", line: 3, name: "seed"),
        "k, line 3: should be \"seed\", a space and 64 hexadecimal digits; restore it from a copy"
      ),
      (
        .damaged(path: "k"),
        "k is damaged: its checksum isn't that of its contents; restore it from a copy"
      ),
      (
        .mismatched(path: "k"),
        "k holds a seed and a public key that don't belong together; restore it from a copy"
      ),
      (
        .system("create", path: "a/k", code: ENOENT),
        "can't create a/k: No such file or directory; create its folder first"
      ),
      (
        .system("open", path: "k", code: ENOENT),
        "can't open k: No such file or directory; make one with witan keygen --out k"
      ),
      (
        .system("open", path: "k", code: EACCES),
        "can't open k: Permission denied; run as the user whose key it is"
      ),
      (
        .system("write", path: "k", code: ENOSPC),
        "can't write k: No space left on device; free some space on its disk"
      ),
      (.system("sync", path: "k", code: EIO), "can't sync k: Input/output error"),
    ]
    for (failure, message) in messages { #expect("\(failure)" == message) }
  }

  @Test("No failure shows the secret")
  func secrecy() throws {
    let text = KeyFile.text(of: secret)
    let seed = Hex.encode(secret.seed)
    for (old, new) in [("0102", "0201"), ("0102", "01z2"), ("witan-key 1", "witan-key 2")] {
      try place(text.replacingOccurrences(of: old, with: new))
      let shown = "\(try #require(failure()))"
      #expect(!shown.contains(seed.dropFirst(8)))
    }
  }
}
