import Witan
import WitanCrypto

/// What a run amounts to: how much was sent, and a digest of everything that happened in its order.
public struct Account: Sendable {
  /// How many messages were sent between replicas.
  public private(set) var messages: UInt64 = 0
  /// How many bytes they had.
  public private(set) var bytes: UInt64 = 0
  private var log = SHA256()
  private var writer = ByteWriter()

  /// The digest of all events so far. Two runs with one digest did the same things at the same times.
  public var digest: Digest {
    let log = log
    return log.finish()
  }

  mutating func noteSent(_ message: Message, copies: Int) {
    writer.reset()
    message.encode(to: &writer)
    messages += UInt64(copies)
    bytes += UInt64(copies) * UInt64(writer.bytes.count)
  }

  mutating func note(_ event: Cluster.Event, at time: Micros) {
    writer.reset()
    writer.write(time)
    switch event {
    case .delivery(let message, let from, let to):
      writer.write(UInt8(1))
      write(message, from, to)
    case .broadcast(let message, let from):
      writer.write(UInt8(2))
      write(message, from, from)
    case .request(let request, let to):
      writer.write(UInt8(3))
      writer.write(request.digest)
      writer.write(UInt64(bitPattern: Int64(to ?? -1)))
    case .query(let query, let to):
      writer.write(UInt8(4))
      writer.write(query)
      writer.write(UInt64(bitPattern: Int64(to ?? -1)))
    case .reply(let reply, let to):
      writer.write(UInt8(5))
      writer.write(reply.signed)
      writer.write(UInt64(to))
    case .answer(let answer, let to):
      writer.write(UInt8(6))
      writer.write(answer.signed)
      writer.write(UInt64(to))
    case .timer(let timer, let of, _):
      writer.write(UInt8(7))
      writer.write(timer.kind.rawValue)
      writer.write(timer.generation)
      writer.write(UInt64(of))
    case .clientTimer(let timer, let of):
      writer.write(UInt8(8))
      writer.write(timer.generation)
      writer.write(UInt64(of))
    }
    writer.bytes.withUnsafeBytes { log.update($0) }
  }

  private mutating func write(_ message: Message, _ from: Int, _ to: Int) {
    if let signed = message.signed {
      writer.write(signed)
    } else if case .request(let request) = message {
      writer.write(request.digest)
    }
    writer.write(UInt64(from))
    writer.write(UInt64(to))
  }
}
