import WitanCrypto

/// Judges the leader by what it does: how long requests that this replica knows of wait to be proposed,
/// compared with what the network allows, and how evenly clients are served.
///
/// A leader that stays just under the patience would else slow everybody down at will (Aardvark, NSDI '09).
/// A demoted leader isn't followed again for a number of decisions that doubles each time; those that
/// are out together never weigh more than the fault bound, so that a leader always remains.
struct LeaderMonitor: Sendable {
  /// So many samples make a judgement: few enough to be quick, enough that a lost message doesn't decide.
  static let sampleCount = 32
  /// How many clients' waits are kept apart; others share a place.
  static let clientLimit = 256
  /// For how many decisions a leader is out the first time.
  static let firstTimeOut: UInt64 = 64

  private struct Standing {
    var demotions: UInt64 = 0
    var outUntil: UInt64 = 0
  }

  private var waits: [Micros] = []
  private var byClient: [(client: PublicKey, total: UInt64, count: UInt64)] = []
  private var standings: [ReplicaID: Standing] = [:]
  private var decisions: UInt64 = 0

  /// A new leader's term begins.
  mutating func beginTerm() {
    waits.removeAll(keepingCapacity: true)
    byClient.removeAll(keepingCapacity: true)
  }

  /// A block was executed.
  mutating func noteDecision() { decisions += 1 }

  /// A request was proposed so long after both it and the leader's turn were here.
  mutating func noteProposed(client: PublicKey, wait: Micros) {
    waits.append(wait)
    if let index = byClient.firstIndex(where: { $0.client == client }) {
      byClient[index].total += wait.rawValue
      byClient[index].count += 1
    } else if byClient.count < Self.clientLimit {
      byClient.append((client, wait.rawValue, 1))
    }
  }

  /// What speaks against the leader, once there are samples enough. Judging begins a new round of samples.
  mutating func judge(delay: Micros?, deviation: Micros, batchDelay: Micros) -> Suspicion? {
    guard waits.count >= Self.sampleCount else { return nil }
    defer { beginTerm() }
    guard let delay else { return nil }
    // A request travels to the leader and its proposal here: two delays; three more, and the spread, are grace.
    let allowed = delay * 5 + deviation * 8 + batchDelay + .milliseconds(20)
    let sorted = waits.sorted()
    let median = sorted[sorted.count / 2]
    if median > allowed { return .slow(median: median, allowed: allowed) }
    let means = byClient.filter { $0.count >= 4 }.map { Micros($0.total / $0.count) }
    if means.count >= 2, let slowest = means.max() {
      let typical = means.sorted()[(means.count - 1) / 2]
      if slowest > allowed, slowest > typical * 4 {
        return .unfair(slowest: slowest, typical: typical)
      }
    }
    return nil
  }

  /// Demotes a leader for a while: twice as long each time.
  mutating func demote(_ leader: ReplicaID) {
    var standing = standings[leader] ?? Standing()
    standing.outUntil = decisions + (Self.firstTimeOut << min(standing.demotions, 10))
    standing.demotions += 1
    standings[leader] = standing
  }

  /// Whether a leader's time out isn't over and the others that are out leave it no place.
  func isOut(_ leader: ReplicaID, members: Membership) -> Bool {
    guard let standing = standings[leader], standing.outUntil > decisions else { return false }
    // The latest to be demoted stay out first; the fault bound limits how many can.
    var power: VotingPower = 0
    for member in members.members {
      guard let other = standings[member.id], other.outUntil > decisions else { continue }
      let isBefore =
        other.outUntil > standing.outUntil
        || (other.outUntil == standing.outUntil && member.id <= leader)
      if isBefore { power += member.power }
    }
    return !members.quorum.includesCorrect(power)
  }
}
