/// A value that is exactly `byteCount` raw bytes, held inline and laid out as they travel.
///
/// A conforming type is nothing but its bytes: its size in memory is `byteCount`, without padding.
public protocol FixedBytes: Sendable, CustomStringConvertible {
  /// How many bytes every value of this type has.
  static var byteCount: Int { get }

  /// The all-zero value.
  init()
}

extension FixedBytes {
  /// Reads a value from the first `byteCount` bytes; nil when there are fewer.
  @inlinable
  public init?(copying bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.byteCount else { return nil }
    self.init()
    withUnsafeMutableBytes(of: &self) {
      $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<Self.byteCount]))
    }
  }

  /// Reads a value from exactly `byteCount` bytes; nil for any other count.
  @inlinable
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    guard let value = bytes.withUnsafeBytes({ Self(copying: $0) }) else { return nil }
    self = value
  }

  /// Reads a value from exactly `2 * byteCount` hexadecimal digits; nil for anything else.
  public init?(hex: some StringProtocol) {
    // The length first: text of any size may come from outside.
    guard hex.utf8.count == 2 * Self.byteCount, let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes: bytes)
  }

  /// Gives `body` the raw bytes.
  @inlinable
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    try withUnsafeBytes(of: self, body)
  }

  func withPointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    withUnsafePointer(to: self) {
      $0.withMemoryRebound(to: UInt8.self, capacity: Self.byteCount, body)
    }
  }

  mutating func withMutablePointer<Result>(
    _ body: (UnsafeMutablePointer<UInt8>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &self) {
      $0.withMemoryRebound(to: UInt8.self, capacity: Self.byteCount, body)
    }
  }

  /// The bytes as an array.
  public var bytes: [UInt8] { withBytes { Array($0) } }

  /// The bytes as lowercase hexadecimal.
  public var hex: String { withBytes { Hex.encode($0) } }

  /// The first four bytes as hexadecimal, for people.
  public var short: String {
    withBytes { Hex.encode(UnsafeRawBufferPointer(rebasing: $0.prefix(4))) }
  }

  /// The bytes as lowercase hexadecimal.
  public var description: String { hex }
}
