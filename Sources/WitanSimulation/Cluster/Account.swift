import Witan
import WitanCrypto

/// What a run amounts to: how much was sent, and a digest of everything that happened in its order.
public struct Account: Sendable {
  /// How many messages of a kind were sent, and how many bytes they had.
  public struct Traffic: Equatable, Sendable {
    /// How many messages.
    public internal(set) var messages: UInt64 = 0
    /// How many bytes.
    public internal(set) var bytes: UInt64 = 0

    mutating func add(_ copies: Int, of size: Int) {
      messages &+= UInt64(copies)
      bytes &+= UInt64(copies) &* UInt64(size)
    }
  }

  /// What happened, as the log has it.
  enum Entry: UInt8 {
    case sent = 1
    case delivered, timer, clientTimer, fault, asked, executed
  }

  /// What was sent between replicas.
  public private(set) var total = Traffic()
  /// The same by kind of message; what clients asked, which replicas pass on, has none.
  public private(set) var byKind: [StatementKind: Traffic] = [:]

  /// How many messages were sent between replicas.
  public var messages: UInt64 { total.messages }
  /// How many bytes they had.
  public var bytes: UInt64 { total.bytes }

  private var log = SHA256()
  private var buffer: [UInt8] = []
  private static let bufferLimit = 1 << 15

  /// The SHA-256 of the log of all events so far. Two runs with one digest did the same things at the same times.
  public var digest: Digest {
    var log = log
    buffer.withUnsafeBytes { log.update($0) }
    return log.finish()
  }

  mutating func noteSent(_ message: Message, copies: Int, size: Int) {
    total.add(copies, of: size)
    if let kind = message.kind { byKind[kind, default: Traffic()].add(copies, of: size) }
  }

  /// Writes an entry into the log: what, when, where, and two numbers that tell it from others of its kind.
  @inline(__always)
  mutating func note(_ entry: Entry, at time: Micros, node: Int, _ first: UInt64, _ second: UInt64)
  {
    append(UInt64(entry.rawValue) << 56 | UInt64(truncatingIfNeeded: node))
    append(time.rawValue)
    append(first)
    append(second)
    if buffer.count >= Self.bufferLimit { flush() }
  }

  /// Writes what tells something that was sent from everything else.
  mutating func note(identity: Digest) {
    identity.withBytes { buffer.append(contentsOf: $0) }
  }

  /// Writes a signature.
  mutating func note(identity: Signature) {
    identity.withBytes { buffer.append(contentsOf: $0) }
  }

  @inline(__always)
  private mutating func append(_ word: UInt64) {
    withUnsafeBytes(of: word.littleEndian) { buffer.append(contentsOf: $0) }
  }

  private mutating func flush() {
    buffer.withUnsafeBytes { log.update($0) }
    buffer.removeAll(keepingCapacity: true)
  }
}
