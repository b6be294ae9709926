import Foundation
import Testing
import WitanCrypto

@testable import Witan

/// The byte format, as it is. A change of it is seen here first, and is made on purpose: run the tests with
/// `WITAN_RECORD=1`, read what changed in `Golden/`, and raise the format's version.
@Suite struct GoldenTests {
  @Test("Every kind of value has the bytes that were recorded for it", arguments: GoldenVector.all)
  func bytes(of vector: GoldenVector) throws {
    if GoldenVector.isRecording {
      try vector.text.write(to: vector.file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(vector.name); run again without WITAN_RECORD")
      return
    }
    #expect(try vector.recorded() == vector.bytes)
  }

  @Test("The recorded bytes read as the value they were made from", arguments: GoldenVector.all)
  func reading(_ vector: GoldenVector) throws {
    let recorded = try vector.recorded()
    #expect(vector.isValue(recorded))
    #expect(vector.rewritten(recorded) == .success(recorded))
    #expect(vector.isAccepted?(recorded) ?? true)
  }

  @Test("Each file says in its first line what it holds", arguments: GoldenVector.all)
  func header(of vector: GoldenVector) throws {
    let text = try String(contentsOf: vector.file, encoding: .utf8)
    #expect(text == vector.text)
  }

  @Test("Every message, record and lock there is has a golden vector, and every file a value")
  func complete() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: GoldenVector.folder.path)
      .filter { $0.hasSuffix(".hex") }
    #expect(Set(files) == Set(GoldenVector.all.map { $0.name + ".hex" }))
    #expect(Set(GoldenVector.all.map(\.name)).count == GoldenVector.all.count)
    let messages = GoldenVector.all.filter { $0.name.hasPrefix("message-") }
    let tags = Set(messages.map { $0.bytes[1] })
    let kinds = StatementKind.allCases.filter { $0 != .reply && $0 != .answer }
    #expect(tags == Set(kinds.map(\.rawValue) + [Message.requestTag]))
    let records = GoldenVector.all.filter { $0.name.hasPrefix("record-") }
    #expect(Set(records.map { $0.bytes[1] }) == Set(1...10))
  }

  @Test("No two kinds of message, at the same place and for the same digest, sign the same bytes")
  func signedBytes() throws {
    let network = try Network()
    var signatures: Set<Signature> = []
    for kind in StatementKind.allCases {
      signatures.insert(network.vote(kind, for: network.chain, by: 0).signature)
    }
    #expect(signatures.count == StatementKind.allCases.count)
  }
}
