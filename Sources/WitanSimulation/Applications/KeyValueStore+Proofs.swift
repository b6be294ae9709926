import Witan

/// Certified reads: what a key has, or that it has nothing, at one replica's word.
extension KeyValueStore {
  /// What there is at a key: the answer to a certified read.
  public enum Finding: Equatable, Sendable {
    /// Nothing, which isn't the same as an empty value.
    case absent
    /// A value.
    case value([UInt8])

    /// The answer's bytes.
    public var bytes: [UInt8] {
      switch self {
      case .absent: [0]
      case .value(let value): [1] + value
      }
    }

    /// The finding that an answer tells of; nil when it tells of none.
    public init?(_ bytes: [UInt8]) {
      switch bytes.first {
      case 0 where bytes.count == 1: self = .absent
      case 1: self = .value(Array(bytes.dropFirst()))
      default: return nil
      }
    }
  }

  /// What proves a finding: the key's place among the entries, and the chunks that show what is there.
  struct Proof: Canonical {
    let place: UInt32
    let shown: SnapshotProof

    init(place: UInt32, shown: SnapshotProof) {
      self.place = place
      self.shown = shown
    }

    func encode(to writer: inout ByteWriter) {
      writer.write(place)
      writer.write(shown)
    }

    init(from reader: inout ByteReader) throws(Malformed) {
      place = try reader.readUInt32()
      shown = try SnapshotProof(from: &reader)
    }
  }

  /// The finding at a key, with the chunks that its check will look at: no more, and no fewer.
  public func prove(_ query: [UInt8], in tree: ChunkTree) -> ProvedAnswer? {
    var looked: [Range<Int>] = []
    do throws(Unproved) {
      let place = try SortedEntries { (range) throws(Unproved) in
        try Self.bytes(range, of: tree)
      }.place(of: query)
      let finding = try SortedEntries { (range) throws(Unproved) in
        looked.append(range)
        return try Self.bytes(range, of: tree)
      }.finding(of: query, at: place)
      guard let shown = SnapshotProof(of: looked, in: tree) else { return nil }
      let proof = Proof(place: UInt32(place), shown: shown)
      return ProvedAnswer(answer: finding.bytes, proof: proof.encoded)
    } catch { return nil }
  }

  private static func bytes(_ range: Range<Int>, of tree: ChunkTree) throws(Unproved) -> [UInt8] {
    guard let bytes = tree.bytes(range) else { throw .missing(range) }
    return bytes
  }

  /// Takes an answer only if it is the finding at this very key, read from certified bytes where it must stand.
  public static func check(
    query: [UInt8], answer: [UInt8], proof: [UInt8], under state: CheckpointSummary
  ) throws(Unproved) {
    let claim: Proof
    do { claim = try Proof(decoding: proof) } catch { throw .malformed(error) }
    let shown = try claim.shown.opened(under: state)
    let entries = try SortedEntries { (range) throws(Unproved) in try shown.bytes(range) }
    let finding = try entries.finding(of: query, at: Int(claim.place))
    guard finding.bytes == answer else { throw .otherAnswer }
  }
}
