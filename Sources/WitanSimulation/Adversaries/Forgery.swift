import Witan
import WitanCrypto
import WitanDraw

/// Shows certificates that certify nothing, wherever its replica shows one, and locks and decisions that nobody has or
/// took: one signature is wrong, there are too few, one stands for two, the signatures are over another epoch or view, or
/// over another block.
struct Forger: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    let audience = Audience(receiver)
    switch message {
    case .viewChange(let sealed):
      let body =
        invented(insteadOf: sealed.body, for: sealed.statement, &scene)
        ?? forged(sealed.body, &scene)
      if let other = scene.reseal(sealed, body) { scene.pass(.viewChange(other), to: audience) }
    case .decision(let sealed):
      let honest = sealed.body
      let body =
        scene.draw.chance(0.5)
        ? Decision(certificate: forged(honest.certificate, &scene), block: honest.block)
        : Decision(certificate: honest.certificate, block: honest.block.altered)
      if let other = scene.reseal(sealed, body) { scene.pass(.decision(other), to: audience) }
    case .manifest(let sealed):
      let body = Manifest(
        lineage: sealed.body.lineage,
        certificate: sealed.body.certificate.map { forged($0, &scene) })
      if let other = scene.reseal(sealed, body) { scene.pass(.manifest(other), to: audience) }
    case .commit(let vote):
      scene.pass(message, to: audience)
      if let invented = invented(at: vote.statement, &scene) {
        scene.pass(.decision(invented), to: audience)
      }
    default: scene.pass(message, to: audience)
    }
  }

  /// A decision that only the coalition signed, and nobody else.
  private func invented(at place: Statement, _ scene: inout Scene) -> Sealed<Decision>? {
    guard let parent = scene.lastDecision else { return nil }
    let block = Block(
      height: place.sequence, previous: parent.block.digest, proposer: scene.id,
      timestamp: parent.block.header.timestamp, epoch: place.epoch,
      requests: parent.block.requests)
    let statement = place.with(digest: block.digest)
    var seats = SeatSet()
    var signatures: [Signature] = []
    for (index, member) in scene.members.members.enumerated() {
      guard let signed = scene.sign(statement, as: member.id) else { continue }
      seats.insert(Seat(index))
      signatures.append(signed.signature)
    }
    let own = SignatureSet(seats: seats, signatures: signatures)
    let certificate = CommitCertificate(
      epoch: place.epoch, view: place.view, sequence: place.sequence, digest: block.digest,
      commits: padded(own, upTo: scene.members.count, &scene))
    return scene.seal(
      .decision, Decision(certificate: certificate, block: block), view: place.view,
      sequence: place.sequence)
  }

  /// What a member shows that is bound to another block than it is: in the last view before, so that no true lock is
  /// later, and signed by the coalition alone.
  private func invented(
    insteadOf body: ViewChangeBody, for place: Statement, _ scene: inout Scene
  ) -> ViewChangeBody? {
    guard place.view > 0, let index = scene.draw.pick(body.locks.indices),
      scene.draw.chance(0.5)
    else { return nil }
    let old = body.locks[index].header
    let header = BlockHeader(
      height: old.height, previous: old.previous, proposer: old.proposer,
      timestamp: old.timestamp + 1, epoch: old.epoch, payload: old.payload)
    let view = View(place.view.rawValue - 1)
    let vote = Statement(
      .prepare, epoch: place.epoch, view: view, sequence: header.height, digest: header.digest)
    guard let own = scene.sign(vote)?.signature else { return nil }
    var seats = SeatSet()
    var signatures: [Signature] = []
    for (index, member) in scene.members.members.enumerated() {
      seats.insert(Seat(index))
      signatures.append(scene.sign(vote, as: member.id)?.signature ?? own)
    }
    let lock = Lock.prepared(
      PreparedCertificate(
        header: header, epoch: place.epoch, view: view, proposal: own,
        prepares: SignatureSet(seats: seats, signatures: signatures)))
    return ViewChangeBody(stable: body.stable, locks: body.locks.prefix(index) + [lock])
  }

  /// Puts the same signatures in others' seats, or leaves it at too few.
  private func padded(
    _ set: SignatureSet, upTo count: Int, _ scene: inout Scene
  ) -> SignatureSet {
    guard scene.draw.chance(0.5), let borrowed = set.signatures.first else { return set }
    var seats = SeatSet()
    for index in 0..<count { seats.insert(Seat(index)) }
    let known = Dictionary(zip(set.seats, set.signatures)) { first, _ in first }
    return SignatureSet(seats: seats, signatures: seats.map { known[$0] ?? borrowed })
  }

  // MARK: Forging what others signed

  private func forged(_ body: ViewChangeBody, _ scene: inout Scene) -> ViewChangeBody {
    guard let index = scene.draw.pick(body.locks.indices) else {
      return ViewChangeBody(stable: body.stable.map { forged($0, &scene) }, locks: [])
    }
    var locks = body.locks
    switch locks[index] {
    case .prepared(let certificate):
      let (epoch, view) = elsewhere(certificate.epoch, certificate.view, &scene)
      locks[index] = .prepared(
        PreparedCertificate(
          header: certificate.header, epoch: epoch, view: view, proposal: certificate.proposal,
          prepares: forged(certificate.prepares, &scene)))
    case .committed(let certificate, let header):
      locks[index] = .committed(forged(certificate, &scene), header)
    }
    return ViewChangeBody(stable: body.stable, locks: locks)
  }

  private func forged(
    _ certificate: CommitCertificate, _ scene: inout Scene
  ) -> CommitCertificate {
    let (epoch, view) = elsewhere(certificate.epoch, certificate.view, &scene)
    return CommitCertificate(
      epoch: epoch, view: view, sequence: certificate.sequence, digest: certificate.digest,
      commits: forged(certificate.commits, &scene))
  }

  private func forged(
    _ certificate: CheckpointCertificate, _ scene: inout Scene
  ) -> CheckpointCertificate {
    let old = certificate.summary
    let summary = CheckpointSummary(
      sequence: old.sequence, lastBlock: old.lastBlock, timestamp: old.timestamp,
      applicationRoot: scene.draw.chance(0.5) ? old.applicationRoot.madeUp : old.applicationRoot,
      applicationChunks: old.applicationChunks, sessionsRoot: old.sessionsRoot,
      sessionChunks: old.sessionChunks, epoch: old.epoch, members: old.members)
    return CheckpointCertificate(
      summary: summary, epoch: certificate.epoch,
      signatures: forged(certificate.signatures, &scene))
  }

  /// The same place, or the one beside.
  private func elsewhere(
    _ epoch: Epoch, _ view: View, _ scene: inout Scene
  ) -> (Epoch, View) {
    switch scene.draw.integer(in: 0...3) {
    case 0: (epoch.next, view)
    case 1: (epoch, view.next)
    default: (epoch, view)
    }
  }

  private func forged(_ set: SignatureSet, _ scene: inout Scene) -> SignatureSet {
    let seats = Array(set.seats)
    guard let index = scene.draw.pick(seats.indices), set.signatures.count == seats.count else {
      return set
    }
    var signatures = set.signatures
    var kept = set.seats
    switch scene.draw.integer(in: 0...2) {
    case 0:
      var bytes = signatures[index].bytes
      bytes[scene.draw.integer(in: 0...bytes.count - 1)] ^= 1
      signatures[index] = Signature(bytes: bytes) ?? Signature()
    case 1:
      kept.remove(seats[index])
      signatures.remove(at: index)
    default:
      let other = Seat(scene.draw.integer(in: 0...scene.members.count - 1))
      signatures[index] = signatures[(index + 1) % signatures.count]
      if kept.insert(other) {
        let place = kept.prefix { $0 < other }.count
        signatures.insert(signatures[min(place, signatures.count - 1)], at: place)
      }
    }
    return SignatureSet(seats: kept, signatures: signatures)
  }
}

extension Block {
  /// Another block for the same place.
  fileprivate var altered: Block { with(timestamp: header.timestamp + 1) }
}
