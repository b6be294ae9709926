import WitanCrypto

/// ⟨VIEW-CHANGE, v+1, n, C, P, i⟩ (OSDI '99 §4.4): why a replica's past binds the next view.
public typealias ViewChange = Sealed<ViewChangeBody>

/// The stable checkpoint (C) and the locks after it (P) of a replica that leaves a view.
public struct ViewChangeBody: StatementBody {
  /// The last stable checkpoint the replica knows; nil is the genesis.
  public let stable: CheckpointCertificate?
  /// Every lock that its signer holds, without gaps, beginning right after the checkpoint. A replica commits in
  /// order, so that whatever it committed to is among them, and so is all that is below
  /// (see *Deviations* in the module's documentation).
  public let locks: [Lock]

  /// A body.
  public init(stable: CheckpointCertificate?, locks: [Lock]) {
    self.stable = stable
    self.locks = locks
  }

  static let minimumSize = 1 + 4

  /// Writes checkpoint and locks.
  public func encode(to writer: inout ByteWriter) {
    writer.write(stable)
    writer.write(locks)
  }

  /// Reads checkpoint and locks.
  public init(from reader: inout ByteReader) throws(Malformed) {
    stable = try reader.readOptional("stable checkpoint")
    locks = try reader.readArray("locks", limit: Bounds.slots, minimumSize: Lock.minimumSize)
  }
}

/// ⟨NEW-VIEW, v+1, V, O⟩ (OSDI '99 §4.4): the view-changes of a quorum and what follows from them.
public typealias NewView = Sealed<NewViewBody>

/// Which view-changes of a quorum (V) open the view, and the leader's signatures over the proposals that follow from
/// them (O).
///
/// The view-changes themselves aren't repeated: each was sent to everybody by its signer, and whoever lacks one asks
/// for it (TOCS '02 §4.5). Their signatures are here, so that a new-view alone proves that a quorum has left the views
/// before.
public struct NewViewBody: StatementBody {
  /// What the view-changes of a quorum state, signed by those who sent them.
  public let viewChanges: [SignedStatement]
  /// The leader's signatures over the pre-prepares of the selected blocks, in order. The blocks aren't
  /// named: every backup recomputes the selection.
  public let proposals: [Signature]

  /// A body.
  public init(viewChanges: [SignedStatement], proposals: [Signature]) {
    self.viewChanges = viewChanges
    self.proposals = proposals
  }

  /// Writes statements and signatures.
  public func encode(to writer: inout ByteWriter) {
    writer.write(viewChanges)
    writer.writeCount(proposals.count)
    for signature in proposals { writer.write(signature) }
  }

  /// Reads statements and signatures.
  public init(from reader: inout ByteReader) throws(Malformed) {
    viewChanges = try reader.readArray(
      "view-changes", limit: Membership.memberLimit, minimumSize: 1 + SignedStatement.encodedSize)
    let count = try reader.readCount(
      "proposals", limit: Bounds.slots, minimumSize: Signature.byteCount)
    var proposals: [Signature] = []
    proposals.reserveCapacity(count)
    for _ in 0..<count { proposals.append(try reader.readFixed()) }
    self.proposals = proposals
  }
}

/// Asks for view-changes that a new-view names. The statement names their view; the answer to each is the view-change.
public struct ViewChangeQuery: StatementBody {
  /// Names a view-change for the view.
  public struct Name: Hashable, Sendable, Canonical {
    /// Who sent it.
    public let signer: ReplicaID
    /// What its statement commits to.
    public let digest: Digest

    /// A name.
    public init(signer: ReplicaID, digest: Digest) {
      self.signer = signer
      self.digest = digest
    }

    static let encodedSize = 4 + Digest.byteCount

    /// Writes both fields.
    public func encode(to writer: inout ByteWriter) {
      writer.write(signer)
      writer.write(digest)
    }

    /// Reads both fields.
    public init(from reader: inout ByteReader) throws(Malformed) {
      signer = try ReplicaID(from: &reader)
      digest = try reader.readFixed()
    }
  }

  /// Which ones.
  public let wanted: [Name]

  /// A query.
  public init(wanted: [Name]) { self.wanted = wanted }

  /// Writes the names.
  public func encode(to writer: inout ByteWriter) { writer.write(wanted) }

  /// Reads the names.
  public init(from reader: inout ByteReader) throws(Malformed) {
    wanted = try reader.readArray(
      "wanted view-changes", limit: Bounds.wantedViewChanges, minimumSize: Name.encodedSize)
  }
}
