import Witan

/// A form in which something is written down, and what must hold of all that reads as it.
struct Format: Sendable {
  let name: String
  /// Reads bytes and checks what was read; false when they can't be read.
  let check: @Sendable ([UInt8]) throws(Finding) -> Bool

  /// A canonical form: what reads writes back the same bytes and reads equal again, and nothing shorter or longer reads.
  init<Value: Canonical & Equatable & SendableMetatype>(
    _ type: Value.Type, named name: String? = nil,
    also: @escaping @Sendable (Value) throws(Finding) -> Void = { _ in }
  ) {
    let name = name ?? "\(type)"
    self.init(name) { (bytes) throws(Finding) in
      guard let value = try? Value(decoding: bytes) else { return false }
      try expect(value.encoded == bytes, "canonicity", "\(name) reads bytes that it wouldn't write")
      try expect(
        (try? Value(decoding: value.encoded)) == value, "round trip",
        "\(name) reads back as another")
      try expect(
        (try? Value(decoding: bytes + [0])) == nil, "trailing byte", "\(name) ignores a byte")
      for length in Self.lengths(below: bytes.count) {
        try expect(
          (try? Value(decoding: Array(bytes[..<length]))) == nil, "truncation",
          "\(name) of \(bytes.count) bytes reads from \(length)")
      }
      try also(value)
      return true
    }
  }

  init(_ name: String, check: @escaping @Sendable ([UInt8]) throws(Finding) -> Bool) {
    self.name = name
    self.check = check
  }

  /// A text: what reads is written as a text that reads the same, and is written the same again.
  static func text<Value: Equatable & SendableMetatype>(
    _ name: String, reading read: @escaping @Sendable (String) -> Value?,
    writing write: @escaping @Sendable (Value) -> String
  ) -> Format {
    Format(name) { (bytes) throws(Finding) in
      guard let text = String(validating: bytes, as: UTF8.self), let value = read(text) else {
        return false
      }
      let written = write(value)
      guard let again = read(written) else {
        throw Finding("round trip", "\(name) doesn't read its own words: \(written)")
      }
      try expect(again == value, "round trip", "\(name) reads back as another: \(written)")
      try expect(
        write(again) == written, "canonicity", "\(name) is written in two ways: \(written)")
      return true
    }
  }

  /// Some shorter lengths: those near the ends, and a few between.
  private static func lengths(below count: Int) -> [Int] {
    guard count > 16 else { return Array(0..<count) }
    return Array(0..<4) + [count / 3, count / 2, 2 * count / 3] + Array(count - 4..<count)
  }
}
