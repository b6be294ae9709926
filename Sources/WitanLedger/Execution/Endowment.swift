import Witan
import WitanCrypto

/// What a ledger begins with.
public struct Endowment: Sendable {
  /// A validator from the beginning.
  public struct Seat: Sendable {
    /// Its name and key; its power follows from the stake.
    public var id: ReplicaID
    /// The key with which it signs.
    public var key: PublicKey
    /// The account to which its stake belongs.
    public var owner: PublicKey
    /// Its stake.
    public var stake: Amount

    /// A validator from the beginning.
    public init(id: ReplicaID, key: PublicKey, owner: PublicKey, stake: Amount) {
      self.id = id
      self.key = key
      self.owner = owner
      self.stake = stake
    }
  }

  /// The rules.
  public var economy = Economy()
  /// What accounts own.
  public var balances: [(key: PublicKey, amount: Amount)] = []
  /// Who checks claims.
  public var seats: [Seat] = []

  /// Nothing, by the usual rules.
  public init() {}

  /// The first members, who weigh what they have at stake.
  public var members: [Member] {
    seats.map { Member(id: $0.id, key: $0.key, power: VotingPower($0.stake.units)) }
  }
}

extension Ledger {
  /// A ledger in its first state; refused when names or keys are given twice, or there is too much of anything.
  public init(_ endowment: Endowment, network: Network? = nil) throws(LedgerRefusal) {
    guard endowment.economy.fault == nil, endowment.seats.count <= Office.limit else {
      throw .malformed
    }
    economy = endowment.economy
    self.network = network
    tree = MerkleTree()
    try attempt { (draft, _) throws(LedgerRefusal) in
      var supply = Supply()
      try draft.set(.economy, .economy(endowment.economy))
      for (key, amount) in endowment.balances {
        try draft.pay(amount, to: key)
        supply.issued = try supply.issued.plus(amount)
      }
      for seat in endowment.seats {
        var validator = try draft.named(seat.id, key: seat.key, owner: seat.owner)
        validator.stake = seat.stake
        supply.issued = try supply.issued.plus(seat.stake)
        try draft.set(.validator(seat.id), .validator(validator))
      }
      try draft.set(.roster, .roster(endowment.seats.map(\.id).sorted()))
      try draft.set(.office, .office(Office(epoch: 0, members: endowment.members)))
      try draft.set(.supply, .supply(supply))
    }
    try settle()
  }
}
