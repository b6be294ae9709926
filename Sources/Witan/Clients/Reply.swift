import WitanCrypto

/// Why a request or query was not served. The numbers are part of the byte format.
public enum Refusal: UInt8, Error, CaseIterable, Sendable, CustomStringConvertible {
  /// The replica's queues are full, or the client's share of them is; try again later.
  case busy = 1
  /// The request's expiry has passed, or lies further ahead than the session horizon.
  case expired = 2
  /// A request of this client with this number or a higher one ran before.
  case stale = 3
  /// All sessions are taken by clients that were active within the horizon; try again later.
  case sessionsFull = 4
  /// The request or query exceeds the network's limits.
  case tooLarge = 5
  /// The replica isn't serving: it is no member, or it is catching up.
  case notServing = 6
  /// The application didn't want the request.
  case declined = 7
  /// The result exceeds the network's limit for replies.
  case resultTooLong = 8
  /// No stable checkpoint is as recent as was asked for.
  case notYetCertified = 9
  /// The application can't prove an answer to this query; another way to read it is needed.
  case unprovable = 10

  /// Why, for people.
  public var description: String {
    switch self {
    case .busy: "too much waits here; try again later"
    case .expired: "its expiry has passed, or is too far ahead"
    case .stale: "its number or a higher one ran before"
    case .sessionsFull: "all sessions are taken; try again later"
    case .tooLarge: "it exceeds the network's limits"
    case .notServing: "the replica isn't serving"
    case .declined: "the application doesn't want it"
    case .resultTooLong: "its result is too long"
    case .notYetCertified: "no certified state is recent enough"
    case .unprovable: "the application can't prove an answer to it"
    }
  }
}

/// What became of a request.
public enum Outcome: Hashable, Sendable, Canonical {
  /// It was executed, with this result.
  case result([UInt8])
  /// It wasn't, and won't be by what was said so far.
  case refused(Refusal)

  /// Writes which it is, and the result or reason.
  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .result(let bytes):
      writer.write(UInt8(0))
      writer.write(bytes: bytes)
    case .refused(let refusal): writer.write(refusal.rawValue)
    }
  }

  /// Reads which it is, and the result or reason.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let tag = try reader.readUInt8()
    if tag == 0 {
      self = .result(try reader.readBytes("bytes of a result", limit: Bounds.replyBytes))
      return
    }
    guard let refusal = Refusal(rawValue: tag) else { throw .unknownTag(tag, of: "outcome") }
    self = .refused(refusal)
  }
}

/// A replica's signed answer to a request. The statement names the sequence of execution, or, for a refusal
/// that wasn't ordered, the last sequence the replica executed; and the view, so that clients learn the leader.
public typealias Reply = Sealed<ReplyBody>

/// What a reply says; the same from every correct replica for a request that was executed.
public struct ReplyBody: StatementBody, Hashable {
  /// Whose request it was.
  public let client: PublicKey
  /// The request's number.
  public let number: UInt64
  /// What became of it.
  public let outcome: Outcome

  /// A reply's content.
  public init(client: PublicKey, number: UInt64, outcome: Outcome) {
    self.client = client
    self.number = number
    self.outcome = outcome
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(client)
    writer.write(number)
    writer.write(outcome)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    client = try reader.readFixed()
    number = try reader.readUInt64()
    outcome = try Outcome(from: &reader)
  }
}

/// A replica's signed answer to a query. The statement names the sequence whose state answers.
public typealias Answer = Sealed<AnswerBody>

/// What an answer says.
public struct AnswerBody: StatementBody {
  /// The proof of a certified read.
  public struct Certification: Equatable, Sendable, Canonical {
    /// The stable checkpoint that commits to the application's root.
    public let certificate: CheckpointCertificate
    /// What the application's client needs to tie the result to that root; never empty.
    public let proof: [UInt8]

    /// A proof.
    public init(certificate: CheckpointCertificate, proof: [UInt8]) {
      self.certificate = certificate
      self.proof = proof
    }

    /// Writes every field.
    public func encode(to writer: inout ByteWriter) {
      writer.write(certificate)
      writer.write(bytes: proof)
    }

    /// Reads every field; refuses an empty proof.
    public init(from reader: inout ByteReader) throws(Malformed) {
      certificate = try CheckpointCertificate(from: &reader)
      proof = try reader.readBytes("bytes of a proof", limit: Bounds.queryBytes)
      guard !proof.isEmpty else { throw .invalid("proof of an answer") }
    }
  }

  /// Whose query it was.
  public let client: PublicKey
  /// The query's number.
  public let number: UInt64
  /// The answer, or why there is none.
  public let outcome: Outcome
  /// The steps from the epoch that the client of a certified read knows, whatever the outcome: without them it
  /// couldn't tell that the signer may speak. At most `Bounds.lineage`.
  public let lineage: [EpochChange]
  /// The proof, if the result of a certified read has one. A refusal has none.
  public let certification: Certification?

  /// An answer's content.
  public init(
    client: PublicKey, number: UInt64, outcome: Outcome, lineage: [EpochChange] = [],
    certification: Certification? = nil
  ) {
    self.client = client
    self.number = number
    self.outcome = outcome
    self.lineage = lineage
    self.certification = certification
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(client)
    writer.write(number)
    writer.write(outcome)
    writer.write(lineage)
    writer.write(certification)
  }

  /// Reads every field; refuses a proof of a refusal, which would prove nothing.
  public init(from reader: inout ByteReader) throws(Malformed) {
    client = try reader.readFixed()
    number = try reader.readUInt64()
    outcome = try Outcome(from: &reader)
    lineage = try reader.readArray("epoch changes", limit: Bounds.lineage, minimumSize: 200)
    certification = try reader.readOptional("certification")
    if case .refused = outcome, certification != nil { throw .invalid("proof of a refusal") }
  }
}
