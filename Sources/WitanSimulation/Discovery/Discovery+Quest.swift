import Witan
import WitanCrypto

/// The search for one that is sought: those that are nearest to its key are asked for others that are nearer still.
extension Discovery {
  struct Quest: Sendable {
    let target: PublicKey
    /// Whom to ask next, the nearest first. They are authentic, but may be gone.
    var leads: [PeerRecord]
    /// Who was asked.
    var asked: [PublicKey] = []

    /// More than it takes in any network that is simulated: each step halves the distance at least.
    static let stepLimit = 48

    var isOver: Bool { leads.isEmpty || asked.count >= Self.stepLimit }

    /// Somebody may know more.
    mutating func note(_ record: PeerRecord, limit: Int) {
      guard record.isDialable, !asked.contains(record.subject),
        !leads.contains(where: { $0.subject == record.subject })
      else { return }
      let goal = RecordTable.position(of: target)
      let distance = RecordTable.position(of: record.subject) ^ goal
      let place = leads.firstIndex { RecordTable.position(of: $0.subject) ^ goal > distance }
      leads.insert(record, at: place ?? leads.count)
      if leads.count > limit { leads.removeLast() }
    }
  }
}
