import WitanCrypto

/// One vote from each seat at most, for one kind of vote in one view at one sequence.
///
/// Votes that arrive before the proposal are kept by what they say; once it is known which block is meant,
/// only votes for that block count. Storage is sized once and used again for every later sequence, so that a
/// vote allocates nothing.
struct VoteTally: Sendable {
  /// What adding a vote did.
  enum Outcome: Equatable {
    case counted
    case duplicate
    /// The seat voted for something else before.
    case conflict(Digest, Signature)
  }

  private(set) var seats = SeatSet()
  private var digests: [Digest] = []
  private var signatures: [Signature] = []
  private var subject: Digest?
  /// The weight of the votes for the subject.
  private(set) var power: VotingPower = 0

  /// Forgets all votes and keeps the room.
  mutating func reset() {
    seats.removeAll()
    subject = nil
    power = 0
  }

  /// Adds a vote; the first of a seat is the one that stands.
  @inline(__always)
  mutating func add(
    _ digest: Digest, _ signature: Signature, seat: Seat, members: Membership
  ) -> Outcome {
    if digests.count < members.count { makeRoom(for: members.count) }
    guard seats.insert(seat) else {
      return digests[seat.index] == digest
        ? .duplicate : .conflict(digests[seat.index], signatures[seat.index])
    }
    digests[seat.index] = digest
    signatures[seat.index] = signature
    if subject == digest { power += members.members[seat.index].power }
    return .counted
  }

  private mutating func makeRoom(for count: Int) {
    digests.append(contentsOf: repeatElement(.zero, count: count - digests.count))
    signatures.append(contentsOf: repeatElement(Signature(), count: count - signatures.count))
  }

  /// From now on, counts the votes for this block, those that came before included.
  mutating func count(_ digest: Digest, members: Membership) {
    subject = digest
    power = 0
    for seat in seats where digests[seat.index] == digest { power += members[seat].power }
  }

  /// The votes for a block.
  @inline(__always)
  func votes(for digest: Digest) -> SignatureSet {
    var voters = SeatSet(capacity: digests.count)
    var matching: [Signature] = []
    matching.reserveCapacity(seats.count)
    for seat in seats where digests[seat.index] == digest {
      voters.insert(seat)
      matching.append(signatures[seat.index])
    }
    return SignatureSet(seats: voters, signatures: matching)
  }

  /// The vote of a seat.
  func vote(of seat: Seat) -> (digest: Digest, signature: Signature)? {
    guard seats.contains(seat) else { return nil }
    return (digests[seat.index], signatures[seat.index])
  }

  /// A block that has a quorum's votes although no proposal of it was accepted here.
  func digest(reaching quorum: Quorum, members: Membership) -> Digest? {
    guard quorum.isReached(by: members.power(of: seats)) else { return nil }
    for seat in seats {
      let candidate = digests[seat.index]
      let power = seats.reduce(VotingPower(0)) {
        digests[$1.index] == candidate ? $0 + members[$1].power : $0
      }
      if quorum.isReached(by: power) { return candidate }
    }
    return nil
  }
}
