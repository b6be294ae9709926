import Witan
import WitanCrypto

/// Who takes part, and for what stake.
extension Draft {
  /// A new validator, which has nothing at stake so far.
  mutating func named(
    _ id: ReplicaID, key: PublicKey, owner: PublicKey
  ) throws(LedgerRefusal) -> Validator {
    guard try record(.validator(id)) == nil, try record(.validatorKey(key)) == nil else {
      throw .taken
    }
    let validator = Validator(id: id, key: key, owner: owner)
    try set(.validator(id), .validator(validator))
    try set(.validatorKey(key), .name(id))
    return validator
  }

  /// Puts a name on the roster. A place there costs the minimum stake for as long as it is kept: if names alone were
  /// enough, anybody could fill it.
  mutating func enroll(_ id: ReplicaID) throws(LedgerRefusal) {
    var roster = try roster()
    let place = roster.firstIndex { $0 >= id } ?? roster.endIndex
    if place < roster.endIndex, roster[place] == id { return }
    guard roster.count < Record.rosterLimit else { throw .crowded }
    roster.insert(id, at: place)
    try set(.roster, .roster(roster))
  }

  /// Whoever registers a key must have it: otherwise anybody's key could be taken away by registering it first.
  mutating func register(
    _ id: ReplicaID, key: PublicKey, _ signature: Signature, in context: Context
  ) throws(LedgerRefusal) {
    let network = try context.known()
    let signed = LedgerOperation.registration(
      id, owner: context.client, chain: network.genesis.digest)
    guard signed.withUnsafeBytes({ network.scheme.verifies(signature, of: $0, by: key) }) else {
      throw .badSignature
    }
    _ = try named(id, key: key, owner: context.client)
  }

  mutating func stake(
    _ amount: Amount, on id: ReplicaID, in context: Context
  ) throws(LedgerRefusal) {
    var validator = try validator(id, of: context.client)
    let before = validator.stake
    validator.stake = try before.plus(amount)
    try set(.validator(id), .validator(validator))
    let minimum = context.economy.minimumStake
    if before < minimum, validator.stake >= minimum { try enroll(id) }
  }

  /// Stake on its way back no longer votes, and is still there to be slashed.
  mutating func unstake(
    _ amount: Amount, of id: ReplicaID, in context: Context
  ) throws(LedgerRefusal) {
    guard amount > 0 else { throw .nothing }
    var validator = try validator(id, of: context.client)
    guard validator.leaving.count < Validator.leavingLimit else { throw .crowded }
    validator.stake = try validator.stake.minus(amount)
    let due = context.height.advanced(by: context.economy.unstakeDelay)
    validator.leaving.append(.init(amount: amount, due: due))
    try set(.validator(id), .validator(validator))
  }

  mutating func withdraw(_ id: ReplicaID, in context: Context) throws(LedgerRefusal) {
    var validator = try validator(id, of: context.client)
    let due = validator.leaving.filter { $0.due <= context.height }
    guard !due.isEmpty else { throw .notDue }
    validator.leaving.removeAll { $0.due <= context.height }
    try set(.validator(id), .validator(validator))
    for part in due { try pay(part.amount, to: validator.owner) }
    var left = validator.stake
    for part in validator.leaving { left = try left.plus(part.amount) }
    guard left < context.economy.minimumStake else { return }
    var roster = try roster()
    roster.removeAll { $0 == id }
    try set(.roster, .roster(roster))
  }
}

extension Ledger {
  /// Who is to serve in the next epoch: everyone with the minimum at stake, weighing that stake; nil when these are the
  /// ones in office, or when nobody could.
  public var nextMembers: [Member]? {
    guard let validators = try? validators(), let office = try? office() else { return nil }
    let able = validators.filter { $0.stake >= economy.minimumStake }
    // Where there is no room for all, those with the largest stakes serve; of equal ones, the lower names.
    let chosen = able.sorted { $0.stake == $1.stake ? $0.id < $1.id : $0.stake > $1.stake }
      .prefix(Office.limit)
    let members = chosen.map {
      Member(id: $0.id, key: $0.key, power: VotingPower($0.stake.units))
    }.sorted { $0.id < $1.id }
    guard !members.isEmpty, members.map(Office.Seat.init) != office.seats else { return nil }
    return members
  }
}
