import Witan
import WitanCrypto
import WitanDraw
import WitanLedger
import WitanProofs

/// What clients ask where the ledger is what runs: transfers among them, claims to be settled, punishment for those who
/// were found to lie, and what somebody owns.
extension Run {
  /// The ledger of the correct machine that has executed most; nil where another application runs.
  public var bestLedger: Ledger? {
    let machine = cluster.machines.indices.filter { !cluster.faulty.contains($0) }.max {
      cluster.machines[$0].replica.executed < cluster.machines[$1].replica.executed
    }
    return machine.flatMap { cluster.machines[$0].host.machine.ledger }
  }

  /// The ledger that the agreed order leads to, after which block, from which state, and by which transitions; nil
  /// where another application runs.
  public var ledgerHistory:
    (ledger: Ledger, height: SequenceNumber, first: Ledger, transitions: [StateTransition])?
  {
    guard let ledger = oracle.state.reference.ledger, let first = cluster.application.ledger else {
      return nil
    }
    return (ledger, oracle.state.frontier, first, oracle.state.transitions)
  }

  /// The machine that has executed most.
  var bestInformed: Int {
    cluster.machines.indices.max {
      cluster.machines[$0].replica.executed < cluster.machines[$1].replica.executed
    } ?? 0
  }

  mutating func askLedger(_ ledger: Ledger, _ client: Int) {
    let own = cluster.clients[client].signer.publicKey
    let interval = cluster.configuration.parameters.checkpointInterval
    // Before the first checkpoint nothing is certified: whoever asks would ask every replica in turn, in vain.
    guard draw.chance(load.reads), decidedFinally.rawValue > interval else {
      let operations = operations(ledger, of: own)
      return cluster.ask(client, .submit(tag: asked, operations: operations.map(\.encoded)))
    }
    let recent = decidedFinally.rawValue - min(decidedFinally.rawValue, 2 * interval)
    let question = draw.chance(0.5) ? StateKey.account(own) : .validator(ReplicaID(UInt32(client)))
    let read = ClientSession.Read.certified(since: SequenceNumber(recent))
    cluster.ask(client, .read(tag: asked, question: question.encoded, read))
  }

  private mutating func operations(_ ledger: Ledger, of own: PublicKey) -> [LedgerOperation] {
    if !docket.isEmpty {
      let charge = docket.removeFirst()
      let isNews = (try? ledger.record(.offence(charge.offence.digest))) == .some(nil)
      if charge.standsAlone, isNews { return [charge.operation] }
    }
    if draw.chance(0.5), let settle = settlements(ledger) { return settle }
    if cluster.configuration.judging != .none, draw.chance(0.75) { return proofs(by: own) }
    let nonce = (try? ledger.account(of: own).nonce) ?? 0
    let clients = cluster.clients.map(\.signer.publicKey)
    return (0..<UInt64(max(1, load.operations))).map { index in
      .transfer(
        to: draw.pick(clients) ?? own, amount: Amount(draw.integer(in: 1...Amount.token)),
        nonce: nonce + index)
    }
  }

  /// Claims to be proved, as many as a request bundles.
  private mutating func proofs(by own: PublicKey) -> [LedgerOperation] {
    guard let author = cluster.clients.first(where: { $0.signer.publicKey == own })?.signer else {
      return []
    }
    return (0..<UInt64(max(1, load.operations))).compactMap { index in
      let number = asked << 10 | index
      let claim = ClaimMill.claim(number, by: author, chain: cluster.genesis.digest)
      if let claim, unsettled.count < 1_024 { unsettled.append(claim.claim) }
      return claim.map(LedgerOperation.prove)
    }
  }

  /// What there is to be settled: where claims are judged, one that was proved and isn't settled yet; else one that is made
  /// up here.
  private mutating func finding(_ ledger: Ledger) -> ClaimOutcome? {
    guard let examiner = ledger.network?.examiner else {
      return ClaimOutcome(
        claim: SHA256.hash(Array("claim \(asked)".utf8)), isProved: true,
        difficulty: draw.integer(in: 1...2_000_000))
    }
    let index = unsettled.firstIndex { (try? ledger.record(.proof($0.digest))) != .some(nil) }
    guard let index else { return nil }
    let claim = unsettled.remove(at: index)
    let ruling = examiner.court.rulings(on: [claim])[0]
    return ClaimOutcome(
      claim: claim.digest, isProved: ruling.isProved, difficulty: ruling.difficulty)
  }

  /// What there is to settle: where claims are judged, as many at once as a request bundles and has room for.
  private mutating func settlements(_ ledger: Ledger) -> [LedgerOperation]? {
    guard cluster.configuration.judging != .none else { return settlement(ledger) }
    let room = 256 / max(1, cluster.machines.count)
    var operations: [LedgerOperation] = []
    for _ in 0..<max(1, min(load.operations, room)) {
      guard let settle = settlement(ledger) else { break }
      operations += settle
    }
    return operations.isEmpty ? nil : operations
  }

  /// A claim with the verdicts of those in office, in an order that the network might have brought them in. Who is silent
  /// gives none; who is cast to judge wrongly gives false ones now and then, which are brought against it at once.
  private mutating func settlement(_ ledger: Ledger) -> [LedgerOperation]? {
    guard let office = try? ledger.office(), let outcome = finding(ledger) else { return nil }
    let denial = ClaimOutcome(claim: outcome.claim, isProved: false, difficulty: 0)
    var verdicts: [SignedOutcome] = []
    var lies: [LedgerOperation] = []
    // As many as fit into a request beside what else is in it.
    let limit = Int(cluster.configuration.parameters.requestByteLimit) - 4_096
    for seat in draw.shuffled(office.seats).prefix(limit / SignedOutcome.encodedSize) {
      guard
        let machine = cluster.machines.indices.first(where: {
          cluster.machines[$0].id == seat.id
        }), cluster.machines[machine].isUp,
        let stake = try? ledger.validator(seat.id)?.stake, stake >= ledger.economy.minimumStake
      else { continue }
      guard !isCast(machine, as: "silent") else { continue }
      let isLie = isCast(machine, as: "wrong-verdicts") && draw.chance(0.5)
      let verdict = SignedOutcome(
        isLie ? denial : outcome, by: seat.id, with: cluster.machines[machine].signer,
        chain: cluster.genesis.digest)
      verdicts.append(verdict)
      if isLie { lies.append(.refute(verdict)) }
    }
    guard !verdicts.isEmpty else { return nil }
    return [.settle(VerdictCertificate(verdicts))] + lies
  }

  private func isCast(_ machine: Int, as role: String) -> Bool {
    cluster.configuration.castings.contains {
      $0.adversary == role && $0.machines.contains(machine)
    }
  }
}

/// What somebody is to be punished for.
enum Charge: Sendable {
  /// What the core's evidence proves.
  case evidence(Evidence)
  /// A vote for a block whose claims don't hold.
  case falseVote(FalseVote)

  var offence: Offence {
    switch self {
    case .evidence(let proof): Offence(proof)
    case .falseVote(let proof): Offence(proof)
    }
  }

  /// What brings it before the ledger.
  var operation: LedgerOperation {
    switch self {
    case .evidence(let proof): .convict(proof)
    case .falseVote(let proof): .denounce(proof, lineage: [])
    }
  }

  /// Whether it can be checked without knowing how the epochs led to the one it speaks of.
  var standsAlone: Bool {
    switch self {
    case .evidence: true
    case .falseVote(let proof): proof.vote.statement.epoch == 0
    }
  }
}
