import Testing
import WitanCrypto

@testable import Witan

/// Manifests lead from one epoch to the next; each step is proved by the members of the one before.
@Suite struct ManifestTests {
  let network: Network
  /// The members of epochs 0 to 3: each replaces one of those before.
  let terms: [Membership]
  let changes: [EpochChange]

  init() throws {
    let network = try Network()
    self.network = network
    terms = try (0..<4).map { epoch in
      try Membership((epoch..<epoch + 4).map { network.member(ReplicaID($0)) })
    }
    changes = (0..<3).map { [terms] in
      network.change(
        from: Epoch(UInt64($0)), members: terms[$0], to: terms[$0 + 1],
        at: SequenceNumber(64 * UInt64($0 + 1)))
    }
  }

  private func manifest(
    _ lineage: [EpochChange], _ certificate: CheckpointCertificate? = nil, epoch: Epoch = 0,
    by id: ReplicaID = 1
  ) -> Message {
    .manifest(
      network.seal(
        .manifest, Manifest(lineage: lineage, certificate: certificate), epoch: epoch, by: id))
  }

  private func rejection(of message: Message, verifier: Verifier? = nil) -> Rejection? {
    do throws(Rejection) {
      _ = try (verifier ?? network.verifier).verify(message)
      return nil
    } catch {
      return error
    }
  }

  /// A verifier that knows this many epochs.
  private func verifier(knowing count: Int) -> Verifier {
    var verifier = network.verifier
    for change in changes.prefix(count - 1) { verifier.learn(change) }
    return verifier
  }

  @Test("Step by step, it leads to members whom we didn't know, its sender among them")
  func lineage() throws {
    let certificate = network.certificate(
      network.summary(after: network.block(300, epoch: 3).header, epoch: 3, members: terms[3]),
      epoch: 3, members: terms[3])
    let message = manifest(changes, certificate, epoch: 3, by: 6)
    let verified = try network.verifier.verify(message)
    #expect(verified.seat == Seat(3))
    for known in 1...4 {
      #expect(rejection(of: message, verifier: verifier(knowing: known)) == nil)
    }
    #expect(rejection(of: manifest([], certificate, epoch: 0)) == .badCertificate(.unknownEpoch(3)))
    #expect(network.verifier.latestEpoch == 0, "checking changes nothing")
  }

  @Test("A step can't be left out, nor taken out of order")
  func gaps() {
    #expect(
      rejection(of: manifest([changes[1]])) == .badCertificate(.unknownEpoch(1)))
    #expect(
      rejection(of: manifest([changes[0], changes[2]])) == .badCertificate(.unknownEpoch(2)))
    #expect(
      rejection(of: manifest([changes[1], changes[0]])) == .badCertificate(.unknownEpoch(1)))
  }

  @Test("A step that its epoch's members didn't sign is refused")
  func badSteps() {
    let weak = EpochChange(
      certificate: network.certificate(changes[0].certificate.summary, by: [0, 1]),
      members: terms[1])
    #expect(rejection(of: manifest([weak])) == .badCertificate(.noQuorum(2, needed: 3)))
    // The members to come vouch for themselves.
    let usurped = EpochChange(
      certificate: network.certificate(changes[0].certificate.summary, members: terms[1]),
      members: terms[1])
    #expect(rejection(of: manifest([usurped])) == .badCertificate(.badSignature(0)))
  }

  @Test("Steps to epochs that are known already are checked too")
  func knownSteps() {
    let verifier = verifier(knowing: 3)
    #expect(rejection(of: manifest(changes), verifier: verifier) == nil)
    let weak = EpochChange(
      certificate: network.certificate(changes[0].certificate.summary, by: [0]),
      members: terms[1])
    #expect(
      rejection(of: manifest([weak] + changes[1...]), verifier: verifier)
        == .badCertificate(.noQuorum(1, needed: 3)))
    let other = network.change(to: terms[2])
    #expect(
      rejection(of: manifest([other]), verifier: verifier)
        == .badCertificate(.mismatch("the next members")))
  }

  @Test("A stranger's lies aren't blamed on the member that it names")
  func framing() {
    let weak = EpochChange(
      certificate: network.certificate(changes[0].certificate.summary, by: [0]),
      members: terms[1])
    let body = Manifest(lineage: [weak], certificate: nil)
    for epoch in [0, 1] as [Epoch] {
      let signed = network.seal(.manifest, body, epoch: epoch, by: 9).signed
      let forged = Sealed(
        signed: SignedStatement(
          statement: signed.statement, signer: 1, signature: signed.signature), body: body)
      let reason = rejection(of: .manifest(forged))
      #expect(reason == (epoch == 0 ? .badSignature : .unknownEpoch(1)))
      #expect(reason?.provesFault == false)
    }
  }

  @Test("Its sender is a member of the epoch that it names, and signed it")
  func sender() {
    #expect(rejection(of: manifest([], by: 4)) == .notMember(4))
    #expect(rejection(of: manifest([changes[0]], epoch: 1, by: 0)) == .notMember(0))
    #expect(rejection(of: manifest([changes[0]], epoch: 1, by: 4)) == nil)
    #expect(rejection(of: manifest([changes[0]], epoch: 2, by: 4)) == .unknownEpoch(2))
    #expect(rejection(of: manifest([], epoch: Epoch(.max), by: 1)) == .unknownEpoch(Epoch(.max)))
  }

  @Test("A checkpoint that too few signed is refused, and one that changes the members isn't")
  func certificate() {
    let summary = network.summary(after: network.block(64).header)
    #expect(rejection(of: manifest([], network.certificate(summary))) == nil)
    #expect(
      rejection(of: manifest([], network.certificate(summary, by: [0])))
        == .badCertificate(.noQuorum(1, needed: 3)))
    #expect(rejection(of: manifest([], changes[0].certificate)) == nil)
  }

  @Test("A verifier learns one epoch at a time, and keeps the latest sixteen")
  func learning() throws {
    var verifier = network.verifier
    verifier.learn(changes[1])
    #expect(verifier.latestEpoch == 0, "a step that doesn't follow isn't learned")
    for epoch in UInt64(0)..<20 {
      verifier.learn(network.change(from: Epoch(epoch), to: network.members))
    }
    #expect(verifier.latestEpoch == 20)
    #expect(verifier.members(of: 4) == nil && verifier.members(of: 5) == network.members)
    #expect(verifier.members(of: 20) == network.members && verifier.members(of: 21) == nil)
  }
}
