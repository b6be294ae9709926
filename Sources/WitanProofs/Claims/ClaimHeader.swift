import Witan
import WitanCrypto

/// What stands before the script in a claim's file.
struct ClaimHeader {
  /// The keys, without their prefix, and what follows them; the text of a string without its quotes.
  private let entries: [(key: String, value: String)]
  /// Where the script begins.
  let end: Int

  private static let keys: Set<String> = [
    "title", "asserts", "witness", "budget", "party", "spends", "author", "signature",
    "countersignature",
  ]
  /// Of these there may be several.
  private static let lists: Set<String> = ["party", "spends", "countersignature"]

  init(_ bytes: [UInt8]) throws(ScriptRefusal) {
    let tokens = try ScriptLexer.tokens(of: bytes)
    let reader = ScriptReader(bytes, tokens: tokens)
    var entries: [(key: String, value: String)] = []
    var end = 0
    var known: Set<String> = []
    for first in stride(from: 0, to: tokens.count - 4, by: 5) {
      let keyword = tokens[first + 2]
      guard tokens[first].kind == .open, reader.text(tokens[first + 1]) == "set-info",
        keyword.kind == .keyword, reader.text(keyword).hasPrefix(ClaimFile.keywordPrefix)
      else { break }
      let key = String(reader.text(keyword).dropFirst(ClaimFile.keywordPrefix.utf8.count))
      guard Self.keys.contains(key) else {
        throw ScriptRefusal(.attribute(reader.shown(keyword)), at: keyword.start, in: bytes)
      }
      guard known.insert(key).inserted || Self.lists.contains(key) else {
        throw ScriptRefusal(.misplaced(reader.shown(keyword)), at: keyword.start, in: bytes)
      }
      let value = tokens[first + 3]
      guard tokens[first + 4].kind == .close, value.kind != .open, value.kind != .close else {
        throw ScriptRefusal(
          .expected(.value, found: reader.shown(value)), at: value.start, in: bytes)
      }
      entries.append((key, Self.content(reader.text(value), value.kind)))
      end = tokens[first + 4].end
    }
    // The end of the last line belongs to the header, so that a script is read as it was written.
    if end > 0, end < bytes.count, bytes[end] == UInt8(ascii: "\n") { end += 1 }
    self.entries = entries
    self.end = end
  }

  private static func content(_ text: String, _ kind: ScriptToken.Kind) -> String {
    guard kind == .string else { return text }
    let quoted = text.dropFirst().dropLast()
    return quoted.contains("\"\"") ? quoted.replacingDoubledQuotes : String(quoted)
  }

  subscript(key: String) -> String? { entries.first { $0.key == key }?.value }

  private func all(_ key: String) -> [String] {
    entries.compactMap { $0.key == key ? $0.value : nil }
  }

  func asserts() throws(ClaimFile.Fault) -> Bool? {
    switch self["asserts"] {
    case nil: return nil
    case "sat": return true
    case "unsat": return false
    default: throw .header(":witan-asserts must be sat or unsat")
    }
  }

  func number(_ key: String) throws(ClaimFile.Fault) -> UInt32? {
    guard let text = self[key] else { return nil }
    guard let number = UInt32(text) else {
      throw .header(":witan-\(key) must be a number from 1 to \(UInt32.max)")
    }
    return number
  }

  func values<Value: FixedBytes>(_ key: String) throws(ClaimFile.Fault) -> [Value] {
    var values: [Value] = []
    for text in all(key) {
      guard let value = Value(hex: text) else {
        throw .header(":witan-\(key) must be \(2 * Value.byteCount) hexadecimal digits in quotes")
      }
      values.append(value)
    }
    return values
  }

  func spends() throws(ClaimFile.Fault) -> [Spend] {
    var spends: [Spend] = []
    for text in all("spends") {
      guard text.utf8.count == 128, let owner = PublicKey(hex: text.prefix(64)),
        let thing = Digest(hex: text.suffix(64))
      else {
        throw .header(":witan-spends must be an owner's key and a digest, 128 hexadecimal digits")
      }
      spends.append(Spend(owner: owner, thing: thing))
    }
    return spends
  }

  func signatures(of claim: Claim) throws(ClaimFile.Fault) -> SignedClaim? {
    let authors: [PublicKey] = try values("author")
    let signatures: [Signature] = try values("signature")
    guard let author = authors.first, let signature = signatures.first else {
      guard authors.isEmpty, signatures.isEmpty else {
        throw .header("an author needs a signature, and a signature an author")
      }
      return nil
    }
    return SignedClaim(
      claim, author: author, signature: signature,
      countersignatures: try values("countersignature"))
  }
}

extension Substring {
  /// A quote within an SMT-LIB string is written twice.
  fileprivate var replacingDoubledQuotes: String {
    var result: [UInt8] = []
    var isSecond = false
    for byte in utf8 {
      if byte == UInt8(ascii: "\""), !isSecond {
        isSecond = true
        continue
      }
      isSecond = false
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
