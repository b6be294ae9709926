import Witan
import WitanCrypto

/// Hears all that one replica lets out, and finds where it contradicts itself.
struct SelfWitness {
  /// Where a replica may say one thing only.
  private struct Place: Hashable {
    let kind: StatementKind
    let epoch: Epoch
    let view: View
    let sequence: SequenceNumber
  }

  private let name = ReplicaID(UInt32(ReplicaOrdeal.victim))
  private var audit: Audit
  private var said: [Place: Digest] = [:]
  /// The view that it asked for last, by epoch: below it nothing is voted for any more.
  private var left: [Epoch: View] = [:]
  private var contradiction: Finding?

  init(_ town: Town) { audit = Audit(town.verifier) }

  mutating func hear(_ message: Message) {
    guard let signed = message.signed, signed.signer == name else { return }
    let statement = signed.statement
    switch message {
    case .prePrepare, .prepare, .commit: note(vote: statement)
    case .checkpoint: note(statement, at: statement.sequence)
    case .viewChange(let viewChange):
      note(statement, at: 0)
      left[statement.epoch] = max(left[statement.epoch] ?? 0, statement.view)
      audit.add(viewChange)
    case .newView(let newView):
      note(statement, at: 0)
      audit.add(newView)
    default: return
    }
    audit.add(signed)
  }

  private mutating func note(vote statement: Statement) {
    note(statement, at: statement.sequence)
    if let left = left[statement.epoch], statement.view < left {
      complain("old view", "\(statement.kind) in view \(statement.view), after it left for \(left)")
    }
  }

  private mutating func note(_ statement: Statement, at sequence: SequenceNumber) {
    let place = Place(
      kind: statement.kind, epoch: statement.epoch, view: statement.view, sequence: sequence)
    let first = said.updateValue(statement.digest, forKey: place) ?? statement.digest
    if first != statement.digest {
      complain(
        "contradiction",
        "two different statements \(statement.kind) in view \(statement.view) at \(sequence)")
    }
  }

  private mutating func complain(_ kind: String, _ detail: String) {
    contradiction = contradiction ?? Finding(kind, detail)
  }

  func expectConsistency() throws(Finding) {
    if let contradiction { throw contradiction }
  }

  /// Looks at all of it together, as whoever accuses the replica would.
  func conclude(_ replica: Replica) throws(Finding) {
    let verdict = audit.verdict()
    try expect(
      !verdict.culprits.contains(name), "convicted", "by \(verdict.evidence)")
    try expect(
      !replica.gatheredEvidence.contains { $0.culprit == name }, "convicted", "by itself")
  }
}
