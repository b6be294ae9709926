import WitanCrypto

/// What a replica can put its name to. The numbers are part of the byte format.
public enum StatementKind: UInt8, CaseIterable, Sendable {
  /// The leader gives a block its place: ⟨PRE-PREPARE, v, n, d⟩ (OSDI '99 §4.2).
  case prePrepare = 1
  /// A backup agrees to that place: ⟨PREPARE, v, n, d, i⟩.
  case prepare = 2
  /// A replica saw a quorum agree: ⟨COMMIT, v, n, d, i⟩.
  case commit = 3
  /// A replica's state after a sequence: ⟨CHECKPOINT, n, d, i⟩ (§4.3).
  case checkpoint = 4
  /// A replica leaves a view: ⟨VIEW-CHANGE, v+1, n, C, P, i⟩ (§4.4).
  case viewChange = 5
  /// A leader opens a view: ⟨NEW-VIEW, v+1, V, O⟩ (§4.4).
  case newView = 6
  /// Where a replica stands, so that others can send what it lacks (TOCS §5.2).
  case status = 7
  /// Asks for the block of a digest.
  case fetchBlock = 8
  /// Answers with a block.
  case block = 9
  /// Forwards a decided block with its certificate.
  case decision = 10
  /// Asks for a checkpoint's manifest or for chunks of its state.
  case fetchState = 11
  /// Answers with a checkpoint's certificate, its members, and how the epochs led there.
  case manifest = 12
  /// Answers with a chunk of a checkpoint's state.
  case chunk = 13
  /// Answers a client's request.
  case reply = 14
  /// Answers a client's query.
  case answer = 15
  /// Asks for view-changes that a new-view names.
  case fetchViewChanges = 16
}

/// What a replica's signature covers: the kind of message, its place, and a digest of all the rest.
@frozen
public struct Statement: Hashable, Sendable {
  /// What is being said.
  public let kind: StatementKind
  /// The epoch whose key signs.
  public let epoch: Epoch
  /// The view it speaks of; zero where none is meant.
  public let view: View
  /// The sequence it speaks of; zero where none is meant.
  public let sequence: SequenceNumber
  /// The block, state or body it speaks of.
  public let digest: Digest

  /// A statement.
  @inlinable
  public init(
    _ kind: StatementKind, epoch: Epoch, view: View = 0, sequence: SequenceNumber = 0,
    digest: Digest
  ) {
    self.kind = kind
    self.epoch = epoch
    self.view = view
    self.sequence = sequence
    self.digest = digest
  }

  /// "witan/1s", the network's digest, then kind, epoch, view, sequence and digest.
  private static let signedSize = 8 + 32 + 1 + 8 + 8 + 8 + 32

  private static let domain: UInt64 = 0x7331_2f6e_6174_6977  // "witan/1s", little-endian

  /// Gives `body` the bytes that are signed. They name the network, so that a signature made on one
  /// says nothing on another.
  func withSignedBytes<Result>(
    chain: Digest, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(byteCount: Self.signedSize, alignment: 8) { buffer in
      buffer.storeBytes(of: Self.domain.littleEndian, toByteOffset: 0, as: UInt64.self)
      buffer.storeBytes(of: chain, toByteOffset: 8, as: Digest.self)
      buffer.storeBytes(of: kind.rawValue, toByteOffset: 40, as: UInt8.self)
      buffer.storeBytes(of: epoch.rawValue.littleEndian, toByteOffset: 41, as: UInt64.self)
      buffer.storeBytes(of: view.rawValue.littleEndian, toByteOffset: 49, as: UInt64.self)
      buffer.storeBytes(of: sequence.rawValue.littleEndian, toByteOffset: 57, as: UInt64.self)
      buffer.storeBytes(of: digest, toByteOffset: 65, as: Digest.self)
      return body(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Signs the statement as `signer`, for the network of this digest.
  public func signed(
    by id: ReplicaID, with signer: Signer, chain: Digest
  ) -> SignedStatement {
    let signature = withSignedBytes(chain: chain) { signer.sign($0) }
    return SignedStatement(statement: self, signer: id, signature: signature)
  }

  /// Whether `signature` is `key`'s over this statement on the network of this digest.
  public func isSigned(
    _ signature: Signature, by key: PublicKey, chain: Digest, scheme: SignatureScheme
  ) -> Bool {
    withSignedBytes(chain: chain) { scheme.verifies(signature, of: $0, by: key) }
  }
}

/// A statement, who says so, and the signature that proves it. Votes are exactly this.
@frozen
public struct SignedStatement: Equatable, Sendable {
  /// What is said.
  public let statement: Statement
  /// Who says so.
  public let signer: ReplicaID
  /// The signer's signature over the statement and the network.
  public let signature: Signature

  /// A statement with its signer and signature, unchecked.
  @inlinable
  public init(statement: Statement, signer: ReplicaID, signature: Signature) {
    self.statement = statement
    self.signer = signer
    self.signature = signature
  }

  static let encodedSize = 8 + 8 + 8 + 32 + 4 + 64

  /// Writes all but the kind, which the frame's tag says.
  func encodeBody(to writer: inout ByteWriter) {
    writer.write(statement.epoch)
    writer.write(statement.view)
    writer.write(statement.sequence)
    writer.write(statement.digest)
    writer.write(signer)
    writer.write(signature)
  }

  /// Reads a statement of a kind that the frame's tag said.
  init(_ kind: StatementKind, from reader: inout ByteReader) throws(Malformed) {
    let epoch = try Epoch(from: &reader)
    let view = try View(from: &reader)
    let sequence = try SequenceNumber(from: &reader)
    statement = Statement(
      kind, epoch: epoch, view: view, sequence: sequence, digest: try reader.readFixed())
    signer = try ReplicaID(from: &reader)
    signature = try reader.readFixed()
  }
}

extension SignedStatement: Canonical {
  /// Writes kind, statement, signer and signature.
  public func encode(to writer: inout ByteWriter) {
    writer.write(statement.kind.rawValue)
    encodeBody(to: &writer)
  }

  /// Reads kind, statement, signer and signature.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let tag = try reader.readUInt8()
    guard let kind = StatementKind(rawValue: tag) else {
      throw .unknownTag(tag, of: "statement")
    }
    try self.init(kind, from: &reader)
  }
}
