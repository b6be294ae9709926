/// A value whose every signature and nested certificate was checked. Only the verifier makes one.
public struct Verified<Value: Sendable>: Sendable {
  /// The value.
  public let value: Value
  /// The signer's seat in the epoch it names; nil for what clients sign.
  public let seat: Seat?

  init(checked value: Value, seat: Seat?, by _: borrowing Verifier.Authority) {
    self.value = value
    self.seat = seat
  }
}
