import Witan
import WitanCrypto
import WitanDraw

/// How a hostile client asks.
public enum Roguery: String, CaseIterable, Hashable, Sendable {
  /// It signs two requests under each number, and sends one to one half of the replicas, the other to the other.
  case equivocates
  /// It asks for more than can be done, all the time.
  case floods
  /// Its signatures are somebody else's, or over something else.
  case signsBadly = "signs-badly"

  /// What it does, in a sentence.
  public var sentence: String {
    switch self {
    case .equivocates:
      "It gives two requests one number, and sends each to one half of the replicas."
    case .floods: "It asks for more than can be done, all the time."
    case .signsBadly: "It signs its requests with another key, or signs something else."
    }
  }
}

/// A hostile client at work.
struct RogueClient: Sendable {
  let roguery: Roguery
  private let signer: Signer
  private var number: UInt64 = 0

  init(_ roguery: Roguery, signer: Signer) {
    self.roguery = roguery
    self.signer = signer
  }

  /// How long it rests.
  var period: Micros { roguery == .floods ? .milliseconds(5) : .milliseconds(50) }

  private static let flood = 32

  /// What it sends now: requests, and whether to the earlier half of the replicas, the later one, or, if nil, to all.
  mutating func requests(
    expiry: SequenceNumber, chain: Digest
  ) -> [(request: Request, isForLaterHalf: Bool?)] {
    func request(_ value: UInt8) -> Request {
      let operation = KeyValueStore.Operation.put(key: [UInt8(ascii: "r")], value: [value])
      return Request(
        number: number, expiry: expiry, operations: [operation.bytes], signer: signer,
        chain: chain)
    }
    switch roguery {
    case .equivocates:
      number += 1
      return [(request(1), false), (request(2), true)]
    case .floods:
      return (0..<Self.flood).map { _ in
        number += 1
        return (request(1), nil)
      }
    case .signsBadly:
      number += 1
      let honest = request(1)
      let signature = number.isMultiple(of: 2) ? request(2).signature : Signature()
      let forged = Request(
        client: honest.client, number: honest.number, expiry: honest.expiry,
        operations: honest.operations, signature: signature)
      return [(forged, nil)]
    }
  }
}
