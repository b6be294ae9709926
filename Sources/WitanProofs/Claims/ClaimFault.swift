import Witan
import WitanCrypto

/// What is wrong with a claim, and makes a block that has it invalid.
public enum ClaimFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes aren't those of a signed claim.
  case malformed(Malformed)
  /// A signature that must be there is missing or wrong: whose.
  case unsigned(PublicKey)
  /// It asks for more than any claim may use.
  case budget(UInt32, limit: UInt32)
  /// The same claim stands in the block already, at this place.
  case repeated(Int)
  /// Another claim, at this place, spends the same thing.
  case conflict(with: Int, over: Spend)
  /// The judge didn't find it proved.
  case ruled(Ruling)

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .malformed(let fault): "it can't be read: \(fault)"
    case .unsigned(let key): "the signature of \(key.short)… is missing or wrong"
    case .budget(let budget, let limit): "its budget is \(budget); at most \(limit) is allowed"
    case .repeated(let index): "it is the same as claim \(index)"
    case .conflict(let index, let spend):
      "claim \(index) spends \(spend.thing.short)… of \(spend.owner.short)… too"
    case .ruled(let ruling): "it is \(ruling.outcome)"
    }
  }

  /// Whether every replica finds the same, whatever its machine: only then can a vote for the claim be held against
  /// anyone.
  public var isReproducible: Bool {
    if case .ruled(let ruling) = self { return ruling.isReproducible }
    return true
  }
}
