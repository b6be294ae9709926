import Witan
import WitanCrypto

/// L1 as the rollup sees it: the state of the contracts after each block, from the last one that is final to the head.
///
/// ```
///   final ──▶ … ──▶ … ──▶ head        append: a block more
///     ▲          ╰──▶ …              reorganise: the last ones never were; others take their place
///     └ nothing before is ever taken back
/// ```
public struct L1Chain: Sendable {
  /// A block with the state after it.
  public struct Link: Sendable {
    /// The block.
    public let block: L1Block
    /// The contracts after it.
    public let contracts: Contracts
  }

  /// How many blocks are on top of one that is final.
  public let finality: Int
  /// From the last final block to the head.
  private var links: [Link]
  /// The contracts at the head.
  public private(set) var contracts: Contracts

  /// A chain that begins with the contracts, which are final, as is whatever has `finality` blocks on top of it.
  public init(_ contracts: Contracts, finality: Int) {
    self.finality = max(1, finality)
    self.contracts = contracts
    links = [Link(block: contracts.clock, contracts: contracts)]
  }

  /// The last block.
  public var head: L1Block { links[links.count - 1].block }

  /// The contracts after the last final block.
  public var final: Contracts { links[0].contracts }

  /// How many blocks may still be taken back.
  public var revocable: Int { links.count - 1 }

  /// Adds a block, in which `body` has the contracts do what is asked of them.
  @discardableResult
  public mutating func append<Result>(
    _ block: L1Block, _ body: (inout Contracts) throws(ContractRefusal) -> Result
  ) throws(ContractRefusal) -> Result {
    var next = contracts
    let result = try body(&next)
    contracts = next
    links.append(Link(block: block, contracts: next))
    if links.count > finality + 1 { links.removeFirst(links.count - finality - 1) }
    return result
  }

  /// Takes back the last blocks, as many as aren't final at most; says how many it took.
  @discardableResult
  public mutating func reorganise(_ depth: Int) -> Int {
    let taken = min(max(0, depth), revocable)
    links.removeLast(taken)
    contracts = links[links.count - 1].contracts
    return taken
  }
}

/// Where the three chains end: what is final is proven, and what is proven is pending.
public struct ChainTips: Hashable, Sendable {
  /// The last pending block.
  public let pending: BlockNumber
  /// The last proven block.
  public let proven: BlockNumber
  /// The last proven block whose proof L1 can't take back.
  public let finalised: BlockNumber

  /// The tips as L1 has them.
  public init(_ chain: L1Chain) { self.init(head: chain.contracts, final: chain.final) }

  /// The tips as the contracts have them after L1's last block, and after its last final one.
  public init(head contracts: Contracts, final: Contracts) {
    let head = contracts.head
    pending = head.pending
    proven = head.proven
    finalised = final.head.proven
  }
}
