import WitanCrypto

/// What a replica must remember to never contradict itself, and no more.
public enum Journal {
  /// One entry of the journal. What is large in it is kept in a box, so that the effects that carry it, and lists of it,
  /// stay small.
  public enum Record: Equatable, Sendable {
    /// A proposal accepted from, or made as, the leader of a view. Binds the prepare.
    indirect case accepted(Sealed<Block>)
    /// A block that was fetched because a new view proposes it again.
    case block(Block)
    /// A view-change that the next `opened` names. Others are shown it with the new-view.
    indirect case viewChange(ViewChange)
    /// The new-view that opened the current view; the view-changes that it names come before it. Binds the prepares for
    /// what it proposes again.
    indirect case opened(NewView)
    /// A lock. Binds the commit, and every later view-change.
    case locked(Lock)
    /// A decision.
    indirect case decided(CommitCertificate)
    /// The view-change sent when the last view was left. Binds: no vote in an earlier view any more.
    indirect case leftView(ViewChange)
    /// The state after an executed sequence: what a checkpoint message speaks of.
    indirect case checkpoint(CheckpointImage)
    /// A checkpoint that a quorum certified. Everything at or below it can be dropped.
    indirect case stable(CheckpointCertificate)
    /// An epoch that began.
    indirect case epoch(EpochChange)
  }
}

/// A replica's own state at a checkpoint, but for the application's part, which the application keeps.
public struct CheckpointImage: Equatable, Sendable, Canonical {
  /// The state's digests.
  public let summary: CheckpointSummary
  /// The clients' sessions.
  public let sessions: [UInt8]
  /// The members that take office after it, when they change.
  public let nextMembers: Membership?

  static let sessionByteLimit = 1 << 30

  init(summary: CheckpointSummary, sessions: [UInt8], nextMembers: Membership?) {
    self.summary = summary
    self.sessions = sessions
    self.nextMembers = nextMembers
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(summary)
    writer.write(bytes: sessions)
    writer.write(nextMembers)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    summary = try CheckpointSummary(from: &reader)
    sessions = try reader.readBytes("bytes of sessions", limit: Self.sessionByteLimit)
    nextMembers = try reader.readOptional("next members")
  }
}

extension Journal.Record: Canonical {
  /// Writes the format's version, which kind of record it is, and the rest.
  public func encode(to writer: inout ByteWriter) {
    writer.write(ByteWriter.formatVersion)
    switch self {
    case .accepted(let proposal): writer.write(tag: 1, proposal)
    case .block(let block): writer.write(tag: 2, block)
    case .opened(let newView): writer.write(tag: 3, newView)
    case .locked(let lock): writer.write(tag: 4, lock)
    case .decided(let certificate): writer.write(tag: 5, certificate)
    case .leftView(let viewChange): writer.write(tag: 6, viewChange)
    case .checkpoint(let image): writer.write(tag: 7, image)
    case .stable(let certificate): writer.write(tag: 8, certificate)
    case .epoch(let change): writer.write(tag: 9, change)
    case .viewChange(let viewChange): writer.write(tag: 10, viewChange)
    }
  }

  /// Reads the format's version, which kind of record it is, and the rest.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let version = try reader.readUInt8()
    guard version == ByteWriter.formatVersion else { throw .unknownVersion(version) }
    switch try reader.readUInt8() {
    case 1: self = .accepted(try Sealed(from: &reader))
    case 2: self = .block(try Block(from: &reader))
    case 3: self = .opened(try Sealed(from: &reader))
    case 4: self = .locked(try Lock(from: &reader))
    case 5: self = .decided(try CommitCertificate(from: &reader))
    case 6: self = .leftView(try Sealed(from: &reader))
    case 7: self = .checkpoint(try CheckpointImage(from: &reader))
    case 8: self = .stable(try CheckpointCertificate(from: &reader))
    case 9: self = .epoch(try EpochChange(from: &reader))
    case 10: self = .viewChange(try Sealed(from: &reader))
    case let tag: throw .unknownTag(tag, of: "record")
    }
  }
}

extension ByteWriter {
  fileprivate mutating func write(tag: UInt8, _ value: some Canonical) {
    write(tag)
    write(value)
  }
}
