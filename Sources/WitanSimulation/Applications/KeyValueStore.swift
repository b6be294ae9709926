import Witan
import WitanCrypto

/// The application that simulations replicate: keys and values, and a digest of everything that ever ran, so that
/// two replicas agree on it only if they ran the same requests in the same order.
public struct KeyValueStore: StateMachine {
  /// The values by key.
  public private(set) var values: [[UInt8]: [UInt8]] = [:]
  /// The digest of all requests that ran, in order.
  public private(set) var history = Digest.zero
  /// How many requests ran.
  public private(set) var count: UInt64 = 0
  /// Who is to serve in the next epoch, if somebody asked for a change.
  public private(set) var nextMembers: [Member]?

  /// An empty store.
  public init() {}

  /// What a request may ask of the store.
  public enum Operation: Equatable, Sendable {
    /// Sets a key's value; the result is the value before.
    case put(key: [UInt8], value: [UInt8])
    /// Reads a key in order with everything else.
    case get(key: [UInt8])
    /// Asks for other members from the next epoch on.
    case reconfigure([Member])
    /// What can't be: no correct replica proposes it, or votes for a block with it.
    case impossible

    /// The operation's bytes.
    public var bytes: [UInt8] {
      var writer = ByteWriter()
      switch self {
      case .put(let key, let value):
        writer.write(UInt8(1))
        writer.write(bytes: key)
        writer.write(bytes: value)
      case .get(let key):
        writer.write(UInt8(2))
        writer.write(bytes: key)
      case .reconfigure(let members):
        writer.write(UInt8(3))
        writer.write(members)
      case .impossible: writer.write(UInt8(4))
      }
      return writer.finish()
    }

    init?(_ bytes: [UInt8]) {
      let parsed = bytes.withUnsafeBytes { bytes -> Operation? in
        var reader = ByteReader(bytes)
        do throws(Malformed) {
          let operation: Operation
          switch try reader.readUInt8() {
          case 1:
            let key = try reader.readBytes("bytes of a key", limit: 4_096)
            operation = .put(
              key: key, value: try reader.readBytes("bytes of a value", limit: 65_536))
          case 2: operation = .get(key: try reader.readBytes("bytes of a key", limit: 4_096))
          case 3:
            operation = .reconfigure(
              try reader.readArray("members", limit: 4_096, minimumSize: 44))
          case 4: operation = .impossible
          default: return nil
          }
          try reader.finish()
          return operation
        } catch { return nil }
      }
      guard let parsed else { return nil }
      self = parsed
    }
  }

  /// Whether a request asks for nothing impossible.
  public func admits(_ request: Request) -> Bool {
    !request.operations.contains { $0.first == 4 && Operation($0) == .impossible }
  }

  /// Whether none of a block's requests asks for the impossible.
  public func validate(_ block: Block) -> Verdict {
    block.requests.allSatisfy({ admits($0) })
      ? .valid : .invalid(InvalidBlock(code: 10, "it asks for the impossible"))
  }

  /// Runs a request; operations that aren't the store's own change the history alone.
  public mutating func apply(_ request: Request, in header: BlockHeader) -> [UInt8] {
    var hash = SHA256()
    hash.update(history)
    hash.update(request.digest)
    history = hash.finish()
    count += 1
    var result: [UInt8] = []
    for bytes in request.operations {
      switch Operation(bytes) {
      case .put(let key, let value): result = values.updateValue(value, forKey: key) ?? []
      case .get(let key): result = values[key] ?? []
      case .reconfigure(let members): nextMembers = members
      case .impossible, nil: result = bytes
      }
    }
    return result
  }

  /// The value of a key.
  public func answer(_ query: [UInt8]) -> [UInt8] { values[query] ?? [] }

  /// History, count, how many entries there are, where each of them ends, the entries by key, and the next members.
  ///
  /// That the places of the ends are known from the beginning is what makes proofs sound (see ``SortedEntries``).
  public var snapshot: [UInt8] {
    let sorted = values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    var writer = ByteWriter()
    writer.write(history)
    writer.write(count)
    writer.writeCount(sorted.count)
    var end = 0
    for (key, value) in sorted {
      end += 8 + key.count + value.count
      writer.write(UInt64(end))
    }
    for (key, value) in sorted {
      writer.write(bytes: key)
      writer.write(bytes: value)
    }
    writer.write(nextMembers != nil)
    if let nextMembers { writer.write(nextMembers) }
    return writer.finish()
  }

  /// Takes the state of a snapshot.
  public mutating func restore(_ snapshot: [UInt8]) throws {
    self = try snapshot.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      var store = KeyValueStore()
      store.history = try reader.readFixed()
      store.count = try reader.readUInt64()
      let count = try reader.readCount("entries", limit: 1 << 24, minimumSize: 16)
      var ends: [UInt64] = []
      for _ in 0..<count { ends.append(try reader.readUInt64()) }
      let start = reader.remaining
      for end in ends {
        let key = try reader.readBytes("bytes of a key", limit: 4_096)
        store.values[key] = try reader.readBytes("bytes of a value", limit: 65_536)
        guard end == start - reader.remaining else { throw Malformed.invalid("end of an entry") }
      }
      if try reader.readFlag("next members") {
        store.nextMembers = try reader.readArray("members", limit: 4_096, minimumSize: 44)
      }
      try reader.finish()
      return store
    }
  }
}
