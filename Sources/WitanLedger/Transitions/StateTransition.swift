import Witan
import WitanCrypto

/// What a block changed, in a form that anyone can check who knows no more than a root.
///
/// ```
///   root before ──▶ proof of what changes ──▶ values before ─┐
///                                                            ├─ hold the same together
///   root after  ◀── the tree that the proof shows, changed ──┘
/// ```
public struct StateTransition: Equatable, Sendable {
  /// The network on which it happened.
  public let chain: Digest
  /// The block after which the state is the new one.
  public let height: SequenceNumber
  /// The root before.
  public let before: Digest
  /// The root after.
  public let after: Digest
  /// What changes, by key.
  public let changes: [MerkleTree.Change]
  /// Shows what stood at the changed places before.
  public let proof: TreeProof
  /// What those places hold together, before and after.
  public let sum: Int128

  /// A transition as somebody claims it to be.
  public init(
    chain: Digest, height: SequenceNumber, before: Digest, after: Digest,
    changes: [MerkleTree.Change], proof: TreeProof, sum: Int128
  ) {
    self.chain = chain
    self.height = height
    self.before = before
    self.after = after
    self.changes = changes
    self.proof = proof
    self.sum = sum
  }

  /// The transition from one tree to another; nil when the trees can't be read.
  init?(
    height: SequenceNumber, from before: MerkleTree, to after: MerkleTree,
    changes: [MerkleTree.Change], chain: Digest
  ) {
    let sorted = changes.sorted { $0.key < $1.key }
    guard let proof = try? before.proof(of: sorted.map(\.key)) else { return nil }
    var sum: Int128 = 0
    do throws(TransitionFault) {
      for change in sorted { sum += try Self.record(change.key, in: before)?.holdings ?? 0 }
    } catch { return nil }
    self.init(
      chain: chain, height: height, before: before.root, after: after.root, changes: sorted,
      proof: proof, sum: sum)
  }

  /// Checks everything that can be known without the state: that the changes lead from one root to the other, that
  /// every record is one, and that nothing of value appears or vanishes.
  public func check(on chain: Digest) throws(TransitionFault) {
    guard self.chain == chain else { throw .otherChain(self.chain, expected: chain) }
    let tree: MerkleTree
    do throws(TreeFault) {
      // What changes nothing rests on nothing.
      let isIdle = changes.isEmpty && proof.parts.isEmpty
      tree = isIdle ? MerkleTree(hiddenUnder: before) : try proof.tree(under: before)
    } catch { throw .unproved(error) }
    try lead(tree)
  }

  /// How much there was of everything before and after, as it says; nil when that stays the same.
  public var supplies: (before: Supply, after: Supply)? {
    guard let after = nextSupply,
      let old = try? proof.value(of: StateKey.supply.digest, under: before),
      case .supply(let before)? = try? Record(decoding: old)
    else { return nil }
    return (before, after)
  }

  private var nextSupply: Supply? {
    let key = StateKey.supply.digest
    guard let bytes = changes.first(where: { $0.key == key })?.value,
      case .supply(let supply)? = try? Record(decoding: bytes)
    else { return nil }
    return supply
  }

  /// Refuses a transition after which more was issued than the schedule allows.
  func check(_ economy: Economy) throws(TransitionFault) {
    guard let rewarded = nextSupply?.rewarded else { return }
    let allowed = economy.allowance(at: height)
    if rewarded > allowed { throw .overIssued(rewarded, allowed: allowed) }
  }

  /// Where the changes lead from a tree; refused unless it is where they should.
  @discardableResult
  func lead(_ tree: MerkleTree) throws(TransitionFault) -> MerkleTree {
    if let twice = zip(changes, changes.dropFirst()).first(where: { $0.key >= $1.key }) {
      throw .unordered(twice.1.key)
    }
    var next = tree
    do { try next.apply(changes) } catch { throw .unproved(error) }
    var (had, has): (Int128, Int128) = (0, 0)
    var offender: Digest?
    for change in changes {
      let (old, new) = (
        try Self.record(change.key, in: tree), try Self.record(change.key, in: next)
      )
      try Self.checkRules(change.key, from: old, to: new)
      let (held, holds) = (old?.holdings ?? 0, new?.holdings ?? 0)
      if held != holds { offender = change.key }
      had += held
      has += holds
    }
    guard had == sum else { throw .wrongSum(claimed: sum, found: had) }
    guard has == had else { throw .unbalanced(offender ?? .zero, before: had, after: has) }
    guard next.root == after else { throw .wrongRoot(claimed: after, found: next.root) }
    return next
  }

  /// The rules never change. Value is issued as rewards alone, and what was issued or burnt stays so. There is one record
  /// of that: another one somewhere else would hold less than nothing, and so let value appear beside it.
  private static func checkRules(
    _ key: Digest, from old: Record?, to new: Record?
  ) throws(TransitionFault) {
    switch (old, new) {
    case (.supply(let old)?, .supply(let new)?) where key == StateKey.supply.digest:
      guard new.issued >= old.issued, new.rewarded >= old.rewarded, new.burnt >= old.burnt,
        new.issued.units - old.issued.units == new.rewarded.units - old.rewarded.units
      else { throw .unruly(key) }
    case (.supply?, _), (_, .supply?), (.economy?, _), (_, .economy?): throw .unruly(key)
    default: break
    }
  }

  private static func record(
    _ key: Digest, in tree: MerkleTree
  ) throws(TransitionFault) -> Record? {
    let bytes: [UInt8]?
    do { bytes = try tree.value(of: key) } catch { throw .unproved(error) }
    guard let bytes else { return nil }
    do { return try Record(decoding: bytes) } catch {
      throw error == .invalid("amount") ? .overflow(key) : .unreadable(key)
    }
  }
}

/// Why a transition is refused. Whoever refuses one has changed nothing.
public enum TransitionFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// It happened on another network.
  case otherChain(Digest, expected: Digest)
  /// It starts from another state than the present one.
  case stale(before: Digest, present: Digest)
  /// It doesn't come after the one before it.
  case misplaced(SequenceNumber, after: SequenceNumber)
  /// What it rests on isn't shown, or isn't true.
  case unproved(TreeFault)
  /// This key comes out of order, or twice.
  case unordered(Digest)
  /// An amount at this key is beyond what there may be.
  case overflow(Digest)
  /// What stands at this key is no record.
  case unreadable(Digest)
  /// The changed places hold something else than it says.
  case wrongSum(claimed: Int128, found: Int128)
  /// Value appears or vanishes; this is the last key whose holdings change.
  case unbalanced(Digest, before: Int128, after: Int128)
  /// What stands at this key, the rules or how much there is of everything, changes as it never may.
  case unruly(Digest)
  /// More was issued by then than the schedule allows.
  case overIssued(Amount, allowed: Amount)
  /// The changes lead to another root.
  case wrongRoot(claimed: Digest, found: Digest)

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .otherChain(let chain, let expected):
      "it happened on the network \(chain.short), not on \(expected.short)"
    case .stale(let before, let present):
      "it starts from the state \(before.short), and the present one is \(present.short)"
    case .misplaced(let height, let last): "block \(height) doesn't come after block \(last)"
    case .unproved(let fault): "it doesn't rest on the state before it: \(fault)"
    case .unordered(let key): "key \(key.short) comes out of order, or twice"
    case .overflow(let key): "the amount at key \(key.short) is beyond what there may be"
    case .unreadable(let key): "what stands at key \(key.short) is no record"
    case .wrongSum(let claimed, let found):
      "the changed places hold \(found) units together, not \(claimed)"
    case .unbalanced(let key, let before, let after):
      "the changed places hold \(before) units before and \(after) after; see key \(key.short)"
    case .unruly(let key):
      "the rules, or how much there is of everything, change as they never may; see key \(key.short)"
    case .overIssued(let rewarded, let allowed):
      "\(rewarded) tokens were issued as rewards by then, and the schedule allows \(allowed)"
    case .wrongRoot(let claimed, let found):
      "the changes lead to the root \(found.short), not to \(claimed.short)"
    }
  }
}

extension MerkleTree {
  /// Applies a transition, whole or not at all.
  public mutating func apply(
    _ transition: StateTransition, on chain: Digest
  ) throws(TransitionFault) {
    guard transition.chain == chain else {
      throw .otherChain(transition.chain, expected: chain)
    }
    guard transition.before == root else {
      throw .stale(before: transition.before, present: root)
    }
    let next = try transition.lead(self)
    if let record = try? Ledger.record(StateKey.economy.digest, in: self),
      case .economy(let economy) = record
    {
      try transition.check(economy)
    }
    self = next
  }
}

/// A succession of transitions, checked from a root that is trusted: that every one is right in itself doesn't make
/// them a history.
public struct LedgerHistory: Sendable {
  /// The network.
  public let chain: Digest
  /// Its rules.
  public let economy: Economy
  /// The last block seen.
  public private(set) var height: SequenceNumber
  /// The root after it.
  public private(set) var root: Digest

  /// A history that begins with a root after a block, by the rules that stand under that root.
  public init(chain: Digest, height: SequenceNumber, root: Digest, economy: Economy) {
    self.chain = chain
    self.economy = economy
    self.height = height
    self.root = root
  }

  /// Goes on by a transition; refused when it doesn't follow, or breaks a rule.
  public mutating func append(_ transition: StateTransition) throws(TransitionFault) {
    guard transition.height > height else { throw .misplaced(transition.height, after: height) }
    guard transition.before == root else {
      throw .stale(before: transition.before, present: root)
    }
    try transition.check(on: chain)
    try transition.check(economy)
    (height, root) = (transition.height, transition.after)
  }
}

extension StateTransition: Canonical {
  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(ByteWriter.formatVersion)
    writer.write(chain)
    writer.write(height)
    writer.write(before)
    writer.write(after)
    writer.write(UInt64(truncatingIfNeeded: sum))
    writer.write(UInt64(truncatingIfNeeded: sum >> 64))
    writer.writeCount(changes.count)
    for change in changes {
      writer.write(change.key)
      writer.write(change.value != nil)
      if let value = change.value { writer.write(bytes: value) }
    }
    writer.write(proof)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let version = try reader.readUInt8()
    guard version == ByteWriter.formatVersion else { throw .unknownVersion(version) }
    chain = try reader.readFixed()
    height = try SequenceNumber(from: &reader)
    before = try reader.readFixed()
    after = try reader.readFixed()
    let low = try reader.readUInt64()
    sum = Int128(truncatingIfNeeded: try reader.readUInt64()) << 64 | Int128(low)
    let count = try reader.readCount("changes", limit: 1 << 20, minimumSize: 33)
    var changes: [MerkleTree.Change] = []
    for _ in 0..<count {
      let key: Digest = try reader.readFixed()
      guard try reader.readFlag("value of a change") else {
        changes.append(.delete(key))
        continue
      }
      let value = try reader.readBytes("bytes of a value", limit: MerkleTree.valueLimit)
      changes.append(.put(key, value))
    }
    self.changes = changes
    proof = try TreeProof(from: &reader)
  }
}
