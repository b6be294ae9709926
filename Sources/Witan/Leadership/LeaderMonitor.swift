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
  /// The most samples of a term that are kept: what a pipeline of full blocks brings.
  static let sampleLimit = 4_096
  /// How many clients' waits are kept apart; those of others only count among all.
  static let clientLimit = 256
  /// For how many decisions a leader is out the first time.
  static let firstTimeOut: UInt64 = 64
  /// After so many decisions without another, one demotion is forgiven.
  static let forgiveness: UInt64 = 1_024

  private struct Standing {
    var demotions: UInt64 = 0
    var outUntil: UInt64 = 0
  }

  private var waits: [Micros] = []
  private var clients: [PublicKey: Int] = [:]
  private var byClient: [(total: Micros, count: UInt64)] = []
  private var standings: [ReplicaID: Standing] = [:]
  private var decisions: UInt64 = 0

  /// A new leader's term begins.
  mutating func beginTerm() {
    waits.removeAll(keepingCapacity: true)
    clients.removeAll(keepingCapacity: true)
    byClient.removeAll(keepingCapacity: true)
  }

  /// A block was executed.
  mutating func noteDecision() { decisions += 1 }

  /// A request was proposed so long after both it and the leader's turn were here.
  mutating func noteProposed(client: PublicKey, wait: Micros) {
    guard waits.count < Self.sampleLimit else { return }
    waits.append(wait)
    if let index = clients[client] {
      byClient[index].total = byClient[index].total + wait
      byClient[index].count += 1
    } else if byClient.count < Self.clientLimit {
      clients[client] = byClient.count
      byClient.append((wait, 1))
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
    // Compared with those who are served best: whoever starves all clients but its own may starve most.
    let means = byClient.filter { $0.count >= 4 }.map { $0.total / $0.count }
    if let slowest = means.max(), let fastest = means.min(), slowest > allowed,
      slowest > fastest * 4
    {
      return .unfair(slowest: slowest, fastest: fastest)
    }
    return nil
  }

  /// Demotes a leader for a while: twice as long each time, and less again after long good conduct.
  mutating func demote(_ leader: ReplicaID) {
    var standing = standings[leader] ?? Standing()
    if decisions > standing.outUntil {
      let forgiven = (decisions - standing.outUntil) / Self.forgiveness
      standing.demotions -= min(standing.demotions, forgiven)
    }
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
