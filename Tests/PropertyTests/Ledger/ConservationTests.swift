import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

/// Nothing of value appears or vanishes but as the rules say, and whoever claims otherwise is found out.
@Suite struct ConservationTests {
  @Test(.cases(100)) func `P14 value is conserved by every transition`() {
    property { draw in
      var place = try Commonwealth(drawing: &draw)
      try place.live(&draw, blocks: draw.integer(in: 1...5))
      var history = place.history
      for transition in place.transitions { try history.append(transition) }
      #expect(history.root == place.ledger.root)
      #expect(try place.imbalance() == 0)
      let supply = try place.ledger.supply()
      draw.cover(atLeast: 0.2, "something was rewarded", when: supply.rewarded > 0)
      draw.cover(atLeast: 0.1, "something was burnt", when: supply.burnt > 0)
    }
  }

  @Test(.cases(100)) func `P20 supply stays within the emission schedule`() {
    property { draw in
      var economy = Economy()
      economy.emission = [
        .init(from: 1, perBlock: Amount(draw.integer(in: 0...12_000_000))),
        .init(from: 3, perBlock: Amount(draw.integer(in: 0...1_000_000))),
      ]
      var place = try Commonwealth(drawing: &draw, economy: economy)
      let endowed = try place.ledger.supply().issued
      var isSpent = false
      for _ in 0..<draw.integer(in: 1...4) {
        try place.live(&draw, blocks: 1)
        let supply = try place.ledger.supply()
        #expect(supply.rewarded <= economy.allowance(at: place.height))
        #expect(supply.issued.units == endowed.units + supply.rewarded.units)
        isSpent = supply.rewarded > 0 && supply.rewarded == economy.allowance(at: place.height)
      }
      draw.cover(atLeast: 0.05, "all that the schedule allows is issued", when: isSpent)
    }
  }

  /// Whoever forges goes on by the rules from where they were broken: every root after that is right.
  @Test(.cases(100)) func `P29 a history that breaks conservation anywhere is refused`() {
    property { draw in
      var place = try Commonwealth(drawing: &draw)
      try place.live(&draw, blocks: draw.integer(in: 0...3))
      let before = place.ledger.tree
      let forgery = try draw(Forgery.any)
      var changes = try forgery.changes(of: place.ledger)
      var after = before
      try after.apply(changes)
      changes.sort { $0.key < $1.key }
      let forged = StateTransition(
        chain: place.chain, height: place.height.next, before: before.root, after: after.root,
        changes: changes, proof: try before.proof(of: changes.map(\.key)),
        sum: try changes.reduce(0) { sum, change in
          let had = try before.value(of: change.key).map { try Record(decoding: $0) }
          return sum + (had.map(Self.holdings) ?? 0)
        })
      let honest = place.transitions
      var usurped = try Commonwealth(place, in: after)
      try usurped.block([])
      try usurped.live(&draw, blocks: 2)

      var history = place.history
      for transition in honest { try history.append(transition) }
      #expect(throws: TransitionFault.self) { try history.append(forged) }
      #expect(history.root == before.root)
      var tree = before
      #expect(throws: TransitionFault.self) { try tree.apply(forged, on: place.chain) }
      let unproved = StateTransition(
        chain: place.chain, height: forged.height, before: before.root, after: after.root,
        changes: changes, proof: try before.proof(of: []), sum: forged.sum)
      #expect(throws: TransitionFault.self) { try tree.apply(unproved, on: place.chain) }
      #expect(tree == before)
      for transition in usurped.transitions.dropFirst(honest.count) {
        #expect(throws: TransitionFault.self) { try history.append(transition) }
      }
    }
  }

  @Test(.cases(100)) func `P12 state conflicts are settled by the proof chain`() {
    property { draw in
      var place = try Commonwealth(drawing: &draw)
      try place.live(&draw, blocks: 3)
      // Two say what the state is. Each shows how it came about; one of them has changed a step of that, or left it out.
      var told = place.transitions
      let step = draw.integer(in: 0...told.count - 1)
      if draw.chance(0.5) {
        // A step that changes nothing is no loss.
        try assume(told[step].before != told[step].after)
        told.remove(at: step)
      } else {
        let bytes = told[step].encoded
        var lie = bytes
        lie[draw.integer(in: 41...bytes.count - 1)] ^= 1 << draw.integer(in: UInt8(0)...7)
        guard let changed = try? StateTransition(decoding: lie) else { return }
        told[step] = changed
        #expect(Self.end(of: told, from: place.history) == nil)
      }
      #expect(Self.end(of: place.transitions, from: place.history) == place.ledger.root)
      #expect(Self.end(of: told, from: place.history) != place.ledger.root)
    }
  }

  private static func end(
    of transitions: [StateTransition], from start: LedgerHistory
  ) -> Digest? {
    var history = start
    for transition in transitions {
      do { try history.append(transition) } catch { return nil }
    }
    return history.root
  }

  /// What a record holds, counted here once more.
  private static func holdings(_ record: Record) -> Int128 {
    switch record {
    case .account(let account): Int128(account.balance.units)
    case .validator(let validator):
      validator.leaving.reduce(Int128(validator.stake.units)) { $0 + Int128($1.amount.units) }
    case .supply(let supply):
      Int128(supply.burnt.units) + Int128(supply.pool.units) - Int128(supply.issued.units)
    default: 0
    }
  }
}

/// How somebody could try to have more than there is.
private enum Forgery: String, CaseIterable {
  case mints, burnsNothing, issuesBesideTheSchedule, issuesBeyondIt, keepsSecondBooks, changesRules

  static var any: Generator<Forgery> { .elements(of: allCases) }

  func changes(of ledger: Ledger) throws -> [MerkleTree.Change] {
    let key = Commonwealth.person(0).publicKey
    var account = try ledger.account(of: key)
    var supply = try ledger.supply()
    let more = Amount.tokens(77)
    account.balance = try account.balance.plus(more)
    let rich = MerkleTree.Change.put(StateKey.account(key).digest, Record.account(account).encoded)
    switch self {
    case .mints: return [rich]
    case .burnsNothing:
      supply.burnt = Amount(supply.burnt.units + more.units)
      return [.put(StateKey.supply.digest, Record.supply(supply).encoded)]
    case .issuesBesideTheSchedule:
      supply.issued = try supply.issued.plus(more)
      return [rich, .put(StateKey.supply.digest, Record.supply(supply).encoded)]
    case .issuesBeyondIt:
      let most = ledger.economy.allowance(at: 1_000)
      supply.issued = try supply.issued.plus(most)
      supply.rewarded = try supply.rewarded.plus(most)
      account.balance = try account.balance.minus(more).plus(most)
      return [
        .put(StateKey.account(key).digest, Record.account(account).encoded),
        .put(StateKey.supply.digest, Record.supply(supply).encoded),
      ]
    case .keepsSecondBooks:
      var second = Supply()
      second.issued = more
      return [rich, .put(SHA256.hash([1]), Record.supply(second).encoded)]
    case .changesRules:
      var economy = ledger.economy
      economy.minimumStake = 1
      return [.put(StateKey.economy.digest, Record.economy(economy).encoded)]
    }
  }
}
