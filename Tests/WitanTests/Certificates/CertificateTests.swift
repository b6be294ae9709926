import Testing
import WitanCrypto

@testable import Witan

/// What a certificate must have to prove anything (F1, F3, F4, F6, F18, F33).
@Suite struct CertificateTests {
  let network: Network
  let header: BlockHeader

  init() throws {
    network = try Network()
    header = network.block().header
  }

  private func fault(of certificate: CommitCertificate) -> CertificateFault? {
    network.verifier.fault(of: certificate)
  }

  private func fault(of lock: Lock) -> CertificateFault? {
    lock.fault(members: network.members, chain: network.chain, scheme: network.scheme)
  }

  /// A certificate like the one given, but for what is named.
  private func commits(
    like other: CommitCertificate, epoch: Epoch? = nil, view: View? = nil,
    sequence: SequenceNumber? = nil, digest: Digest? = nil, commits: SignatureSet? = nil
  ) -> CommitCertificate {
    CommitCertificate(
      epoch: epoch ?? other.epoch, view: view ?? other.view,
      sequence: sequence ?? other.sequence, digest: digest ?? other.digest,
      commits: commits ?? other.commits)
  }

  // MARK: Who signed

  @Test("Every quorum proves a decision, and nothing less does")
  func quorums() {
    for subset in 0..<16 {
      let ids = network.ids.filter { subset >> Int($0.rawValue) & 1 == 1 }
      let fault = fault(of: network.committed(header, by: ids))
      let expected: CertificateFault? =
        ids.count >= 3 ? nil : .noQuorum(VotingPower(UInt64(ids.count)), needed: 3)
      #expect(fault == expected)
    }
  }

  @Test("It is the weight that counts, not the heads")
  func weights() throws {
    let network = try Network(powers: [10, 1, 1, 1])
    let header = network.block().header
    #expect(network.verifier.fault(of: network.committed(header, by: [0])) == nil)
    #expect(
      network.verifier.fault(of: network.committed(header, by: [1, 2, 3]))
        == .noQuorum(3, needed: 9))
  }

  @Test("There must be as many signatures as seats")
  func signatureCount() {
    let right = network.committed(header)
    for signatures in [
      Array(right.commits.signatures.dropLast()),
      right.commits.signatures + [right.commits.signatures[0]], [],
    ] {
      let set = SignatureSet(seats: right.commits.seats, signatures: signatures)
      #expect(fault(of: commits(like: right, commits: set)) == .wrongSignatureCount)
    }
  }

  @Test("A seat that the epoch doesn't have counts nothing (F3)")
  func unknownSeat() {
    let right = network.committed(header)
    for index in [4, 63, 64, 4_095] {
      var seats = right.commits.seats
      seats.insert(Seat(index))
      let set = SignatureSet(
        seats: seats, signatures: right.commits.signatures + [Signature()])
      #expect(fault(of: commits(like: right, commits: set)) == .unknownSeat(Seat(index)))
    }
  }

  @Test("One bad signature spoils it, whosever it is")
  func badSignature() {
    let right = network.committed(header, by: network.ids)
    for index in 0..<4 {
      var signatures = right.commits.signatures
      signatures[index] = signatures[(index + 1) % 4]
      let set = SignatureSet(seats: right.commits.seats, signatures: signatures)
      #expect(
        fault(of: commits(like: right, commits: set))
          == .badSignature(ReplicaID(UInt32(index))))
    }
  }

  @Test("Signatures of one network prove nothing on another")
  func otherNetwork() throws {
    let other = try Network(name: "other")
    #expect(fault(of: other.committed(header)) == .badSignature(0))
  }

  // MARK: What was signed

  @Test("A commit for another view, sequence, digest or epoch proves nothing here (F1, F7)")
  func otherPlaces() {
    let right = network.committed(header)
    #expect(fault(of: right) == nil)
    #expect(fault(of: commits(like: right, view: 1)) == .badSignature(0))
    #expect(fault(of: commits(like: right, view: View(.max))) == .badSignature(0))
    #expect(fault(of: commits(like: right, sequence: 2)) == .badSignature(0))
    #expect(fault(of: commits(like: right, digest: .zero)) == .badSignature(0))
    #expect(fault(of: commits(like: right, epoch: 1)) == .unknownEpoch(1))
  }

  @Test("Prepares are no commits, nor checkpoints, nor proposals (F7)")
  func otherKinds() {
    let right = network.committed(header)
    for kind in StatementKind.allCases where kind != .commit {
      let statement = Statement(kind, epoch: 0, sequence: 1, digest: header.digest)
      let set = network.signatures(statement, by: network.ids)
      #expect(fault(of: commits(like: right, commits: set)) == .badSignature(0))
    }
  }

  @Test("Votes for two blocks make no certificate together (F1)")
  func mixedVotes() {
    let other = network.block(requests: [network.request(2)]).header
    let mine = network.committed(header, by: [0, 1])
    let theirs = network.committed(other, by: [2])
    var seats = mine.commits.seats
    seats.insert(Seat(2))
    let set = SignatureSet(
      seats: seats, signatures: mine.commits.signatures + theirs.commits.signatures)
    #expect(fault(of: commits(like: mine, commits: set)) == .badSignature(2))
  }

  // MARK: Locks

  @Test("The leader's proposal and prepares of the others are a quorum together (§4.2)")
  func prepared() {
    #expect(fault(of: .prepared(network.prepared(header, by: [1, 2]))) == nil)
    #expect(fault(of: .prepared(network.prepared(header, by: [1, 2, 3]))) == nil)
    #expect(
      fault(of: .prepared(network.prepared(header, by: [3]))) == .noQuorum(2, needed: 3))
    #expect(fault(of: .prepared(network.prepared(header, by: []))) == .noQuorum(1, needed: 3))
  }

  @Test("The leader isn't counted twice")
  func leaderTwice() {
    #expect(
      fault(of: .prepared(network.prepared(header, by: [0, 1]))) == .leaderCountedTwice)
    #expect(
      fault(of: .prepared(network.prepared(header, view: 1, by: [0, 2]))) == nil)
  }

  @Test("The proposal must be the leader's of that view, over that block")
  func proposals() {
    let right = network.prepared(header)
    func fault(_ proposal: Signature, view: View = 0) -> CertificateFault? {
      self.fault(
        of: .prepared(
          PreparedCertificate(
            header: header, epoch: 0, view: view, proposal: proposal, prepares: right.prepares)))
    }
    #expect(fault(right.proposal) == nil)
    #expect(fault(right.proposal, view: 1) == .badSignature(1))
    #expect(fault(Signature()) == .badSignature(0))
    let others = network.vote(.prePrepare, for: header.digest, by: 1).signature
    #expect(fault(others) == .badSignature(0))
    let another = network.vote(.prePrepare, for: .zero, by: 0).signature
    #expect(fault(another) == .badSignature(0))
    let prepare = network.vote(.prepare, for: header.digest, by: 0).signature
    #expect(fault(prepare) == .badSignature(0))
  }

  @Test("A single member's proposal is a quorum by itself")
  func alone() throws {
    let network = try Network(1)
    let lock = network.lock(network.block())
    #expect(
      lock.fault(members: network.members, chain: network.chain, scheme: network.scheme) == nil)
  }

  @Test("A decided block's lock names the block that was decided")
  func committedLocks() {
    let right = network.committed(header)
    #expect(fault(of: .committed(right, header)) == nil)
    let other = network.block(requests: [network.request(2)]).header
    #expect(fault(of: .committed(right, other)) == .mismatch("the decided block's header"))
    #expect(
      fault(of: .committed(commits(like: right, sequence: 2), header))
        == .mismatch("the decided block's header"))
  }

  // MARK: Checkpoints

  @Test("A checkpoint is certified by a quorum, not by f + 1 (F33)")
  func checkpoints() {
    let summary = network.summary(after: header)
    let verifier = network.verifier
    #expect(verifier.fault(of: network.certificate(summary)) == nil)
    #expect(
      verifier.fault(of: network.certificate(summary, by: [2, 3])) == .noQuorum(2, needed: 3))
    let other = network.summary(after: network.block(2).header)
    let swapped = CheckpointCertificate(
      summary: other, epoch: 0, signatures: network.certificate(summary).signatures)
    #expect(verifier.fault(of: swapped) == .badSignature(0))
    #expect(
      verifier.fault(of: network.certificate(summary, epoch: 1))
        == .unknownEpoch(1))
  }

  @Test("A checkpoint within an epoch names that epoch's members")
  func checkpointMembers() throws {
    let other = try Network(5).members
    let summary = network.summary(after: header, members: other)
    #expect(
      network.verifier.fault(of: network.certificate(summary))
        == .mismatch("the members' digest"))
  }

  @Test("Epochs follow each other, even if a quorum says otherwise")
  func epochGaps() throws {
    let right = network.summary(after: header)
    for epoch in [2, 3, Epoch(.max)] {
      let summary = CheckpointSummary(
        sequence: 1, lastBlock: right.lastBlock, timestamp: 0, applicationRoot: .zero,
        applicationChunks: 0, sessionsRoot: .zero, sessionChunks: 1, epoch: epoch,
        members: right.members)
      let certificate = network.certificate(summary)
      #expect(network.verifier.fault(of: certificate) == .mismatch("the next epoch"))
      #expect(throws: Malformed.invalid("checkpoint's epoch")) {
        try CheckpointCertificate(decoding: certificate.encoded)
      }
    }
  }

  @Test("A change of members names the members whom the old ones certified")
  func epochChanges() throws {
    let next = try Network(5).members
    let verifier = network.verifier
    let change = network.change(to: next)
    #expect(verifier.fault(of: change) == nil)
    let other = EpochChange(certificate: change.certificate, members: network.members)
    #expect(verifier.fault(of: other) == .mismatch("the next members"))
    #expect(throws: Malformed.invalid("epoch change")) {
      try EpochChange(decoding: other.encoded)
    }
    let within = EpochChange(
      certificate: network.certificate(network.summary(after: header)), members: network.members)
    #expect(verifier.fault(of: within) == .mismatch("the next members"))
    #expect(
      verifier.fault(of: network.change(from: 1, members: next, to: network.members))
        == .unknownEpoch(1))
  }

  // MARK: In words

  @Test("Every fault says what is wrong")
  func descriptions() {
    let faults: [CertificateFault: String] = [
      .wrongSignatureCount: "as many signatures as seats are needed",
      .unknownSeat(Seat(4)): "the epoch has no seat 4",
      .leaderCountedTwice: "the leader's proposal is its prepare, but it is counted again",
      .noQuorum(2, needed: 3): "signed by 2 of the 3 that are needed",
      .badSignature(1): "the signature of r1 is over something else",
      .unknownEpoch(7): "the members of epoch 7 aren't known",
      .mismatch("a part"): "a part doesn't match the rest",
    ]
    for (fault, text) in faults { #expect(fault.description == text) }
  }
}

/// Signatures by seat, as they travel.
@Suite struct SignatureSetTests {
  @Test("The room that a set has makes no difference to its bytes")
  func room() throws {
    var seats = SeatSet(capacity: 4_096)
    seats.insert(Seat(70))
    let set = SignatureSet(seats: seats, signatures: [Signature()])
    #expect(set.encoded.count == 2 + 2 * 8 + 64)
    #expect(try SignatureSet(decoding: set.encoded) == set)
    #expect(SignatureSet(seats: SeatSet(capacity: 999), signatures: []).encoded == [0, 0])
  }

  @Test("A trailing word without seats, or more words than members, is refused")
  func words() {
    #expect(throws: Malformed.notCanonical("set of seats")) {
      try SignatureSet(decoding: [1, 0] + Array(repeating: 0, count: 8))
    }
    #expect(throws: Malformed.tooLong("words of a set of seats", count: 65, limit: 64)) {
      try SignatureSet(decoding: [65, 0] + Array(repeating: 0xff, count: 65 * 8))
    }
    #expect(throws: Malformed.truncated) {
      try SignatureSet(decoding: [1, 0] + Array(repeating: 0xff, count: 8))
    }
  }

  @Test("A signature is found by its seat")
  func lookUp() throws {
    let network = try Network()
    let statement = Statement(.commit, epoch: 0, digest: .zero)
    let set = network.signatures(statement, by: [1, 3])
    #expect(set.signature(of: Seat(1)) == network.sign(statement, by: 1).signature)
    #expect(set.signature(of: Seat(3)) == network.sign(statement, by: 3).signature)
    #expect(set.signature(of: Seat(0)) == nil && set.signature(of: Seat(64)) == nil)
  }
}
