import CCrypto

extension Workload {
  /// SHA-256 of 128 bytes by libcrypto's one-shot call: what a vote may cost.
  static let sha256Of128Bytes = sha256(of: 128)

  /// SHA-256 of so many bytes by libcrypto's one-shot call.
  static func sha256(of count: Int) -> Workload {
    Workload("SHA-256 of \(count) bytes") {
      let input = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
      return { operations in
        input.withUnsafeBufferPointer { input in
          digest.withUnsafeMutableBufferPointer { digest in
            for _ in 0..<operations {
              _ = CCrypto.SHA256(input.baseAddress, input.count, digest.baseAddress)
            }
          }
        }
        consume(digest)
      }
    }
  }
}
