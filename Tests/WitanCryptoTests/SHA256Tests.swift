import Testing
import WitanCrypto

/// The examples that NIST publishes for FIPS 180-4, and what a hash made in parts must hold to.
@Suite struct SHA256Tests {
  @Test(
    "The published messages have the published digests",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
          + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func published(message: String, digest: String) {
    #expect(SHA256.hash(Array(message.utf8)).hex == digest)
  }

  @Test("A million times the letter a, in uneven parts, has the published digest")
  func million() {
    let part = [UInt8](repeating: UInt8(ascii: "a"), count: 997)
    var hash = SHA256()
    var left = 1_000_000
    part.withUnsafeBytes { part in
      while left > 0 {
        let count = min(left, part.count)
        hash.update(UnsafeRawBufferPointer(rebasing: part[..<count]))
        left -= count
      }
    }
    #expect(
      hash.finish().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("Where a message is cut makes no difference, at every length around a block's edges")
  func cuts() {
    let message = (0..<130).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    message.withUnsafeBytes { bytes in
      for length in [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 130] {
        let whole = SHA256.hash(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
        for cut in 0...length {
          var hash = SHA256()
          hash.update(UnsafeRawBufferPointer(rebasing: bytes[..<cut]))
          hash.update(UnsafeRawBufferPointer(rebasing: bytes[cut..<length]))
          #expect(hash.finish() == whole)
        }
      }
    }
  }

  @Test("A copy of a hash goes its own way, and finishing one doesn't disturb it")
  func copies() {
    let (first, second) = (SHA256.hash([1]), SHA256.hash([2]))
    var prefix = SHA256()
    prefix.update(first)
    var left = prefix
    var right = prefix
    left.update(Digest.zero)
    right.update(second)
    #expect(prefix.finish() == SHA256.hash(first.bytes))
    #expect(prefix.finish() == SHA256.hash(first.bytes))
    #expect(left.finish() == SHA256.hash(first.bytes + Digest.zero.bytes))
    #expect(right.finish() == SHA256.hash(first.bytes + second.bytes))
  }
}
