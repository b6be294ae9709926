import WitanCrypto

/// What members say in answer to one question: one claim a member, whatever else it says, so that nobody is
/// counted twice (F13).
struct ClaimTally<Claim: Hashable & Sendable>: Sendable {
  private var claims: [Claim?]
  private var powers: [Claim: VotingPower] = [:]
  /// What those who said anything weigh.
  private(set) var heard: VotingPower = 0

  init(peers: Int) { claims = Array(repeating: nil, count: peers) }

  /// What a member says at present.
  func claim(of seat: Seat) -> Claim? { claims[seat.index] }

  /// Puts a member's claim in the place of its earlier one; returns what those who claim the same weigh.
  mutating func note(_ claim: Claim, of seat: Seat, members: Membership) -> VotingPower {
    let power = members[seat].power
    if let earlier = claims[seat.index] {
      let left = (powers[earlier] ?? power).rawValue - power.rawValue
      powers[earlier] = left == 0 ? nil : VotingPower(left)
    } else {
      heard += power
    }
    claims[seat.index] = claim
    let sum = (powers[claim] ?? 0) + power
    powers[claim] = sum
    return sum
  }

  /// Whether a claim could still become a quorum's if all who haven't spoken agreed on it.
  func canAgree(_ quorum: Quorum) -> Bool {
    let silent = quorum.total.rawValue - heard.rawValue
    // The largest of the values is the same in whichever order they are visited.
    let best = powers.values.max() ?? 0
    return quorum.isReached(by: best + VotingPower(silent))
  }
}

/// How far the network has executed, as its members tell. A member's word counts for as much as its weight,
/// and only what members weighing more than the fault bound vouch for is believed: a correct one is among
/// them, so that one liar can neither hurry nor hold up anybody.
struct ExecutedClaims: Sendable {
  private var claims: [SequenceNumber?]
  /// What those who have spoken since the last `forget` weigh.
  private(set) var heard: VotingPower = 0
  /// What was believed so far.
  private(set) var floor: SequenceNumber

  init(peers: Int, floor: SequenceNumber = 0) {
    claims = Array(repeating: nil, count: peers)
    self.floor = floor
  }

  /// Notes that a member says it has executed a sequence.
  mutating func note(_ sequence: SequenceNumber, of seat: Seat, members: Membership) {
    guard let claim = claims[seat.index] else {
      claims[seat.index] = sequence
      heard += members[seat].power
      return
    }
    claims[seat.index] = max(claim, sequence)
  }

  /// Notes a sequence that is proved to have been executed.
  mutating func raise(to sequence: SequenceNumber) { floor = max(floor, sequence) }

  /// Forgets who said what, and keeps what is believed: all are asked anew.
  mutating func forget() {
    for index in claims.indices { claims[index] = nil }
    heard = 0
  }

  /// The highest sequence that members weighing more than the fault bound claim to have reached.
  ///
  /// When a quorum has spoken, at least that much of it is correct, so that this is no lower than the
  /// lowest that a correct one of them said.
  mutating func credible(_ members: Membership) -> SequenceNumber {
    let spoken = claims.enumerated()
      .compactMap { index, claim in claim.map { (index, $0) } }
      .sorted { $0.1 > $1.1 }
    var power: VotingPower = 0
    for (index, claim) in spoken {
      power += members.members[index].power
      if members.quorum.includesCorrect(power) {
        raise(to: claim)
        break
      }
    }
    return floor
  }
}

/// How long a client waits before it asks again: a few times what answers take (RFC 6298), doubled with each
/// repetition.
struct ClientPacing: Sendable {
  private let first: Micros
  private let floor: Micros
  private let ceiling: Micros
  private var smoothed: Micros?
  private var deviation: Micros = 0

  init(_ options: ClientSession.Options) {
    first = options.patience
    floor = options.patienceFloor
    ceiling = options.patienceCeiling
  }

  /// What an answer took that was asked for once only: after a repetition, nobody knows what it answers.
  mutating func note(_ sample: Micros) {
    guard let smoothed else {
      self.smoothed = sample
      deviation = sample / 2
      return
    }
    let difference = max(sample, smoothed) - min(sample, smoothed)
    deviation = (deviation * 3 + difference) / 4
    self.smoothed = (smoothed * 7 + sample) / 8
  }

  /// The wait after so many repetitions in vain.
  func wait(after repetitions: UInt64) -> Micros {
    let base = smoothed.map { max(floor, $0 * 2 + deviation * 4) } ?? first
    return min(ceiling, base * (1 << min(repetitions, 20)))
  }
}
