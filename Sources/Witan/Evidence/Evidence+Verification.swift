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

extension Verifier {
  /// A verifier that knows the members of an epoch, if the succession of members leads there. It goes no further: a
  /// verifier forgets old members as it learns new ones.
  public init(
    genesis: Genesis, lineage: [EpochChange], upTo epoch: Epoch, scheme: SignatureScheme
  ) throws(EvidenceFault) {
    self.init(genesis: genesis, scheme: scheme)
    for change in lineage where latestEpoch < epoch {
      guard fault(of: change) == nil else {
        throw .unknownEpoch(change.certificate.summary.epoch)
      }
      learn(change)
    }
  }
}

extension Evidence {
  /// Checks the proof with nothing but the genesis and, for later epochs, the succession of members.
  public func verify(
    _ genesis: Genesis, lineage: [EpochChange] = [], scheme: SignatureScheme = .ed25519
  ) throws(EvidenceFault) {
    try verify(by: Verifier(genesis: genesis, lineage: lineage, upTo: epoch, scheme: scheme))
  }

  /// Checks the proof against the members that a verifier knows.
  public func verify(by verifier: Verifier) throws(EvidenceFault) {
    try verify { (signed) throws(EvidenceFault) in try Self.check(signed, by: verifier) }
  }

  /// Checks the proof against the culprit's key, for those who know it for good. No correct replica signs such
  /// statements in any epoch, whether it is a member or not: who served then needn't be known.
  public func verify(
    key: PublicKey, chain: Digest, scheme: SignatureScheme
  ) throws(EvidenceFault) {
    try verify { (signed) throws(EvidenceFault) in
      guard signed.statement.isSigned(signed.signature, by: key, chain: chain, scheme: scheme)
      else { throw .badSignature }
    }
  }

  private func verify(
    signatures check: (SignedStatement) throws(EvidenceFault) -> Void
  ) throws(EvidenceFault) {
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
      try check(first)
      try check(second)
    case .omission(let commit, let viewChange):
      guard commit.signer == viewChange.signer, commit.statement.kind == .commit,
        viewChange.statement.kind == .viewChange,
        commit.statement.epoch == viewChange.statement.epoch
      else { throw .unrelated }
      try check(commit)
      try check(viewChange.signed)
      if let excuse = viewChange.excuse(for: commit.statement) { throw .nothingHidden(excuse) }
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
}

extension ViewChange {
  /// Why this view-change hides nothing that a commit by its signer proves; nil when it does (see `Evidence`).
  func excuse(for commit: Statement) -> StaticName? {
    let base = body.stable?.sequence ?? 0
    guard statement.view > commit.view else { return "it comes before the commit" }
    guard base < commit.sequence else { return "a checkpoint covers the commit" }
    let bound = commit.sequence.distance(after: base)
    guard body.locks.count >= bound else { return nil }
    var height = base
    for lock in body.locks.prefix(Int(bound)) {
      height = height.next
      guard lock.header.height == height else { return nil }
      guard !lock.isDecided else { continue }
      if lock.view < commit.view { return nil }
      if height == commit.sequence, lock.view == commit.view, lock.header.digest != commit.digest {
        return nil
      }
    }
    return "it shows what the commit proves"
  }
}

extension StatementKind {
  /// Whether a correct replica makes at most one such statement for a place.
  var isExclusive: Bool {
    switch self {
    case .prePrepare, .prepare, .commit, .checkpoint, .viewChange, .newView: true
    case .status, .fetchBlock, .fetchViewChanges, .block, .decision, .fetchState, .manifest, .chunk,
      .reply, .answer:
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
    case .omission(let commit, let viewChange):
      writer.write(UInt8(2))
      writer.write(commit)
      writer.write(viewChange)
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
      self = .omission(commit: commit, viewChange: try ViewChange(from: &reader))
    case let tag: throw .unknownTag(tag, of: "evidence")
    }
  }
}
