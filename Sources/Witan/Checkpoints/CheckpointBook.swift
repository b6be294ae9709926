import WitanCrypto

/// The checkpoints on their way to being certified, and the states this replica can hand to others.
struct CheckpointBook: Sendable {
  /// A checkpoint that isn't certified yet.
  private struct Candidate: Sendable {
    let sequence: SequenceNumber
    var tally = VoteTally()
    var image: CheckpointImage?
  }

  /// What a member last claimed of a checkpoint beyond the window.
  private struct Claim: Sendable {
    let sequence: SequenceNumber
    let digest: Digest
    let signature: Signature
  }

  private var candidates: [Candidate] = []
  private var peers: Int
  /// By seat; empty until the first one comes, as nobody makes any while this replica keeps up.
  private var claims: [Claim?] = []
  /// The latest state that is both executed here and certified, and the one before it: what others can be
  /// served. Two, so that a transfer isn't outrun by the next checkpoint.
  private(set) var foundation: CheckpointImage?
  private var earlierFoundation: CheckpointImage?
  /// The trees over the sessions of the states that are served, made when they are first asked for: hashing all
  /// sessions for each piece of them would cost us far more than who asks.
  private var sessionTrees: [(sequence: SequenceNumber, tree: ChunkTree)] = []

  /// How many checkpoints are on their way to being certified.
  var candidateCount: Int { candidates.count }

  init(peers: Int) { self.peers = peers }

  /// Adds a member's vote for the state after a sequence within the window. There are at most as many
  /// candidates as checkpoints in a window.
  mutating func add(_ vote: SignedStatement, seat: Seat, members: Membership) -> VoteTally.Outcome {
    let index = candidateIndex(vote.statement.sequence)
    return candidates[index].tally.add(
      vote.statement.digest, vote.signature, seat: seat, members: members)
  }

  /// What a member said of the sequences that aren't certified yet.
  func votes(
    of seat: Seat
  ) -> [(sequence: SequenceNumber, vote: (digest: Digest, signature: Signature))] {
    candidates.compactMap { candidate in
      candidate.tally.vote(of: seat).map { (candidate.sequence, $0) }
    }
  }

  /// Notes this replica's own state after a sequence.
  mutating func note(_ image: CheckpointImage) {
    candidates[candidateIndex(image.summary.sequence)].image = image
  }

  /// This replica's own state after a sequence that isn't certified yet, or is the latest certified.
  func image(at sequence: SequenceNumber) -> CheckpointImage? {
    if let foundation, foundation.summary.sequence == sequence { return foundation }
    return candidates.first { $0.sequence == sequence }?.image
  }

  /// A certified state that can be handed to others.
  func servable(at sequence: SequenceNumber) -> CheckpointImage? {
    if foundation?.summary.sequence == sequence { return foundation }
    return earlierFoundation?.summary.sequence == sequence ? earlierFoundation : nil
  }

  /// The tree over the sessions of a certified state that can be handed to others.
  mutating func sessionTree(at sequence: SequenceNumber) -> ChunkTree? {
    guard let image = servable(at: sequence) else { return nil }
    if let known = sessionTrees.first(where: { $0.sequence == sequence }) { return known.tree }
    let tree = ChunkTree(image.sessions)
    sessionTrees.append((sequence, tree))
    return tree
  }

  /// The state that a quorum claims after a sequence of the window.
  func quorumDigest(at sequence: SequenceNumber, members: Membership) -> Digest? {
    candidates.first { $0.sequence == sequence }?.tally.digest(
      reaching: members.quorum, members: members)
  }

  /// The votes for a state.
  mutating func votes(for digest: Digest, at sequence: SequenceNumber) -> SignatureSet? {
    guard let index = candidates.firstIndex(where: { $0.sequence == sequence }) else { return nil }
    return candidates[index].tally.votes(for: digest)
  }

  /// Notes that a member claims a checkpoint beyond the window: it is ahead, or it lies. Only its highest claim
  /// counts.
  mutating func noteClaim(_ vote: SignedStatement, seat: Seat) -> VoteTally.Outcome {
    let statement = vote.statement
    if claims.isEmpty { claims = Array(repeating: nil, count: peers) }
    if let claim = claims[seat.index], claim.sequence >= statement.sequence {
      let isConflict = claim.sequence == statement.sequence && claim.digest != statement.digest
      return isConflict ? .conflict(claim.digest, claim.signature) : .duplicate
    }
    claims[seat.index] = Claim(
      sequence: statement.sequence, digest: statement.digest, signature: vote.signature)
    return .counted
  }

  /// The highest checkpoint beyond `sequence` that members weighing more than the fault bound claim alike: a
  /// correct one among them, so that it exists.
  func credibleClaim(above sequence: SequenceNumber, members: Membership) -> SequenceNumber? {
    var best: SequenceNumber?
    for case let claim? in claims where claim.sequence > max(sequence, best ?? 0) {
      var power: VotingPower = 0
      for (index, other) in claims.enumerated()
      where other?.sequence == claim.sequence && other?.digest == claim.digest {
        power += members.members[index].power
      }
      if members.quorum.includesCorrect(power) { best = claim.sequence }
    }
    return best
  }

  /// A checkpoint became stable: what is at or below it is no longer needed, but for the latest own state.
  mutating func becomeStable(_ sequence: SequenceNumber) {
    if let image = candidates.first(where: { $0.sequence == sequence })?.image {
      setFoundation(image)
    }
    candidates.removeAll { $0.sequence <= sequence }
  }

  /// The window begins after a checkpoint whose state isn't here: what is at or below it is of no use any more.
  mutating func leave(_ sequence: SequenceNumber) {
    candidates.removeAll { $0.sequence <= sequence }
  }

  /// The state came from others, or from the journal.
  mutating func setFoundation(_ image: CheckpointImage) {
    earlierFoundation = foundation
    foundation = image
    let latest = image.summary.sequence
    let kept = earlierFoundation?.summary.sequence
    sessionTrees.removeAll { $0.sequence != kept || $0.sequence == latest }
  }

  /// Other members vote from here on.
  mutating func beginEpoch(peers: Int) {
    self.peers = peers
    claims.removeAll()
    candidates.removeAll()
  }

  private mutating func candidateIndex(_ sequence: SequenceNumber) -> Int {
    if let index = candidates.firstIndex(where: { $0.sequence == sequence }) { return index }
    candidates.append(Candidate(sequence: sequence))
    return candidates.count - 1
  }
}
