import Testing
import Witan
import WitanCrypto

@testable import FuzzTargets

/// Checks that can't fail find nothing: each is shown what it is there for.
@Suite struct SharpnessTests {
  /// A form that reads what it wouldn't write: any byte but zero is true.
  private struct Lax: Canonical, Equatable {
    let flag: Bool

    func encode(to writer: inout ByteWriter) { writer.write(flag) }

    init(from reader: inout ByteReader) throws(Malformed) { flag = try reader.readUInt8() != 0 }
  }

  /// A form that ignores what it can't read.
  private struct Forgiving: Canonical, Equatable {
    let bytes: [UInt8]

    func encode(to writer: inout ByteWriter) { for byte in bytes { writer.write(byte) } }

    init(from reader: inout ByteReader) throws(Malformed) {
      var bytes: [UInt8] = []
      while reader.remaining > 0 { bytes.append(try reader.readUInt8()) }
      self.bytes = bytes
    }
  }

  @Test("A form with two ways to write one thing is found, and one that reads any length")
  func formats() {
    #expect(throws: Finding.self) { try Format(Lax.self).check([7]) }
    #expect(throws: Finding.self) { try Format(Forgiving.self).check([7]) }
  }

  @Test("A replica that says two things in one place is found")
  func contradiction() throws {
    let town = Town.four
    var witness = SelfWitness(town)
    for digest in [Digest.zero, SHA256.hash([1])] {
      witness.hear(
        .prepare(
          town.sign(Statement(.prepare, epoch: 0, view: 1, sequence: 1, digest: digest), by: 0)))
    }
    #expect(throws: Finding.self) { try witness.expectConsistency() }
  }

  @Test("A replica that votes in a view which it left is found")
  func oldView() throws {
    let town = Town.four
    var witness = SelfWitness(town)
    witness.hear(
      .viewChange(
        town.seal(.viewChange, ViewChangeBody(stable: nil, locks: []), view: 2, by: 0)))
    witness.hear(
      .commit(town.sign(Statement(.commit, epoch: 0, view: 1, sequence: 1, digest: .zero), by: 0)))
    #expect(throws: Finding.self) { try witness.expectConsistency() }
  }
}
