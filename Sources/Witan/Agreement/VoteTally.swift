import WitanCrypto

/// One vote from each seat at most, for one kind of vote in one view at one sequence.
///
/// Votes that arrive before the proposal are kept by what they say; once it is known which block is meant,
/// only votes for that block count. Storage is sized once and used again for every later sequence, so that a vote
/// allocates nothing; and it is small, for a thousand replicas in one process.
struct VoteTally: Sendable {
  /// What adding a vote did.
  enum Outcome: Equatable {
    case counted
    case duplicate
    /// The seat voted for something else before.
    case conflict(Digest, Signature)
  }

  /// A vote for something else than most vote for.
  private struct Stray {
    let seat: Seat
    let digest: Digest
  }

  private(set) var seats = SeatSet()
  /// What the first vote was for. Those that say the same, and that is nearly all, need only keep their signature.
  private var common = Digest.zero
  private var strays: [Stray] = []
  private var signatures: [Signature] = []
  private var subject: Digest?
  /// The weight of the votes for the subject.
  private(set) var power: VotingPower = 0
  private var isEmpty = true

  /// Forgets all votes and keeps the room.
  mutating func reset() {
    seats.removeAll()
    strays.removeAll(keepingCapacity: true)
    subject = nil
    power = 0
    isEmpty = true
  }

  /// Adds a vote; the first of a seat is the one that stands.
  @inline(__always)
  mutating func add(
    _ digest: Digest, _ signature: Signature, seat: Seat, members: Membership
  ) -> Outcome {
    if signatures.count < members.count { makeRoom(for: members.count) }
    guard seats.insert(seat) else { return repeated(digest, seat) }
    signatures[seat.index] = signature
    if isEmpty {
      common = digest
      isEmpty = false
    }
    if digest != common { strays.append(Stray(seat: seat, digest: digest)) }
    if subject == digest { power += members.members[seat.index].power }
    return .counted
  }

  private func repeated(_ digest: Digest, _ seat: Seat) -> Outcome {
    let first = self.digest(of: seat)
    return first == digest ? .duplicate : .conflict(first, signatures[seat.index])
  }

  private mutating func makeRoom(for count: Int) {
    signatures.append(contentsOf: repeatElement(Signature(), count: count - signatures.count))
  }

  /// What a seat that voted, voted for.
  private func digest(of seat: Seat) -> Digest {
    strays.first { $0.seat == seat }?.digest ?? common
  }

  /// Who voted for a block.
  private func voters(for digest: Digest) -> SeatSet {
    var voters = SeatSet(capacity: signatures.count)
    if digest == common, !isEmpty {
      voters = seats
      for stray in strays { voters.remove(stray.seat) }
    } else {
      for stray in strays where stray.digest == digest { voters.insert(stray.seat) }
    }
    return voters
  }

  /// From now on, counts the votes for this block, those that came before included.
  mutating func count(_ digest: Digest, members: Membership) {
    subject = digest
    power = members.power(of: voters(for: digest))
  }

  /// The votes for a block. It changes nothing, and yet may: the tally would else be copied for it.
  mutating func votes(for digest: Digest) -> SignatureSet {
    // A set with room of its own: a vote that comes later would else have to copy this one's first.
    var voters = SeatSet(capacity: signatures.count)
    var matching: [Signature] = []
    matching.reserveCapacity(seats.count)
    for seat in seats
    where strays.isEmpty ? common == digest : self.digest(of: seat) == digest {
      voters.insert(seat)
      matching.append(signatures[seat.index])
    }
    return SignatureSet(seats: voters, signatures: matching)
  }

  /// The vote of a seat.
  func vote(of seat: Seat) -> (digest: Digest, signature: Signature)? {
    guard seats.contains(seat) else { return nil }
    return (digest(of: seat), signatures[seat.index])
  }

  /// A block that has a quorum's votes although no proposal of it was accepted here.
  func digest(reaching quorum: Quorum, members: Membership) -> Digest? {
    guard quorum.isReached(by: members.power(of: seats)) else { return nil }
    if quorum.isReached(by: members.power(of: voters(for: common))) { return common }
    for stray in strays where quorum.isReached(by: members.power(of: voters(for: stray.digest))) {
      return stray.digest
    }
    return nil
  }
}
