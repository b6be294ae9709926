import Testing
import WitanCrypto
import WitanDraw

@testable import Witan

/// Bytes that no encoder wrote: each either fails to read, with a reason, or writes back the same.
@Suite struct HostileBytesTests {
  /// Vectors up to this size are tried with every value of every byte.
  private static let smallSize = 126

  /// Other values for a byte: all of them, or with each of its bits turned alone, and all at once.
  private static func changes(of byte: UInt8, in size: Int) -> [UInt8] {
    if size <= smallSize { return (1...255).map { byte ^ UInt8($0) } }
    return (0..<8).map { byte ^ (1 << UInt8($0)) } + [~byte]
  }

  @Test(
    "Every change of one byte is refused, or reads as another value that a verifier refuses",
    arguments: GoldenVector.all)
  func singleBytes(of vector: GoldenVector) {
    var wrong: [String] = []
    var changed = vector.bytes
    for index in vector.bytes.indices {
      defer { changed[index] = vector.bytes[index] }
      for byte in Self.changes(of: vector.bytes[index], in: vector.bytes.count) {
        changed[index] = byte
        guard case .success(let rewritten) = vector.rewritten(changed) else { continue }
        // Written back as it was read: a value of its own, whose bytes and digest are no other's.
        if rewritten != changed { wrong.append("\(byte) at \(index) has two forms") }
        if vector.isAccepted?(changed) ?? false {
          wrong.append("\(byte) at \(index) is accepted")
        }
      }
    }
    #expect(wrong == [])
  }

  @Test("Every truncation fails with a reason", arguments: GoldenVector.all)
  func truncations(of vector: GoldenVector) {
    var readable: [Int] = []
    for length in vector.bytes.indices {
      guard case .failure(let reason) = vector.rewritten(Array(vector.bytes[..<length])),
        !reason.description.isEmpty
      else {
        readable.append(length)
        continue
      }
    }
    #expect(readable == [])
  }

  @Test("Bytes after the end are refused", arguments: GoldenVector.all)
  func trailingBytes(of vector: GoldenVector) {
    #expect(vector.rewritten(vector.bytes + [0]) == .failure(.trailingBytes(1)))
    #expect(
      vector.rewritten(vector.bytes + vector.bytes)
        == .failure(.trailingBytes(vector.bytes.count)))
  }

  /// Every count, length, view, sequence and epoch lies somewhere, so all places are tried.
  @Test(
    "The largest number at any place traps nowhere, neither in reading nor in verifying",
    arguments: GoldenVector.all)
  func largestNumbers(in vector: GoldenVector) {
    for width in [2, 4, 8, 16] {
      for start in 0..<max(0, vector.bytes.count - width) {
        var changed = vector.bytes
        for index in start..<start + width { changed[index] = 0xff }
        if case .success(let rewritten) = vector.rewritten(changed) {
          #expect(rewritten == changed)
          _ = vector.isAccepted?(changed)
        }
      }
    }
  }
}

/// Random bytes, and random changes of right ones.
@Suite struct RandomBytesTests {
  @Test("Random bytes fail to read or write back the same", arguments: GoldenVector.all)
  func noise(for vector: GoldenVector) {
    var draw = Draw(seed: 0xc0de).split("noise", UInt64(vector.bytes.count))
    for _ in 0..<200 {
      let length = draw.integer(in: 0...300)
      let bytes = (0..<length).map { _ in UInt8(draw.choice(upTo: 255)) }
      expectSound(bytes, vector)
    }
  }

  @Test("Random bytes after a right beginning do so too", arguments: GoldenVector.all)
  func continued(_ vector: GoldenVector) {
    var draw = Draw(seed: 0xc0de).split("continued", UInt64(vector.bytes.count))
    for _ in 0..<200 {
      let kept = draw.integer(in: 0...vector.bytes.count)
      let length = draw.integer(in: 0...200)
      let extremes = draw.chance(0.5)
      let tail = (0..<length).map { _ in
        extremes ? draw.pick([0, 1, 0xff]) ?? 0 : UInt8(draw.choice(upTo: 255))
      }
      expectSound(Array(vector.bytes[..<kept]) + tail, vector)
    }
  }

  @Test("Pieces cut out, doubled and swapped do so too", arguments: GoldenVector.all)
  func spliced(_ vector: GoldenVector) {
    var draw = Draw(seed: 0xc0de).split("spliced", UInt64(vector.bytes.count))
    for _ in 0..<200 {
      var bytes = vector.bytes
      for _ in 0..<draw.integer(in: 1...3) where !bytes.isEmpty {
        let start = draw.integer(in: 0...bytes.count - 1)
        let end = draw.integer(in: start...min(bytes.count - 1, start + 80))
        let piece = Array(bytes[start...end])
        switch draw.choice(upTo: 2) {
        case 0: bytes.removeSubrange(start...end)
        case 1: bytes.insert(contentsOf: piece, at: start)
        default: bytes.replaceSubrange(start...end, with: draw.shuffled(piece))
        }
      }
      expectSound(bytes, vector)
    }
  }

  private func expectSound(_ bytes: [UInt8], _ vector: GoldenVector) {
    guard case .success(let rewritten) = vector.rewritten(bytes) else { return }
    if rewritten != bytes { Issue.record("\(vector.name) reads \(Hex.encode(bytes)) as another") }
    if bytes != vector.bytes, vector.isAccepted?(bytes) ?? false {
      Issue.record("\(vector.name) accepts \(Hex.encode(bytes))")
    }
  }
}
