/// A sequence of choices: all that is needed to have a case again, whatever was made of it.
///
/// Choices are compared by *shortlex*: the shorter sequence is the smaller one, and of two that are equally
/// long the one whose first different choice is smaller. Since the smallest choice is always the simplest
/// outcome, the smallest sequence is the simplest case.
public struct Choices: Hashable, Sendable, Codable, Comparable, ExpressibleByArrayLiteral {
  /// The choices in the order in which they were made.
  public var values: [UInt64]

  /// These choices.
  public init(_ values: [UInt64]) { self.values = values }

  /// These choices.
  public init(arrayLiteral values: UInt64...) { self.values = values }

  /// Whether the one sequence is the simpler one.
  public static func < (one: Choices, other: Choices) -> Bool {
    guard one.values.count == other.values.count else {
      return one.values.count < other.values.count
    }
    return one.values.lexicographicallyPrecedes(other.values)
  }
}

// MARK: - As one word

extension Choices {
  /// The choices as one word of letters, digits, `-` and `_`, to be printed, pasted, and read back.
  ///
  /// It begins with the number of its form and ends with two letters that tell a word that was cut or
  /// mistyped from a whole one.
  public var token: String {
    var bytes: [UInt8] = []
    for value in values {
      var left = value
      while left > 0x7f {
        bytes.append(UInt8(truncatingIfNeeded: left) | 0x80)
        left >>= 7
      }
      bytes.append(UInt8(left))
    }
    let letters = Self.letters(of: bytes)
    return "1" + String(decoding: letters + Self.check(letters), as: UTF8.self)
  }

  /// The choices that a word stands for; nil unless it is a whole one.
  public init?(token: String) {
    let letters = Array(token.utf8)
    guard letters.count >= 3, letters[0] == UInt8(ascii: "1") else { return nil }
    let content = Array(letters[1..<(letters.count - 2)])
    guard Array(letters.suffix(2)) == Self.check(content), let bytes = Self.bytes(of: content)
    else {
      return nil
    }
    values = []
    var value: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes {
      guard shift < 63 || (shift == 63 && byte & 0x7f <= 1) else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      shift += 7
      guard byte < 0x80 else { continue }
      values.append(value)
      (value, shift) = (0, 0)
    }
    guard shift == 0 else { return nil }
  }

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// Six bits a letter.
  private static func letters(of bytes: [UInt8]) -> [UInt8] {
    var letters: [UInt8] = []
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        letters.append(alphabet[Int(bits >> count & 63)])
      }
    }
    if count > 0 { letters.append(alphabet[Int(bits << (6 - count) & 63)]) }
    return letters
  }

  private static func bytes(of letters: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for letter in letters {
      guard let six = alphabet.firstIndex(of: letter) else { return nil }
      bits = bits << 6 | UInt32(six)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
    }
    return bytes
  }

  private static func check(_ letters: [UInt8]) -> [UInt8] {
    let sum = letters.reduce(UInt64(letters.count)) { SplitMix64.scramble($0 ^ UInt64($1)) }
    return [alphabet[Int(sum & 63)], alphabet[Int(sum >> 6 & 63)]]
  }
}
