import Witan
import WitanCrypto
import WitanDraw
import WitanLedger

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
      let evidence = docket.removeFirst()
      let offence = StateKey.offence(Offence(evidence).digest)
      let isNews = (try? ledger.record(offence)) == .some(nil)
      if isNews { return [.convict(evidence)] }
    }
    if draw.chance(0.5), let settle = settlement(ledger) { return settle }
    let nonce = (try? ledger.account(of: own).nonce) ?? 0
    let clients = cluster.clients.map(\.signer.publicKey)
    return (0..<UInt64(max(1, load.operations))).map { index in
      .transfer(
        to: draw.pick(clients) ?? own, amount: Amount(draw.integer(in: 1...Amount.token)),
        nonce: nonce + index)
    }
  }

  /// A claim with the verdicts of those in office, in an order that the network might have brought them in. Who is silent
  /// gives none; who is cast to judge wrongly gives false ones now and then, which are brought against it at once.
  private mutating func settlement(_ ledger: Ledger) -> [LedgerOperation]? {
    guard let office = try? ledger.office() else { return nil }
    let claim = SHA256.hash(Array("claim \(asked)".utf8))
    let outcome = ClaimOutcome(
      claim: claim, isProved: true, difficulty: draw.integer(in: 1...2_000_000))
    let denial = ClaimOutcome(claim: claim, isProved: false, difficulty: 0)
    var verdicts: [SignedOutcome] = []
    var lies: [LedgerOperation] = []
    for member in draw.shuffled(office.members) {
      guard
        let machine = cluster.machines.indices.first(where: {
          cluster.machines[$0].id == member.id
        }), cluster.machines[machine].isUp,
        let stake = try? ledger.validator(member.id)?.stake, stake >= ledger.economy.minimumStake
      else { continue }
      guard !isCast(machine, as: "silent") else { continue }
      let isLie = isCast(machine, as: "wrong-verdicts") && draw.chance(0.5)
      let verdict = SignedOutcome(
        isLie ? denial : outcome, by: member.id, with: cluster.machines[machine].signer,
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
