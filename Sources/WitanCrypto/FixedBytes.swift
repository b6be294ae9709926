/// A value that is exactly `byteCount` raw bytes, laid out as they travel.
public protocol FixedBytes: Sendable {
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
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    guard let value = bytes.withUnsafeBytes({ Self(copying: $0) }) else { return nil }
    self = value
  }

  /// Reads a value from exactly `2 * byteCount` hexadecimal digits; nil for anything else.
  public init?(hex: some StringProtocol) {
    guard let bytes = Hex.decode(hex) else { return nil }
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
  public var short: String { String(hex.prefix(8)) }
}
