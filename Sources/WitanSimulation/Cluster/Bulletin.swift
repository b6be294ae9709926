import Witan
import WitanCrypto

/// What is told over gossip. It is kept once for all who pass it on.
final class Bulletin: Gossipable {
  enum Content: Sendable {
    /// For the replicas. The number makes what is said again something else: it is to be passed on again.
    case message(Message, number: UInt64)
    /// For all who follow.
    case decision(Announcement)
    /// For all who subscribed to its topic.
    case note(Note)
    /// What a liar made of one of these: bytes that may be anything.
    case altered([UInt8])
  }

  let content: Content
  let sender: Int
  let messageID: MessageID
  let size: Int

  init(_ content: Content, from sender: Int) {
    self.content = content
    self.sender = sender
    var writer = ByteWriter()
    if case .message(_, let number) = content { writer.write(number) }
    Self.write(content, to: &writer)
    size = writer.count
    messageID = MessageID(of: writer.withBytes { SHA256.hash($0) })
  }

  private static func write(_ content: Content, to writer: inout ByteWriter) {
    switch content {
    case .message(let message, _): writer.write(message)
    case .decision(let announcement): writer.write(announcement)
    case .note(let note): writer.write(note)
    case .altered(let bytes): bytes.forEach { writer.write($0) }
    }
  }

  /// One bit is flipped.
  func altered(by word: UInt64) -> Bulletin {
    var writer = ByteWriter()
    Self.write(content, to: &writer)
    var bytes = writer.bytes
    let bit = word % UInt64(max(1, bytes.count * 8))
    if !bytes.isEmpty { bytes[Int(bit / 8)] ^= 1 << UInt8(bit % 8) }
    return Bulletin(.altered(bytes), from: sender)
  }
}

/// A decision as followers are told of it.
struct Announcement: Sendable, Canonical {
  let decision: Decision
  /// The last change of epochs, if there was one.
  let lineage: [EpochChange]

  init(decision: Decision, lineage: some Sequence<EpochChange>) {
    self.decision = decision
    self.lineage = Array(lineage)
  }

  func encode(to writer: inout ByteWriter) {
    writer.write(decision)
    writer.write(lineage)
  }

  init(from reader: inout ByteReader) throws(Malformed) {
    decision = try Decision(from: &reader)
    lineage = try reader.readArray("lineage", limit: 1, minimumSize: 1)
  }
}

extension MessageID {
  /// The first bits of a digest.
  init(of digest: Digest) {
    self.init(digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }
}
