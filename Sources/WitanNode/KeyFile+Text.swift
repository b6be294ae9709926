import WitanCrypto

/// The text form: four lines, each ended by a newline, and nothing else.
extension KeyFile {
  static let header = "witan-key 1"

  /// How many bytes a key file has, exactly.
  static let byteCount = header.utf8.count + 1 + (7 + 64 + 1) + (5 + 64 + 1) + (9 + 64 + 1)

  static func text(of secret: Ed25519.SecretKey) -> String {
    let summed = "\(header)\npublic \(secret.publicKey)\nseed \(Hex.encode(secret.seed))\n"
    return summed + "checksum \(SHA256.hash(Array(summed.utf8)))\n"
  }

  static func parse(_ bytes: [UInt8], at path: String) throws(Failure) -> Ed25519.SecretKey {
    // What it is comes before what is wrong with it: another version may have another length.
    guard bytes.starts(with: "witan-key ".utf8) else { throw .notAKey(path: path) }
    guard bytes.starts(with: "\(header)\n".utf8) else { throw .otherVersion(path: path) }
    guard bytes.count == byteCount else {
      throw .wrongLength(path: path, found: bytes.count)
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard let publicKey = PublicKey(hex: try value("public", in: lines, line: 2, at: path)),
      let seed = Digest(hex: try value("seed", in: lines, line: 3, at: path))
    else { throw .damaged(path: path) }
    // As text, not as a number: one key has one file.
    let checksum = try value("checksum", in: lines, line: 4, at: path)
    let summed = Array(bytes[..<(byteCount - (9 + 64 + 1))])
    guard SHA256.hash(summed).hex == checksum else { throw .damaged(path: path) }
    guard let secret = Ed25519.SecretKey(seed: seed.bytes), secret.publicKey == publicKey else {
      throw .mismatched(path: path)
    }
    return secret
  }

  /// The 64 hexadecimal digits that follow this name on this line, the first being 1.
  private static func value(
    _ name: String, in lines: [ArraySlice<UInt8>], line: Int, at path: String
  ) throws(Failure) -> String {
    let wrong = Failure.wrongLine(path: path, line: line, name: name)
    guard lines.indices.contains(line - 1) else { throw wrong }
    let prefix = Array("\(name) ".utf8)
    let text = lines[line - 1]
    guard text.starts(with: prefix) else { throw wrong }
    let digits = String(decoding: text.dropFirst(prefix.count), as: UTF8.self)
    guard Digest(hex: digits) != nil else { throw wrong }
    return digits
  }
}
