import WitanCrypto

/// A client's signed bundle of operations, executed as one and at most once. It is kept once, however many queues,
/// blocks and messages hold it.
public struct Request: Equatable, Sendable {
  @usableFromInline
  final class Content: Sendable {
    @usableFromInline let client: PublicKey
    @usableFromInline let number: UInt64
    @usableFromInline let expiry: SequenceNumber
    @usableFromInline let operations: [[UInt8]]
    @usableFromInline let signature: Signature
    @usableFromInline let digest: Digest

    init(
      client: PublicKey, number: UInt64, expiry: SequenceNumber, operations: [[UInt8]],
      signature: Signature, digest: Digest
    ) {
      self.client = client
      self.number = number
      self.expiry = expiry
      self.operations = operations
      self.signature = signature
      self.digest = digest
    }
  }

  @usableFromInline let content: Content

  /// Who asks: the client is its key.
  @inlinable public var client: PublicKey { content.client }
  /// The client's own count; a request runs only if its number is above every one that ran before.
  @inlinable public var number: UInt64 { content.number }
  /// The last sequence at which the request may run; afterwards it is void.
  @inlinable public var expiry: SequenceNumber { content.expiry }
  /// What the application is to do, opaque to the core.
  @inlinable public var operations: [[UInt8]] { content.operations }
  /// The client's signature over all of the above and the network.
  @inlinable public var signature: Signature { content.signature }
  /// Commits to every field, the signature included.
  @inlinable public var digest: Digest { content.digest }

  /// Whether all fields are the same; the digest commits to them.
  public static func == (a: Request, b: Request) -> Bool {
    a.content === b.content || a.digest == b.digest
  }

  /// A request signed by the client.
  public init(
    number: UInt64, expiry: SequenceNumber, operations: [[UInt8]], signer: Signer, chain: Digest
  ) {
    let client = signer.publicKey
    let signature = Self.signedBytes(
      client: client, number: number, expiry: expiry, operations: operations, chain: chain
    ).withBytes { signer.sign($0) }
    self.init(
      client: client, number: number, expiry: expiry, operations: operations, signature: signature)
  }

  /// A request with a signature that wasn't checked.
  public init(
    client: PublicKey, number: UInt64, expiry: SequenceNumber, operations: [[UInt8]],
    signature: Signature
  ) {
    var writer = ByteWriter()
    Self.encode(
      client: client, number: number, expiry: expiry, operations: operations, to: &writer)
    writer.write(signature)
    content = Content(
      client: client, number: number, expiry: expiry, operations: operations,
      signature: signature, digest: writer.withBytes { SHA256.hash($0) })
  }

  /// How many bytes the operations have together.
  public var operationBytes: Int { operations.reduce(0) { $0 + $1.count } }

  /// Whether the signature is the client's, on this network.
  func isSigned(chain: Digest, scheme: SignatureScheme) -> Bool {
    Self.signedBytes(
      client: client, number: number, expiry: expiry, operations: operations, chain: chain
    ).withBytes { scheme.verifies(signature, of: $0, by: client) }
  }

  private static func signedBytes(
    client: PublicKey, number: UInt64, expiry: SequenceNumber, operations: [[UInt8]],
    chain: Digest
  ) -> ByteWriter {
    var writer = ByteWriter()
    writer.write(raw: "witan/1r")
    writer.write(chain)
    encode(client: client, number: number, expiry: expiry, operations: operations, to: &writer)
    return writer
  }

  private static func encode(
    client: PublicKey, number: UInt64, expiry: SequenceNumber, operations: [[UInt8]],
    to writer: inout ByteWriter
  ) {
    writer.write(client)
    writer.write(number)
    writer.write(expiry)
    writer.writeCount(operations.count)
    for operation in operations { writer.write(bytes: operation) }
  }
}

extension Request: Canonical {
  static let minimumSize = 32 + 8 + 8 + 4 + 64

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    Self.encode(
      client: client, number: number, expiry: expiry, operations: operations, to: &writer)
    writer.write(signature)
  }

  /// Reads every field; empty operations are refused, so that none costs more memory than bytes.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let client: PublicKey = try reader.readFixed()
    let number = try reader.readUInt64()
    let expiry = try SequenceNumber(from: &reader)
    let count = try reader.readCount("operations", limit: Bounds.operations, minimumSize: 5)
    guard count > 0 else { throw .invalid("request without operations") }
    var operations: [[UInt8]] = []
    operations.reserveCapacity(count)
    for _ in 0..<count {
      let operation = try reader.readBytes(
        "bytes of an operation", limit: Bounds.operationBytes)
      guard !operation.isEmpty else { throw .invalid("empty operation") }
      operations.append(operation)
    }
    self.init(
      client: client, number: number, expiry: expiry, operations: operations,
      signature: try reader.readFixed())
  }
}
