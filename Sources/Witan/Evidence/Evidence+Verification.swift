import WitanCrypto

/// Why something offered as evidence proves nothing.
public enum EvidenceFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The statements aren't by one signer about one thing.
  case unrelated
  /// The statements say the same.
  case noConflict
  /// A correct replica may say several such things.
  case notExclusive(StatementKind)
  /// The members of that epoch aren't known.
  case unknownEpoch(Epoch)
  /// The signer wasn't a member.
  case notMember(ReplicaID)
  /// A signature isn't the signer's.
  case badSignature
  /// The view-change hides nothing that the commit proves.
  case nothingHidden(StaticName)

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .unrelated: "the statements aren't by one signer about one thing"
    case .noConflict: "the statements say the same"
    case .notExclusive(let kind): "a correct replica may say several things of kind \(kind)"
    case .unknownEpoch(let epoch): "the members of epoch \(epoch) aren't known"
    case .notMember(let id): "\(id) wasn't a member of that epoch"
    case .badSignature: "a signature isn't the signer's"
    case .nothingHidden(let reason): "the view-change hides nothing: \(reason)"
    }
  }
}

extension Evidence {
  /// Checks the proof with nothing but the genesis and, for later epochs, the succession of members.
  public func verify(
    _ genesis: Genesis, lineage: [EpochChange] = [], scheme: SignatureScheme = .ed25519
  ) throws(EvidenceFault) {
    var verifier = Verifier(genesis: genesis, scheme: scheme)
    // No further than the evidence speaks of: a verifier forgets old members as it learns new ones.
    for change in lineage where verifier.latestEpoch < epoch {
      guard verifier.fault(of: change) == nil else {
        throw .unknownEpoch(change.certificate.summary.epoch)
      }
      verifier.learn(change)
    }
    try verify(by: verifier)
  }

  /// Checks the proof against the members that a verifier knows.
  public func verify(by verifier: Verifier) throws(EvidenceFault) {
    switch self {
    case .conflict(let first, let second):
      guard first.signer == second.signer, first.statement.kind == second.statement.kind,
        first.statement.epoch == second.statement.epoch,
        first.statement.view == second.statement.view
      else { throw .unrelated }
      guard first.statement.kind.isExclusive else { throw .notExclusive(first.statement.kind) }
      guard
        first.statement.sequence == second.statement.sequence
          || first.statement.kind.isOnePerView
      else { throw .unrelated }
      guard first.statement != second.statement else { throw .noConflict }
      try Self.check(first, by: verifier)
      try Self.check(second, by: verifier)
    case .omission(let commit, let viewChange, _):
      guard commit.signer == viewChange.signer, commit.statement.kind == .commit,
        viewChange.statement.kind == .viewChange,
        commit.statement.epoch == viewChange.statement.epoch
      else { throw .unrelated }
      try Self.check(commit, by: verifier)
      try Self.check(viewChange.signed, by: verifier)
      if let fault = omissionFault(chain: verifier.chain) { throw fault }
    }
  }

  private static func check(
    _ signed: SignedStatement, by verifier: Verifier
  ) throws(EvidenceFault) {
    let epoch = signed.statement.epoch
    guard let members = verifier.members(of: epoch) else { throw .unknownEpoch(epoch) }
    guard let seat = members.seat(of: signed.signer) else { throw .notMember(signed.signer) }
    guard
      signed.statement.isSigned(
        signed.signature, by: members[seat].key, chain: verifier.chain, scheme: verifier.scheme)
    else { throw .badSignature }
  }

  /// Why a view-change hides nothing that a commit proves; nil when it does hide it.
  ///
  /// Its signer committed block d at sequence s in view v, so it was prepared there, and so was every block
  /// below (replicas commit in order). What it must show later is either a checkpoint at or above s, or a lock on s
  /// of view v or later; unless a later view's lock at or below s took d's place: then its chain ends on a block
  /// that isn't d's ancestor. A chain that ends on d's ancestor could have gone on.
  func omissionFault(chain: Digest) -> EvidenceFault? {
    guard case .omission(let commit, let viewChange, let headers) = self else { return .unrelated }
    let bound = commit.statement
    let body = viewChange.body
    let base = body.stable?.sequence ?? 0
    guard viewChange.statement.view > bound.view else {
      return .nothingHidden("it comes before the commit")
    }
    guard base < bound.sequence else { return .nothingHidden("a checkpoint covers the commit") }
    let index = bound.sequence.distance(after: base) - 1
    if index < body.locks.count {
      let lock = body.locks[Int(index)]
      if lock.header.height != bound.sequence { return .nothingHidden("its chain has gaps") }
      if lock.view < bound.view { return nil }
      if lock.view == bound.view, lock.header.digest != bound.digest { return nil }
      return .nothingHidden("it shows a lock on that sequence")
    }
    if let last = body.locks.last, last.view < bound.view { return nil }
    // The chain ends below: it must end on an ancestor of the committed block, which the headers show.
    let end = body.locks.last?.header.digest ?? body.stable?.summary.lastBlock ?? chain
    let height = body.locks.last?.header.height ?? base
    guard headers.first?.digest == bound.digest else {
      return .nothingHidden("the headers don't begin with the committed block")
    }
    for (header, parent) in zip(headers, headers.dropFirst())
    where header.previous != parent.digest || header.height != parent.height.next {
      return .nothingHidden("the headers aren't a chain")
    }
    guard let last = headers.last, last.previous == end, last.height == height.next else {
      return .nothingHidden("its chain may have been superseded")
    }
    return nil
  }
}

extension StatementKind {
  /// Whether a correct replica makes at most one such statement for a place.
  var isExclusive: Bool {
    switch self {
    case .prePrepare, .prepare, .commit, .checkpoint, .viewChange, .newView: true
    case .status, .fetchBlock, .block, .decision, .fetchState, .manifest, .chunk, .reply, .answer:
      false
    }
  }

  /// Whether the place is the view alone.
  var isOnePerView: Bool { self == .viewChange || self == .newView }
}

extension Evidence: Canonical {
  /// Writes which it is, and the statements.
  public func encode(to writer: inout ByteWriter) {
    writer.write(ByteWriter.formatVersion)
    switch self {
    case .conflict(let first, let second):
      writer.write(UInt8(1))
      writer.write(first)
      writer.write(second)
    case .omission(let commit, let viewChange, let headers):
      writer.write(UInt8(2))
      writer.write(commit)
      writer.write(viewChange)
      writer.write(headers)
    }
  }

  /// Reads which it is, and the statements.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let version = try reader.readUInt8()
    guard version == ByteWriter.formatVersion else { throw .unknownVersion(version) }
    switch try reader.readUInt8() {
    case 1:
      let first = try SignedStatement(from: &reader)
      self = .conflict(first, try SignedStatement(from: &reader))
    case 2:
      let commit = try SignedStatement(from: &reader)
      let viewChange = try ViewChange(from: &reader)
      self = .omission(
        commit: commit, viewChange: viewChange,
        headers: try reader.readArray(
          "headers", limit: Bounds.slots, minimumSize: BlockHeader.encodedSize))
    case let tag: throw .unknownTag(tag, of: "evidence")
    }
  }
}
