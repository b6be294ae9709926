import Testing
import WitanCrypto

/// The simulator's signatures: the same every time, and nobody's but the signer's.
@Suite struct SimulatedSchemeTests {
  let authority = SimulatedAuthority(seed: 7)
  let message = (0..<100).map { UInt8($0) }

  var scheme: SignatureScheme { .simulated(authority) }

  @Test("The same seed, signer and message give the same signature, and a signer verifies")
  func deterministic() {
    let again = SimulatedAuthority(seed: 7)
    for index in [0, 1, 2, 1000, UInt64.max] {
      let signer = authority.signer(index)
      #expect(signer.publicKey == again.signer(index).publicKey)
      #expect(signer.sign(message) == again.signer(index).sign(message))
      #expect(scheme.verifies(signer.sign(message), of: message, by: signer.publicKey))
      #expect(scheme.verifies(signer.sign([]), of: [], by: signer.publicKey))
    }
  }

  @Test("Keys and signatures are what they have always been")
  func golden() {
    let signer = authority.signer(3)
    #expect(
      signer.publicKey.hex
        == "19e8b46486107c99d5022a637c28bdbe9f9554edb8915d1062a387d5e974ba91")
    #expect(
      signer.sign(message).hex
        == "4ee44b9be80c25a3dae97397f53e3620" + String(repeating: "0", count: 96))
  }

  @Test("A signature with any bit changed is refused")
  func signatureBits() {
    let signer = authority.signer(0)
    let signature = signer.sign(message)
    for bit in 0..<512 {
      #expect(
        !scheme.verifies(signature.flipping(bit: bit), of: message, by: signer.publicKey))
    }
  }

  @Test("A message with any bit changed, or another length, is refused")
  func messageBits() {
    let signer = authority.signer(0)
    for length in [1, 7, 8, 9, 15, 16, 17, 100] {
      let message = Array(message[..<length])
      let signature = signer.sign(message)
      for bit in 0..<(8 * length) {
        var changed = message
        changed[bit / 8] ^= 1 << (bit % 8)
        #expect(!scheme.verifies(signature, of: changed, by: signer.publicKey))
      }
      #expect(!scheme.verifies(signature, of: message + [0], by: signer.publicKey))
      #expect(!scheme.verifies(signature, of: Array(message.dropLast()), by: signer.publicKey))
    }
  }

  @Test("A key with any bit changed is refused")
  func keyBits() {
    let signer = authority.signer(0)
    let signature = signer.sign(message)
    for bit in 0..<256 {
      #expect(!scheme.verifies(signature, of: message, by: signer.publicKey.flipping(bit: bit)))
    }
  }

  @Test("One signer's signature isn't another's, within an authority or across two")
  func otherSigners() {
    let signers = (0..<20).map { authority.signer($0) }
    for signer in signers {
      for other in signers where other.publicKey != signer.publicKey {
        #expect(!scheme.verifies(signer.sign(message), of: message, by: other.publicKey))
      }
    }
    let stranger = SimulatedAuthority(seed: 8).signer(0)
    #expect(!scheme.verifies(stranger.sign(message), of: message, by: stranger.publicKey))
    #expect(!scheme.verifies(stranger.sign(message), of: message, by: signers[0].publicKey))
  }

  @Test("Signers have keys of their own, and authorities too")
  func distinctKeys() {
    var keys: Set<PublicKey> = []
    for seed in UInt64(0)..<8 {
      for index in UInt64(0)..<512 {
        keys.insert(SimulatedAuthority(seed: seed).signer(index).publicKey)
      }
    }
    #expect(keys.count == 8 * 512)
  }

  @Test("A signature of the simulated scheme is none of the real one, nor the other way round")
  func schemesDontMix() throws {
    let real = Signer(try #require(Ed25519.SecretKey(seed: [UInt8](repeating: 1, count: 32))))
    let simulated = authority.signer(0)
    #expect(
      !SignatureScheme.ed25519.verifies(
        simulated.sign(message), of: message, by: simulated.publicKey))
    #expect(!scheme.verifies(real.sign(message), of: message, by: real.publicKey))
  }

  @Test("Nothing that prints shows a secret")
  func printing() {
    let signer = authority.signer(0)
    var shown = "\(signer) \(authority) "
    dump(signer, to: &shown)
    dump(authority, to: &shown)
    #expect(shown.contains(signer.publicKey.hex))
    #expect(!shown.contains("low") && !shown.contains("secret:"))
  }
}
