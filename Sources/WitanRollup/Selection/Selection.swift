import Witan
import WitanCrypto

/// How it is found out who may propose in a slot.
public protocol Selection: Sendable {
  /// Who may propose in a slot: the leader first, then those who may take over one after another if it fails.
  func proposers(of slot: SlotNumber, in committee: Committee, entries: [Entry]) -> [PublicKey]

  /// Whether an entry in a slot's lottery is what it says; without a lottery none is.
  func verify(_ entry: Entry, for slot: SlotNumber, in committee: Committee) -> Bool
}

/// What a sequencer that takes part in a slot's lottery shows.
public struct Entry: Hashable, Sendable, Canonical {
  /// Whose it is.
  public let sequencer: PublicKey
  /// The score: 64 bytes that follow from the key and the slot, and from nothing that the sequencer could choose.
  public let score: [UInt8]
  /// What proves the score.
  public let proof: VRF.Proof

  /// A sequencer's entry for a slot; nil only if libsodium can't start.
  public init?(
    for slot: SlotNumber, in committee: Committee, by secret: Ed25519.SecretKey
  ) {
    guard let made = VRF.prove(committee.randomness(of: slot), by: secret) else { return nil }
    sequencer = secret.publicKey
    score = made.output
    proof = made.proof
  }

  /// Whether this comes before another: the lowest score leads. Of equal scores, which nobody will ever see, the lower key.
  public func leads(_ other: Entry) -> Bool {
    if score == other.score { return sequencer < other.sequencer }
    return score.lexicographicallyPrecedes(other.score)
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(sequencer)
    writer.write(bytes: score)
    writer.write(bytes: proof.bytes)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    sequencer = try reader.readFixed()
    score = try reader.readBytes("bytes of a score", limit: 64)
    let bytes = try reader.readBytes("bytes of a proof", limit: VRF.Proof.byteCount)
    guard score.count == 64 else { throw .invalid("score") }
    guard let proof = VRF.Proof(bytes: bytes) else { throw .invalid("proof of a score") }
    self.proof = proof
  }
}

/// The committee was shuffled when it was drawn, and takes its turns in that order.
public struct ShuffleSelection: Selection {
  /// A turn for each.
  public init() {}

  /// The one whose turn it is. Nobody takes over: the slot stays empty.
  public func proposers(
    of slot: SlotNumber, in committee: Committee, entries: [Entry]
  ) -> [PublicKey] {
    guard !committee.members.isEmpty else { return [] }
    return [committee.members[Int(slot.rawValue % UInt64(committee.members.count))]]
  }

  /// There is no lottery.
  public func verify(_ entry: Entry, for slot: SlotNumber, in committee: Committee) -> Bool {
    false
  }
}

/// Fernet: whoever wants to propose enters the slot's lottery with a verifiable random score, and the best one leads.
public struct FernetSelection: Selection {
  /// How many besides the leader may take over, as uncles.
  public let uncles: Int

  /// A lottery with so many uncles.
  public init(uncles: Int) { self.uncles = uncles }

  /// By score, as far as leader and uncles go.
  public func proposers(
    of slot: SlotNumber, in committee: Committee, entries: [Entry]
  ) -> [PublicKey] {
    Array(entries.sorted { $0.leads($1) }.prefix(uncles + 1).map(\.sequencer))
  }

  /// Whether the score is the sequencer's for this slot. Who may enter at all, the registry says.
  public func verify(_ entry: Entry, for slot: SlotNumber, in committee: Committee) -> Bool {
    let input = committee.randomness(of: slot)
    return VRF.verify(entry.proof, of: input, by: entry.sequencer) == entry.score
  }
}
