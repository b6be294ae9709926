import Witan
import WitanCrypto

/// What stands at one place of the state, with all that is needed to check it but the root that is trusted.
public struct LedgerProof: Equatable, Sendable, Canonical {
  /// The place.
  public let key: StateKey
  /// The root of the state.
  public let root: Digest
  /// What ties the answer to it.
  public let proof: TreeProof

  /// What a state shows of a place.
  public init(of key: StateKey, in tree: MerkleTree) throws(TreeFault) {
    self.key = key
    root = tree.root
    proof = try tree.proof(of: [key.digest])
  }

  /// What stands there under a root; nil when there is nothing. Refused when the proof isn't of that root.
  public func record(under root: Digest) throws -> Record? {
    try proof.value(of: key.digest, under: root).map { try Record(decoding: $0) }
  }

  private static let magic = Array("witan-proof 1\n".utf8)

  /// Whether bytes begin as a proof does.
  public static func isOne(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// Writes place, root and proof.
  public func encode(to writer: inout ByteWriter) {
    for byte in Self.magic { writer.write(byte) }
    writer.write(key)
    writer.write(root)
    writer.write(proof)
  }

  /// Reads place, root and proof.
  public init(from reader: inout ByteReader) throws(Malformed) {
    for byte in Self.magic {
      guard try reader.readUInt8() == byte else { throw .invalid("beginning of a proof") }
    }
    key = try StateKey(from: &reader)
    root = try reader.readFixed()
    proof = try TreeProof(from: &reader)
  }
}

/// A whole state in one file.
public struct LedgerSnapshot: Sendable {
  /// After which block it is the state.
  public let height: SequenceNumber
  /// The state.
  public let tree: MerkleTree

  private static let magic = Array("witan-state 1\n".utf8)

  /// The state after a block.
  public init(height: SequenceNumber, tree: MerkleTree) {
    self.height = height
    self.tree = tree
  }

  /// Whether bytes begin as a state does.
  public static func isOne(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// Height, root and entries.
  public func bytes() throws(TreeFault) -> [UInt8] {
    Self.magic + height.encoded + tree.root.bytes + (try tree.flattened())
  }

  /// Reads a state; refuses entries that don't give the root they are said to have.
  public init(_ bytes: [UInt8]) throws {
    let start = Self.magic.count
    guard Self.isOne(bytes), bytes.count > start + 40 else { throw Malformed.truncated }
    height = try SequenceNumber(decoding: Array(bytes[start..<start + 8]))
    tree = try MerkleTree(flattened: Array(bytes[(start + 40)...]))
    guard tree.root.bytes.elementsEqual(bytes[(start + 8)..<(start + 40)]) else {
      throw Malformed.invalid("root of a state")
    }
  }
}

extension MerkleTree {
  /// What all records hold together, and how many there are. Everything that exists was issued, so it is nothing
  /// in every state that a ledger can be in.
  public func audit() throws -> (entries: Int, holdings: Int128) {
    var (entries, sum) = (0, Int128(0))
    var cursor = try cursor()
    while let entry = try cursor.next() {
      sum += try Record(decoding: entry.value).holdings
      entries += 1
    }
    return (entries, sum)
  }
}
