import Testing
import WitanCrypto

/// Hexadecimal text, and values that are nothing but their bytes.
@Suite struct FixedBytesTests {
  static let counting = (0..<32).map { UInt8($0) }

  @Test("Every byte is written as two lowercase digits and read back in either case")
  func everyByte() {
    let all = (0...255).map { UInt8($0) }
    let text = Hex.encode(all)
    #expect(text.utf8.count == 512)
    #expect(text.hasPrefix("000102030405060708090a0b0c0d0e0f10"))
    #expect(text == text.lowercased())
    #expect(Hex.decode(text) == all)
    #expect(Hex.decode(text.uppercased()) == all)
    #expect(Hex.encode([]) == "")
    #expect(Hex.decode("") == [])
  }

  @Test(
    "What isn't an even number of hexadecimal digits isn't read",
    arguments: [
      "0", "abc", "0g", "g0", "0x", " 0", "0 ", "00\n", "@0", "`0", "/0", ":0", "é", "٠٠",
    ])
  func notHexadecimal(_ text: String) {
    #expect(Hex.decode(text) == nil)
  }

  @Test("Bytes make a value only when there are exactly as many as it has")
  func lengths() {
    for count in 0...70 {
      let bytes = [UInt8](repeating: 7, count: count)
      #expect((Digest(bytes: bytes) != nil) == (count == 32))
      #expect((PublicKey(bytes: bytes) != nil) == (count == 32))
      #expect((Signature(bytes: bytes) != nil) == (count == 64))
      #expect((Digest(hex: Hex.encode(bytes)) != nil) == (count == 32))
      #expect((bytes.withUnsafeBytes { Digest(copying: $0) } != nil) == (count >= 32))
    }
    #expect(Digest(hex: String(repeating: "0g", count: 32)) == nil)
  }

  @Test("A value gives back the bytes it was made of, and shows them in hexadecimal")
  func bytesAndText() throws {
    let digest = try #require(Digest(bytes: Self.counting))
    #expect(digest.bytes == Self.counting)
    #expect(digest.withBytes { Array($0) } == Self.counting)
    #expect(digest.hex == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
    #expect("\(digest)" == digest.hex)
    #expect(digest.short == "00010203")
    #expect(Digest(hex: digest.hex) == digest)
    #expect(Digest.zero.bytes == [UInt8](repeating: 0, count: 32))
    #expect(Digest.zero == Digest())
    #expect(MemoryLayout<Digest>.size == 32 && MemoryLayout<Signature>.size == 64)
  }

  @Test("Every bit counts when values are compared, ordered and hashed")
  func everyBit() throws {
    let digest = try #require(Digest(bytes: Self.counting))
    for bit in 0..<256 {
      let other = digest.flipping(bit: bit)
      #expect(other != digest)
      #expect(other.hashValue != digest.hashValue)
      #expect((digest < other) == digest.bytes.lexicographicallyPrecedes(other.bytes))
      #expect((other < digest) == other.bytes.lexicographicallyPrecedes(digest.bytes))
      #expect(!(other < other))
    }
    for bit in 0..<512 {
      let other = Signature().flipping(bit: bit)
      #expect(other != Signature())
      #expect(other.hashValue != Signature().hashValue)
    }
  }

  @Test("The first byte that differs decides the order, whatever follows")
  func firstDifference() throws {
    for position in 0..<32 {
      var low = [UInt8](repeating: 0x80, count: 32)
      var high = low
      low[position] = 0x7f
      high[position] = 0x80
      for index in (position + 1)..<33 where index < 32 {
        low[index] = 0xff
        high[index] = 0x00
      }
      let (a, b) = (try #require(PublicKey(bytes: low)), try #require(PublicKey(bytes: high)))
      #expect(a < b)
      #expect(!(b < a))
    }
  }
}
