import Witan
import WitanCrypto

/// What checking a claim gives. It follows from the claim alone, so that all who check it find the same.
public struct ClaimOutcome: Hashable, Sendable, Canonical {
  /// Names the claim.
  public let claim: Digest
  /// Whether what it asserts is true.
  public let isProved: Bool
  /// How hard it was to check, by the solver's own count.
  public let difficulty: UInt64

  /// The most that one claim may count for, so that sums of a block's never overflow.
  public static let difficultyLimit: UInt64 = 1 << 40

  /// What checking gave. What isn't proved counts for nothing.
  public init(claim: Digest, isProved: Bool, difficulty: UInt64) {
    self.claim = claim
    self.isProved = isProved
    self.difficulty = isProved ? min(difficulty, Self.difficultyLimit) : 0
  }

  /// Writes the three.
  public func encode(to writer: inout ByteWriter) {
    writer.write(claim)
    writer.write(isProved)
    writer.write(difficulty)
  }

  /// Reads the three.
  public init(from reader: inout ByteReader) throws(Malformed) {
    claim = try reader.readFixed()
    isProved = try reader.readFlag("outcome of a claim")
    difficulty = try reader.readUInt64()
    guard difficulty <= Self.difficultyLimit, isProved || difficulty == 0 else {
      throw .invalid("difficulty of a claim")
    }
  }
}

/// A validator's word for what it found.
public struct SignedOutcome: Hashable, Sendable, Canonical {
  /// What it says it found.
  public let outcome: ClaimOutcome
  /// Who says so.
  public let signer: ReplicaID
  /// Its signature over outcome and network.
  public let signature: Signature

  /// Puts a validator's name to an outcome, on the network of this digest.
  public init(_ outcome: ClaimOutcome, by id: ReplicaID, with signer: Signer, chain: Digest) {
    let signature = Self.signedBytes(outcome, chain: chain).withUnsafeBytes { signer.sign($0) }
    self.init(outcome, by: id, signature: signature)
  }

  /// What somebody claims to have been signed.
  public init(_ outcome: ClaimOutcome, by id: ReplicaID, signature: Signature) {
    self.outcome = outcome
    signer = id
    self.signature = signature
  }

  /// Whether a key signed this, on the network of this digest.
  func isSigned(by key: PublicKey, in network: Ledger.Network) -> Bool {
    Self.signedBytes(outcome, chain: network.genesis.digest).withUnsafeBytes {
      network.scheme.verifies(signature, of: $0, by: key)
    }
  }

  private static func signedBytes(_ outcome: ClaimOutcome, chain: Digest) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(outcome)
    return Array("witan/1o".utf8) + chain.bytes + writer.bytes
  }

  /// How many bytes one takes.
  public static let encodedSize = 41 + 4 + 64

  /// Writes outcome, name and signature.
  public func encode(to writer: inout ByteWriter) {
    writer.write(outcome)
    writer.write(signer)
    writer.write(signature)
  }

  /// Reads outcome, name and signature.
  public init(from reader: inout ByteReader) throws(Malformed) {
    outcome = try ClaimOutcome(from: &reader)
    signer = try ReplicaID(from: &reader)
    signature = try reader.readFixed()
  }
}

/// What validators found about one claim, in the order in which their word came in. Consensus fixes that order with the
/// block that holds it; no clock has a say in it.
public struct VerdictCertificate: Equatable, Sendable, Canonical {
  /// What they said, those who disagree with the others included.
  public let verdicts: [SignedOutcome]

  /// Verdicts in their order.
  public init(_ verdicts: [SignedOutcome]) { self.verdicts = verdicts }

  /// Writes the verdicts.
  public func encode(to writer: inout ByteWriter) { writer.write(verdicts) }

  /// Reads the verdicts.
  public init(from reader: inout ByteReader) throws(Malformed) {
    verdicts = try reader.readArray(
      "verdicts", limit: Office.limit, minimumSize: SignedOutcome.encodedSize)
  }
}

/// A claim about which a quorum has found something.
public struct SettledClaim: Equatable, Sendable, Canonical {
  /// What it found.
  public let outcome: ClaimOutcome
  /// In which block that was settled.
  public let height: SequenceNumber
  /// Who asked to have it settled.
  public let submitter: PublicKey
  /// To which ring it is attributed, and by which tag; nil while nobody has claimed it.
  public var ghost: Ghost?

  /// A member of a ring, known by a tag.
  public struct Ghost: Equatable, Sendable, Canonical {
    /// The ring.
    public let ring: Digest
    /// The tag that its key has in that ring.
    public let tag: PublicKey

    /// A member of a ring.
    public init(ring: Digest, tag: PublicKey) {
      self.ring = ring
      self.tag = tag
    }

    /// Writes ring and tag.
    public func encode(to writer: inout ByteWriter) {
      writer.write(ring)
      writer.write(tag)
    }

    /// Reads ring and tag.
    public init(from reader: inout ByteReader) throws(Malformed) {
      ring = try reader.readFixed()
      tag = try reader.readFixed()
    }
  }

  /// A claim that was settled.
  public init(outcome: ClaimOutcome, height: SequenceNumber, submitter: PublicKey) {
    self.outcome = outcome
    self.height = height
    self.submitter = submitter
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(outcome)
    writer.write(height)
    writer.write(submitter)
    writer.write(ghost)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    outcome = try ClaimOutcome(from: &reader)
    height = try SequenceNumber(from: &reader)
    submitter = try reader.readFixed()
    ghost = try reader.readOptional("ghost")
  }
}
