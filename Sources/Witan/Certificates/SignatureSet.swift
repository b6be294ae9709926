import WitanCrypto

/// The signatures of several members over one statement, by seat.
public struct SignatureSet: Equatable, Sendable, Canonical {
  /// Who signed.
  public let seats: SeatSet
  /// The signatures, in the order of the seats.
  public let signatures: [Signature]

  /// The signatures of these seats, in their order.
  public init(seats: SeatSet, signatures: [Signature]) {
    self.seats = seats
    self.signatures = signatures
  }

  static let minimumSize = 2

  /// Writes the bitset without trailing zero words, then the signatures.
  public func encode(to writer: inout ByteWriter) {
    let words = seats.words
    writer.write(UInt16(words.count))
    for word in words { writer.write(word) }
    for signature in signatures { writer.write(signature) }
  }

  /// Reads the bitset and as many signatures as it has seats.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let wordCount = Int(try reader.readUInt16())
    let limit = Membership.memberLimit / 64
    guard wordCount <= limit else {
      throw .tooLong("words of a set of seats", count: wordCount, limit: limit)
    }
    var words: [UInt64] = []
    for _ in 0..<wordCount { words.append(try reader.readUInt64()) }
    guard words.last != 0 else { throw .notCanonical("set of seats") }
    seats = SeatSet(words: words)
    let count = seats.count
    guard count <= reader.remaining / Signature.byteCount else { throw .truncated }
    var signatures: [Signature] = []
    signatures.reserveCapacity(count)
    for _ in 0..<count { signatures.append(try reader.readFixed()) }
    self.signatures = signatures
  }

  /// Why these aren't a quorum's signatures over `statement`; nil when they are.
  func fault(
    of statement: Statement, by members: Membership, chain: Digest, scheme: SignatureScheme,
    counting other: Seat? = nil
  ) -> CertificateFault? {
    guard signatures.count == seats.count else { return .wrongSignatureCount }
    if let last = seats.last, last.index >= members.count { return .unknownSeat(last) }
    var power: VotingPower = 0
    if let other {
      if seats.contains(other) { return .leaderCountedTwice }
      power += members[other].power
    }
    power += members.power(of: seats)
    guard members.quorum.isReached(by: power) else {
      return .noQuorum(power, needed: members.quorum.threshold)
    }
    return statement.withSignedBytes(chain: chain) { bytes in
      for (seat, signature) in zip(seats, signatures)
      where !scheme.verifies(signature, of: bytes, by: members[seat].key) {
        return .badSignature(members[seat].id)
      }
      return nil
    }
  }
}

/// Why a certificate certifies nothing.
public enum CertificateFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// There are more or fewer signatures than seats.
  case wrongSignatureCount
  /// A seat that the epoch doesn't have.
  case unknownSeat(Seat)
  /// The leader's proposal counts as its prepare; a prepare besides counts nothing.
  case leaderCountedTwice
  /// The signers together weigh too little.
  case noQuorum(VotingPower, needed: VotingPower)
  /// This member didn't sign that.
  case badSignature(ReplicaID)
  /// Nobody here knows who serves in that epoch.
  case unknownEpoch(Epoch)
  /// The parts name different places.
  case mismatch(StaticName)

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .wrongSignatureCount: "as many signatures as seats are needed"
    case .unknownSeat(let seat): "the epoch has no \(seat)"
    case .leaderCountedTwice: "the leader's proposal is its prepare, but it is counted again"
    case .noQuorum(let power, let needed): "signed by \(power) of the \(needed) that are needed"
    case .badSignature(let id): "the signature of \(id) is over something else"
    case .unknownEpoch(let epoch): "the members of epoch \(epoch) aren't known"
    case .mismatch(let name): "\(name) doesn't match the rest"
    }
  }
}

extension SignatureSet {
  /// A seat's signature.
  func signature(of seat: Seat) -> Signature? {
    guard seats.contains(seat) else { return nil }
    for (other, signature) in zip(seats, signatures) where other == seat { return signature }
    return nil
  }
}
