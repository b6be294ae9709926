import WitanCrypto

extension SignatureScheme {
  func verifies(_ signature: Signature, of message: [UInt8], by key: PublicKey) -> Bool {
    message.withUnsafeBytes { verifies(signature, of: $0, by: key) }
  }
}

extension Signer {
  func sign(_ message: [UInt8]) -> Signature {
    message.withUnsafeBytes { sign($0) }
  }
}

extension FixedBytes {
  /// The same bytes with one bit turned over.
  func flipping(bit: Int) -> Self {
    var copy = self
    withUnsafeMutableBytes(of: &copy) { $0[bit / 8] ^= 1 << (bit % 8) }
    return copy
  }
}
