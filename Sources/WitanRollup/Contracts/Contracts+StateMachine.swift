import Witan
import WitanCrypto
import WitanLedger

/// The contracts as the application of replicas: a cluster of them is an L1.
///
/// A block of the cluster is a block of L1, a request is a transaction, and whoever signed it is the sender. What is
/// random about a block is the digest of the one before it: nobody knows it earlier, but who proposed that block could
/// choose among several.
extension Contracts: StateMachine {
  /// A block of L1 begins.
  public mutating func begin(_ requests: [Request], in header: BlockHeader) {
    _ = try? begin(L1Block(header))
  }

  /// Does what a request asks for. The result is one byte: the number of the rule that was broken, or zero.
  public mutating func apply(_ request: Request, in header: BlockHeader) -> [UInt8] {
    do throws(ContractRefusal) {
      _ = try perform(request)
      return [0]
    } catch { return [error.rawValue] }
  }

  /// Does what a request asks for: all of it, or nothing.
  public mutating func perform(_ request: Request) throws(ContractRefusal) -> [ContractEvent] {
    try perform(try Self.calls(of: request), from: request.client)
  }

  /// Whether a request's operations are calls of the contracts.
  public func admits(_ request: Request) -> Bool { (try? Self.calls(of: request)) != nil }

  private static func calls(of request: Request) throws(ContractRefusal) -> [ContractCall] {
    var calls: [ContractCall] = []
    for operation in request.operations {
      do throws(Malformed) { calls.append(try ContractCall(decoding: operation)) } catch {
        throw .malformed
      }
    }
    return calls
  }

  /// The state as checkpoints certify it.
  public var image: LedgerImage { LedgerImage(tree) }

  /// The whole state, entry by entry.
  public var snapshot: [UInt8] { (try? tree.flattened()) ?? [] }

  /// Takes the state of a snapshot.
  public mutating func restore(_ snapshot: [UInt8]) throws {
    tree = try MerkleTree(flattened: snapshot)
  }

  /// Takes the state whose pieces these are.
  public mutating func restore(chunks: [[UInt8]]) throws { tree = try MerkleTree(pieces: chunks) }
}

extension L1Block {
  /// The block of L1 that a block of the cluster is.
  public init(_ header: BlockHeader) {
    self.init(
      height: L1Height(header.height.rawValue), time: header.timestamp, randomness: header.previous)
  }
}
