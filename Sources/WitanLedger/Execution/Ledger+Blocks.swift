import Witan
import WitanCrypto

/// A block, from its beginning to its end.
extension Ledger {
  /// A request's operations; refused when one of them is none.
  static func operations(of request: Request) throws(LedgerRefusal) -> [LedgerOperation] {
    var operations: [LedgerOperation] = []
    for bytes in request.operations {
      do { operations.append(try LedgerOperation(decoding: bytes)) } catch { throw .malformed }
    }
    return operations
  }

  /// Executes a block: every request whole or not at all.
  public mutating func execute(
    _ requests: [Request], in header: BlockHeader
  ) throws(LedgerRefusal) -> [LedgerReceipt] {
    prepare(for: requests, in: header)
    var receipts: [LedgerReceipt] = []
    for request in requests { receipts.append(perform(request, in: header)) }
    try finish(header)
    return receipts
  }

  /// Looks at all of a block's requests before the first one runs: an account that spends one number in two ways gets
  /// neither.
  mutating func prepare(for requests: [Request], in header: BlockHeader) {
    block = BlockProgress()
    events = []
    transition = nil
    var seen: [BlockProgress.Spending: Digest] = [:]
    for request in requests {
      guard let operations = try? Self.operations(of: request) else { continue }
      for operation in operations {
        guard let nonce = operation.spends else { continue }
        let spending = BlockProgress.Spending(account: request.client, nonce: nonce)
        let digest = operation.encodedDigest
        guard let other = seen.updateValue(digest, forKey: spending), other != digest,
          block.conflicts.insert(spending).inserted
        else { continue }
        block.events.append(.doubleSpent(request.client, nonce: nonce))
      }
    }
    let office = try? office()
    if let office, header.epoch > office.epoch { install(header.epoch, after: office) }
  }

  /// Those who serve in a new epoch take office in its first block. The state that named them is the one that the
  /// checkpoint before it certified.
  private mutating func install(_ epoch: Epoch, after office: Office) {
    let next =
      nextMembers.map { Office(epoch: epoch, members: $0) }
      ?? Office(epoch: epoch, seats: office.seats)
    pending.updateValue(.office(next), forKey: StateKey.office.digest)
  }

  /// Runs a request.
  mutating func perform(_ request: Request, in header: BlockHeader) -> LedgerReceipt {
    var at = 0
    do throws(LedgerRefusal) {
      let operations = try Self.operations(of: request)
      let context = Context(
        client: request.client, height: header.height, economy: economy, network: network)
      block.attributions += operations.count(where: \.isAttribution)
      guard block.attributions <= BlockProgress.attributionLimit else { throw .crowded }
      try attempt { (draft, progress) throws(LedgerRefusal) in
        for (index, operation) in operations.enumerated() {
          at = index
          if let nonce = operation.spends,
            progress.conflicts.contains(.init(account: request.client, nonce: nonce))
          {
            throw .doubleSpend
          }
          try operation.run(on: &draft, &progress, in: context)
        }
      }
      return .done
    } catch { return .refused(error, operation: at) }
  }

  /// Pays the block's reward, and makes all its changes at once: all of them, or none where the state can't be read.
  mutating func finish(_ header: BlockHeader) throws(LedgerRefusal) {
    defer {
      pending.removeAll(keepingCapacity: true)
      block = BlockProgress()
    }
    let economy = economy
    try attempt { (draft, progress) throws(LedgerRefusal) in
      try draft.reward(&progress, at: header.height, by: economy)
    }
    let before = tree
    let changes = try settle()
    events = block.events
    if leavesTransitions {
      transition = StateTransition(
        height: header.height, from: before, to: tree, changes: changes,
        chain: network?.genesis.digest ?? .zero)
    }
  }

  /// Moves what is pending into the tree.
  @discardableResult
  mutating func settle() throws(LedgerRefusal) -> [MerkleTree.Change] {
    // any order: the tree sorts changes by key.
    let changes = pending.map { key, record -> MerkleTree.Change in
      record.map { .put(key, $0.encoded) } ?? .delete(key)
    }
    do { try tree.apply(changes) } catch { throw .unreadable }
    pending.removeAll(keepingCapacity: true)
    return changes
  }
}

/// What an operation needs to know besides the state.
struct Context {
  let client: PublicKey
  let height: SequenceNumber
  let economy: Economy
  let network: Ledger.Network?

  func known() throws(LedgerRefusal) -> Ledger.Network {
    guard let network else { throw .noNetwork }
    return network
  }
}

extension LedgerOperation {
  /// Does what it says to a draft.
  func run(
    on draft: inout Draft, _ progress: inout BlockProgress, in context: Context
  ) throws(LedgerRefusal) {
    switch self {
    case .transfer(let receiver, let amount, let nonce):
      try draft.spend(amount, of: context.client, nonce: nonce)
      try draft.pay(amount, to: receiver)
    case .register(let id, let key, let signature):
      try draft.register(id, key: key, signature, in: context)
    case .stake(let id, let amount, let nonce):
      try draft.spend(amount, of: context.client, nonce: nonce)
      try draft.stake(amount, on: id, in: context)
    case .unstake(let id, let amount): try draft.unstake(amount, of: id, in: context)
    case .withdraw(let id): try draft.withdraw(id, in: context)
    case .settle(let certificate): try draft.settle(certificate, &progress, in: context)
    case .convict(let evidence): try draft.convict(evidence, &progress, in: context)
    case .refute(let verdict): try draft.refute(verdict, &progress, in: context)
    case .formRing(let keys): try draft.formRing(keys)
    case .prove(let claim): try draft.prove(claim, in: context)
    case .denounce(let vote, let lineage):
      try draft.denounce(vote, lineage, &progress, in: context)
    case .attribute(let claim, let ring, let signature):
      try draft.attribute(claim, to: ring, signature, in: context)
    }
  }
}
