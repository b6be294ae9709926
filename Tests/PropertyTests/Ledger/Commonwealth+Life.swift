import PropertyKit
import Witan
import WitanCrypto
import WitanDraw
import WitanLedger

extension Commonwealth {
  /// A commonwealth of validators with stakes around the minimum and far above it.
  init(drawing draw: inout Draw, economy: Economy = Economy()) throws {
    let stakes = (0..<draw.integer(in: 4...6)).map { _ in
      Amount(Amount.tokens(1_000).units + draw.integer(in: 0...Amount.tokens(9_000).units))
    }
    try self.init(stakes: stakes, economy: economy)
  }

  /// A few blocks in which anything happens.
  mutating func live(_ draw: inout Draw, blocks: Int, silent: Set<Int> = []) throws {
    for _ in 0..<blocks {
      var wishes: [(by: Signer, for: [LedgerOperation])] = []
      for _ in 0..<draw.integer(in: 0...3) { wishes.append(try wish(&draw, silent: silent)) }
      try block(wishes)
    }
  }

  /// What somebody asks for: often what can be done, and now and then what can't.
  private mutating func wish(
    _ draw: inout Draw, silent: Set<Int>
  ) throws -> (by: Signer, for: [LedgerOperation]) {
    let person = Self.person(draw.integer(in: 0...Self.people - 1))
    let validator = draw.integer(in: 0...seats - 1)
    let owner = Self.owner(validator)
    let id = ReplicaID(UInt32(validator))
    let amount = Amount(draw.integer(in: 0...Amount.tokens(1_500).units))
    switch draw.integer(in: 0...6) {
    case 0, 1:
      let nonce = try ledger.account(of: person.publicKey).nonce + (draw.chance(0.9) ? 0 : 1)
      let receiver = draw.chance(0.5) ? owner : Self.person(draw.integer(in: 0...Self.people))
      return (person, [.transfer(to: receiver.publicKey, amount: amount, nonce: nonce)])
    case 2, 3: return (person, settlement(&draw, silent: silent))
    case 4:
      guard !silent.contains(validator) else { return (person, []) }
      if let lie = lies.popLast() { return (person, [.refute(lie)]) }
      return (person, [.convict(doubleSigning(validator, at: draw.integer(in: 1...9)))])
    case 5:
      guard !silent.contains(validator) else { return (person, []) }
      let nonce = try ledger.account(of: owner.publicKey).nonce
      return (owner, [.stake(id, amount: amount, nonce: nonce)])
    default:
      guard !silent.contains(validator) else { return (person, []) }
      return (owner, [draw.chance(0.5) ? .withdraw(id) : .unstake(id, amount: amount)])
    }
  }

  private mutating func settlement(_ draw: inout Draw, silent: Set<Int>) -> [LedgerOperation] {
    let outcome = ClaimOutcome(
      claim: newClaim(), isProved: true, difficulty: draw.integer(in: 0...3_000_000))
    let able = (0..<seats).filter { index in
      guard !silent.contains(index), let validator = try? self.validator(index) else {
        return false
      }
      return validator.stake >= first.economy.minimumStake
    }
    let liars: Set<Int> = draw.chance(0.4) ? Set(able.filter { _ in draw.chance(0.2) }) : []
    let verdicts = verdicts(outcome, by: draw.shuffled(able), liars: liars)
    lies += verdicts.filter { $0.outcome != outcome }
    return [.settle(VerdictCertificate(verdicts))]
  }
}
