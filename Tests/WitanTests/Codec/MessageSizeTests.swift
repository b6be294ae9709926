import Testing
import WitanCrypto

@testable import Witan

/// How large messages get in a large network: a thousand members, and the default window full of locks.
@Suite struct MessageSizeTests {
  private static let members = 1_000
  private let parameters = Parameters()

  private var quorum: Int {
    Int(Quorum(total: VotingPower(UInt64(Self.members))).threshold.rawValue)
  }

  private var window: Int { Int(parameters.window) }

  /// The signatures of the last seats, whose set is the largest.
  private func signatures(_ count: Int) -> SignatureSet {
    var seats = SeatSet()
    for index in Self.members - count..<Self.members { seats.insert(Seat(index)) }
    return SignatureSet(seats: seats, signatures: Array(repeating: Signature(), count: count))
  }

  private func statement(_ kind: StatementKind, _ digest: Digest, by id: Int) -> SignedStatement {
    SignedStatement(
      statement: Statement(kind, epoch: 0, view: 1, sequence: 0, digest: digest),
      signer: ReplicaID(UInt32(id)), signature: Signature())
  }

  @Test("A new-view takes less than a hundred kilobytes")
  func newView() {
    let body = NewViewBody(
      viewChanges: (0..<quorum).map { statement(.viewChange, SHA256.hash([]), by: $0) },
      proposals: Array(repeating: Signature(), count: window))
    let message = Message.newView(
      Sealed(signed: statement(.newView, body.statementDigest, by: 1), body: body))
    let size = message.encoded.count
    #expect(quorum == 667 && window == 128)
    #expect((91_000...92_000).contains(size), "\(size)")
    #expect(size * 500 < Bounds.frameBytes)
  }

  @Test("A view-change takes less than a tenth of a frame", arguments: [true, false])
  func viewChange(areDecided: Bool) throws {
    let network = try Network()
    let header = network.block().header
    let lock =
      areDecided
      ? Lock.committed(
        CommitCertificate(
          epoch: 0, view: 0, sequence: 1, digest: header.digest, commits: signatures(quorum)),
        header)
      : Lock.prepared(
        PreparedCertificate(
          header: header, epoch: 0, view: 0, proposal: Signature(),
          prepares: signatures(quorum - 1)))
    let stable = CheckpointCertificate(
      summary: network.summary(after: header), epoch: 0, signatures: signatures(quorum))
    let body = ViewChangeBody(stable: stable, locks: Array(repeating: lock, count: window))
    let message = Message.viewChange(
      Sealed(signed: statement(.viewChange, body.statementDigest, by: 1), body: body))
    let bytes = message.encoded
    #expect((5_400_000...5_600_000).contains(bytes.count), "\(bytes.count)")
    #expect(bytes.count * 10 < Bounds.frameBytes)
    #expect(try Message(decoding: bytes) == message)
  }

  @Test("A query for as many view-changes as may be asked for takes a few kilobytes")
  func query() {
    let body = ViewChangeQuery(
      wanted: (0..<Bounds.wantedViewChanges).map {
        ViewChangeQuery.Name(signer: ReplicaID(UInt32($0)), digest: SHA256.hash([]))
      })
    let message = Message.fetchViewChanges(
      Sealed(signed: statement(.fetchViewChanges, body.statementDigest, by: 1), body: body))
    #expect((2_000...3_000).contains(message.encoded.count), "\(message.encoded.count)")
  }
}
