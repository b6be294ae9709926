import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

@Suite("Transitions")
struct TransitionTests {
  /// A transition of a bank in which something of everything happened, and the tree before it.
  private func sample() throws -> (StateTransition, MerkleTree, Bank) {
    var bank = try Bank()
    try bank.ask(0, bank.transfer(0, 1, .tokens(5)))
    let before = bank.ledger.tree
    try bank.block([
      (0, [bank.transfer(0, 1, .tokens(5))]), (2, [bank.doubleSigning(1)]),
      (3, [bank.settle(bank.outcome(1), by: [0, 2, 3])]),
    ])
    return (try #require(bank.transitions.last), before, bank)
  }

  private func changed(
    _ one: StateTransition, chain: Digest? = nil, before: Digest? = nil, after: Digest? = nil,
    changes: [MerkleTree.Change]? = nil, proof: TreeProof? = nil, sum: Int128? = nil
  ) -> StateTransition {
    StateTransition(
      chain: chain ?? one.chain, height: one.height, before: before ?? one.before,
      after: after ?? one.after, changes: changes ?? one.changes, proof: proof ?? one.proof,
      sum: sum ?? one.sum)
  }

  @Test("It is checked with no more than the roots, and applies to the tree before it")
  func checks() throws {
    let (transition, before, bank) = try sample()
    try transition.check(on: bank.chain)
    var tree = before
    try tree.apply(transition, on: bank.chain)
    #expect(tree.root == bank.ledger.root)
    #expect(try StateTransition(decoding: transition.encoded) == transition)
  }

  @Test(
    "A wrong root, a stale one, another network, a wrong or broken sum: each is refused by name, and nothing changes"
  )
  func refused() throws {
    let (good, before, bank) = try sample()
    let other = SHA256.hash([1])
    var tree = before
    func refuse(_ transition: StateTransition, _ expected: (TransitionFault) -> Bool) {
      do throws(TransitionFault) {
        try tree.apply(transition, on: bank.chain)
        Issue.record("it applied")
      } catch { #expect(expected(error), "\(error)") }
      #expect(tree.root == before.root)
    }
    refuse(changed(good, chain: other)) { if case .otherChain = $0 { true } else { false } }
    refuse(changed(good, before: other)) { if case .stale = $0 { true } else { false } }
    refuse(changed(good, after: other)) { if case .wrongRoot = $0 { true } else { false } }
    refuse(changed(good, sum: good.sum + 1)) { if case .wrongSum = $0 { true } else { false } }
    refuse(changed(good, changes: good.changes.reversed())) {
      if case .unordered = $0 { true } else { false }
    }
    // A unit more than there was, with the root that follows from it.
    var account = Account()
    account.balance = .tokens(1_000_000)
    let key = StateKey.account(Bank.key(5)).digest
    let minted = try forged(before, .put(key, Record.account(account).encoded), bank)
    refuse(minted) {
      if case .unbalanced(key, _, _) = $0 { true } else { false }
    }
    // More than there may be of anything: the record itself is refused.
    var bytes = Record.account(account).encoded
    for index in 1...8 { bytes[index] = 0xff }
    refuse(try forged(before, .put(key, bytes), bank)) { $0 == .overflow(key) }
    refuse(try forged(before, .put(key, [99]), bank)) { $0 == .unreadable(key) }
  }

  /// A transition with right roots and proof that makes this one change.
  private func forged(
    _ before: MerkleTree, _ change: MerkleTree.Change, _ bank: Bank
  ) throws -> StateTransition {
    var after = before
    try after.apply([change])
    let old = try before.value(of: change.key).map { try Record(decoding: $0) }
    var sum: Int128 = 0
    if case .account(let account)? = old { sum = Int128(account.balance.units) }
    return StateTransition(
      chain: bank.chain, height: bank.height, before: before.root, after: after.root,
      changes: [change], proof: try before.proof(of: [change.key]), sum: sum)
  }

  @Test("A history that breaks conservation anywhere is refused though every root in it is right")
  func history() throws {
    var bank = try Bank()
    var trees = [bank.ledger.tree]
    for _ in 0..<6 {
      try bank.ask(0, bank.transfer(0, 1, 7))
      trees.append(bank.ledger.tree)
    }
    func check(_ transitions: [StateTransition]) throws -> Digest {
      var history = bank.history()
      for transition in transitions { try history.append(transition) }
      return history.root
    }
    #expect(try check(bank.transitions) == bank.ledger.root)
    #expect(throws: TransitionFault.self) { try check([bank.transitions[0], bank.transitions[2]]) }
    #expect(throws: TransitionFault.self) { try check(Array(bank.transitions.reversed())) }
    for place in 0..<6 {
      var account = Account()
      account.balance = .tokens(2_000)
      let change = MerkleTree.Change.put(
        StateKey.account(Bank.key(4)).digest, Record.account(account).encoded)
      var tree = trees[place]
      var forged: [StateTransition] = Array(bank.transitions[..<place])
      forged.append(try self.forged(tree, change, bank).at(SequenceNumber(UInt64(place + 1))))
      try tree.apply([change])
      #expect(throws: TransitionFault.self) { try check(forged) }
    }
  }

  @Test("Any byte of a transition changed makes it refused, or another that is refused")
  func tampered() throws {
    let (good, before, bank) = try sample()
    let bytes = good.encoded
    property(cases: 250) { draw in
      var bad = bytes
      let place = draw.integer(in: 0...bytes.count - 1)
      bad[place] ^= draw.integer(in: UInt8(1)...255)
      guard let transition = try? StateTransition(decoding: bad) else { return }
      try expect(transition.encoded == bad)
      var tree = before
      let outcome = Result { try tree.apply(transition, on: bank.chain) }
      // The height isn't bound to the roots: only a history can tell that it is wrong.
      if case .success = outcome, transition.height == good.height {
        try expect((try? transition.check(on: bank.chain)) == nil)
      }
    }
  }
}

extension StateTransition {
  fileprivate func at(_ height: SequenceNumber) -> StateTransition {
    StateTransition(
      chain: chain, height: height, before: before, after: after, changes: changes, proof: proof,
      sum: sum)
  }
}
