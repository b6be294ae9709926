/// Why the ledger didn't do what it was asked to. The numbers are part of the byte format of receipts.
public enum LedgerRefusal: UInt8, Error, Sendable, CaseIterable, CustomStringConvertible {
  case malformed = 1
  case insufficient = 2
  case overflow = 3
  case wrongNonce = 4
  case doubleSpend = 5
  case nothing = 6
  case unknownValidator = 7
  case notOwner = 8
  case taken = 9
  case crowded = 10
  case notDue = 11
  case badSignature = 12
  case notInOffice = 13
  case counted = 14
  case noQuorum = 15
  case settled = 16
  case unknownClaim = 17
  case noOffence = 18
  case punished = 19
  case badRing = 20
  case unknownRing = 21
  case acted = 22
  case attributed = 23
  case unbalanced = 24
  case unreadable = 25
  case noNetwork = 26
  case proved = 27
  case spent = 28

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .malformed: "it isn't an operation of the ledger"
    case .insufficient: "there isn't so much to take from"
    case .overflow: "there may not be so much of anything"
    case .wrongNonce: "the account's next spending has another number"
    case .doubleSpend: "the block spends the same number of this account in two ways"
    case .nothing: "an amount of nothing moves nothing"
    case .unknownValidator: "there is no validator of this name"
    case .notOwner: "only the validator's owner may do that"
    case .taken: "another validator has this name or key"
    case .crowded: "there is no room for more of them"
    case .notDue: "the stake isn't due yet"
    case .badSignature: "a signature isn't its signer's"
    case .notInOffice: "who gave a verdict isn't in office, or has less than the minimum at stake"
    case .counted: "one validator's verdict is there twice"
    case .noQuorum: "no quorum found the same"
    case .settled: "the claim is settled already"
    case .unknownClaim: "the claim isn't settled"
    case .noOffence: "the evidence proves no offence"
    case .punished: "the offence was punished already"
    case .badRing: "a ring has from 3 to 100 keys, each once, in order"
    case .unknownRing: "there is no such ring"
    case .acted: "this member of the ring has acted already"
    case .attributed: "the claim is attributed already"
    case .unbalanced: "value would appear or vanish"
    case .unreadable: "the state can't be read"
    case .proved: "the claim was proved before"
    case .spent: "what the claim spends is spent"
    case .noNetwork: "no network is known on which this could have been signed"
    }
  }
}

/// What became of a request.
public enum LedgerReceipt: Hashable, Sendable {
  /// Everything it asked for was done.
  case done
  /// Nothing was, because of this operation of it.
  case refused(LedgerRefusal, operation: Int)

  /// The receipt as a reply carries it.
  public var bytes: [UInt8] {
    switch self {
    case .done: [0]
    case .refused(let refusal, let operation):
      [
        refusal.rawValue, UInt8(truncatingIfNeeded: operation),
        UInt8(truncatingIfNeeded: operation >> 8),
      ]
    }
  }

  /// The receipt that a reply carries; nil for what is none.
  public init?(_ bytes: [UInt8]) {
    switch bytes.count {
    case 1 where bytes[0] == 0: self = .done
    case 3:
      guard let refusal = LedgerRefusal(rawValue: bytes[0]) else { return nil }
      self = .refused(refusal, operation: Int(bytes[1]) | Int(bytes[2]) << 8)
    default: return nil
    }
  }
}
