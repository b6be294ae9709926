import WitanCrypto

/// Everything that replicas send each other, unchecked. The core takes only what was verified.
///
/// What a message says is kept in a box: it is made once and then handed on many times, to a journal, to a network, to
/// each of those who hear it.
public indirect enum Message: Equatable, Sendable {
  /// The leader's proposal of a block.
  case prePrepare(Sealed<Block>)
  /// A vote for a proposal.
  case prepare(SignedStatement)
  /// A vote to decide.
  case commit(SignedStatement)
  /// A vote for a state.
  case checkpoint(SignedStatement)
  /// Leaving a view.
  case viewChange(ViewChange)
  /// Opening a view.
  case newView(NewView)
  /// Where the sender stands.
  case status(Status)
  /// Asks for the block of the statement's digest.
  case fetchBlock(SignedStatement)
  /// Asks for view-changes that a new-view names.
  case fetchViewChanges(Sealed<ViewChangeQuery>)
  /// A block that was asked for.
  case block(Sealed<Block>)
  /// A decided block.
  case decision(Sealed<Decision>)
  /// Asks for a checkpoint or a piece of its state.
  case fetchState(Sealed<StateQuery>)
  /// A certified checkpoint.
  case manifest(Sealed<Manifest>)
  /// A piece of a checkpoint's state.
  case chunk(Sealed<StateChunk>)
  /// A client's request, passed on.
  case request(Request)

  /// Whether it asks for what its sender lacks, and says nothing that binds.
  var asksForHelp: Bool {
    switch self {
    case .status, .fetchState: true
    default: false
    }
  }

  static let requestTag: UInt8 = 32

  /// What kind of statement the message is; nil for a client's request, which is none.
  public var kind: StatementKind? {
    switch self {
    case .prePrepare: .prePrepare
    case .prepare: .prepare
    case .commit: .commit
    case .checkpoint: .checkpoint
    case .viewChange: .viewChange
    case .newView: .newView
    case .status: .status
    case .fetchBlock: .fetchBlock
    case .fetchViewChanges: .fetchViewChanges
    case .block: .block
    case .decision: .decision
    case .fetchState: .fetchState
    case .manifest: .manifest
    case .chunk: .chunk
    case .request: nil
    }
  }

  /// The statement, its signer and the signature; nil for a client's request, which its client signed.
  public var signed: SignedStatement? {
    switch self {
    case .prepare(let signed), .commit(let signed), .checkpoint(let signed),
      .fetchBlock(let signed):
      signed
    case .prePrepare(let sealed), .block(let sealed): sealed.signed
    case .viewChange(let sealed): sealed.signed
    case .newView(let sealed): sealed.signed
    case .fetchViewChanges(let sealed): sealed.signed
    case .status(let sealed): sealed.signed
    case .decision(let sealed): sealed.signed
    case .fetchState(let sealed): sealed.signed
    case .manifest(let sealed): sealed.signed
    case .chunk(let sealed): sealed.signed
    case .request: nil
    }
  }
}

extension Message: Canonical {
  /// Writes the format's version, the kind, and the rest.
  public func encode(to writer: inout ByteWriter) {
    writer.write(ByteWriter.formatVersion)
    writer.write(kind?.rawValue ?? Self.requestTag)
    switch self {
    case .prepare(let signed), .commit(let signed), .checkpoint(let signed),
      .fetchBlock(let signed):
      signed.encodeBody(to: &writer)
    case .prePrepare(let sealed), .block(let sealed): sealed.encodeBody(to: &writer)
    case .viewChange(let sealed): sealed.encodeBody(to: &writer)
    case .newView(let sealed): sealed.encodeBody(to: &writer)
    case .fetchViewChanges(let sealed): sealed.encodeBody(to: &writer)
    case .status(let sealed): sealed.encodeBody(to: &writer)
    case .decision(let sealed): sealed.encodeBody(to: &writer)
    case .fetchState(let sealed): sealed.encodeBody(to: &writer)
    case .manifest(let sealed): sealed.encodeBody(to: &writer)
    case .chunk(let sealed): sealed.encodeBody(to: &writer)
    case .request(let request): writer.write(request)
    }
  }

  /// Reads a frame: the format's version, the kind, and the rest.
  public init(from reader: inout ByteReader) throws(Malformed) {
    guard reader.remaining <= Bounds.frameBytes else {
      throw .tooLong("bytes of a frame", count: reader.remaining, limit: Bounds.frameBytes)
    }
    let version = try reader.readUInt8()
    guard version == ByteWriter.formatVersion else { throw .unknownVersion(version) }
    let tag = try reader.readUInt8()
    if tag == Self.requestTag {
      self = .request(try Request(from: &reader))
      return
    }
    guard let kind = StatementKind(rawValue: tag) else { throw .unknownTag(tag, of: "message") }
    switch kind {
    case .prePrepare: self = .prePrepare(try Sealed(kind, from: &reader))
    case .prepare: self = .prepare(try SignedStatement(kind, from: &reader))
    case .commit: self = .commit(try SignedStatement(kind, from: &reader))
    case .checkpoint: self = .checkpoint(try SignedStatement(kind, from: &reader))
    case .viewChange: self = .viewChange(try Sealed(kind, from: &reader))
    case .newView: self = .newView(try Sealed(kind, from: &reader))
    case .status: self = .status(try Sealed(kind, from: &reader))
    case .fetchBlock: self = .fetchBlock(try SignedStatement(kind, from: &reader))
    case .fetchViewChanges: self = .fetchViewChanges(try Sealed(kind, from: &reader))
    case .block: self = .block(try Sealed(kind, from: &reader))
    case .decision: self = .decision(try Sealed(kind, from: &reader))
    case .fetchState: self = .fetchState(try Sealed(kind, from: &reader))
    case .manifest: self = .manifest(try Sealed(kind, from: &reader))
    case .chunk: self = .chunk(try Sealed(kind, from: &reader))
    case .reply, .answer: throw .unknownTag(tag, of: "message")
    }
  }
}
