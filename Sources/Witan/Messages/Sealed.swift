import WitanCrypto

/// What follows a statement in a message, and how the statement's digest commits to it.
public protocol StatementBody: Canonical, Equatable {
  /// What the statement's digest must be.
  var statementDigest: Digest { get }
}

extension StatementBody {
  /// The digest of the body's bytes.
  public var statementDigest: Digest { encodedDigest }
}

/// A signed statement and the body to which its digest commits. One that doesn't can't be read.
public struct Sealed<Body: StatementBody>: Equatable, Sendable {
  /// The statement, its signer and the signature.
  public let signed: SignedStatement
  /// What the statement's digest commits to.
  public let body: Body

  /// The statement.
  public var statement: Statement { signed.statement }
  /// Who says so.
  public var signer: ReplicaID { signed.signer }

  init(signed: SignedStatement, body: Body) {
    self.signed = signed
    self.body = body
  }

  /// Seals a body: makes the statement that commits to it, and signs.
  public init(
    _ kind: StatementKind, _ body: Body, epoch: Epoch, view: View = 0,
    sequence: SequenceNumber = 0, by id: ReplicaID, with signer: Signer, chain: Digest
  ) {
    let statement = Statement(
      kind, epoch: epoch, view: view, sequence: sequence, digest: body.statementDigest)
    signed = statement.signed(by: id, with: signer, chain: chain)
    self.body = body
  }

  func encodeBody(to writer: inout ByteWriter) {
    signed.encodeBody(to: &writer)
    writer.write(body)
  }

  init(_ kind: StatementKind, from reader: inout ByteReader) throws(Malformed) {
    guard kind.body == Body.self else { throw .invalid("kind of the statement") }
    signed = try SignedStatement(kind, from: &reader)
    body = try Body(from: &reader)
    guard body.statementDigest == signed.statement.digest else {
      throw .invalid("statement's digest")
    }
  }
}

extension Sealed: Canonical {
  /// Writes kind, statement and body.
  public func encode(to writer: inout ByteWriter) {
    writer.write(signed)
    writer.write(body)
  }

  /// Reads kind, statement and body.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let tag = try reader.readUInt8()
    guard let kind = StatementKind(rawValue: tag) else { throw .unknownTag(tag, of: "statement") }
    try self.init(kind, from: &reader)
  }
}

extension StatementKind {
  /// What follows a statement of this kind; nil when nothing does, because it says everything itself.
  var body: (any StatementBody.Type)? {
    switch self {
    case .prepare, .commit, .checkpoint, .fetchBlock: nil
    case .prePrepare, .block: Block.self
    case .viewChange: ViewChangeBody.self
    case .newView: NewViewBody.self
    case .fetchViewChanges: ViewChangeQuery.self
    case .status: StatusBody.self
    case .decision: Decision.self
    case .fetchState: StateQuery.self
    case .manifest: Manifest.self
    case .chunk: StateChunk.self
    case .reply: ReplyBody.self
    case .answer: AnswerBody.self
    }
  }
}

extension Block: StatementBody {
  /// The block's own digest, which commits to all of it.
  public var statementDigest: Digest { digest }
}
