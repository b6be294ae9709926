import Testing

@testable import WitanCrypto

/// Remembering what verified changes no answer.
@Suite struct RememberedSchemeTests {
  let scheme = SignatureScheme.remembered(VerifiedSignatures())
  let message = (0..<100).map { UInt8($0) }

  private func signer(_ number: UInt8) throws -> Signer {
    Signer(try #require(Ed25519.SecretKey(seed: [UInt8](repeating: number, count: 32))))
  }

  @Test(
    "What verified verifies again, and nothing that differs from it in key, message or signature")
  func memory() throws {
    let (signer, other) = (try signer(1), try signer(2))
    let signature = signer.sign(message)
    for _ in 0..<3 {
      #expect(scheme.verifies(signature, of: message, by: signer.publicKey))
      #expect(!scheme.verifies(signature, of: message, by: other.publicKey))
      #expect(!scheme.verifies(signature, of: Array(message.dropLast()), by: signer.publicKey))
      #expect(!scheme.verifies(signature, of: message + [0], by: signer.publicKey))
      for bit in stride(from: 0, to: 512, by: 37) {
        let changed = signature.flipping(bit: bit)
        #expect(!scheme.verifies(changed, of: message, by: signer.publicKey))
      }
    }
  }

  @Test("More than are remembered verify all the same, the first ones once more too")
  func overflow() throws {
    let signer = try signer(3)
    let messages = (0..<64).map { [UInt8($0)] }
    let signed = messages.map { ($0, signer.sign($0)) }
    let small = SignatureScheme.remembered(VerifiedSignatures(capacity: 4))
    for _ in 0..<2 {
      for (message, signature) in signed {
        #expect(small.verifies(signature, of: message, by: signer.publicKey))
        #expect(!small.verifies(signature, of: message + [1], by: signer.publicKey))
      }
    }
  }
}
