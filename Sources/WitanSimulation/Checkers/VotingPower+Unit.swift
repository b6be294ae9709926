import Witan

extension Membership {
  /// The greatest weight of which every member weighs a multiple: where stakes weigh, one of the smallest
  /// units of value says nothing to people.
  public var unit: VotingPower {
    var unit: UInt64 = 0
    for member in members {
      var (larger, smaller) = (member.power.rawValue, unit)
      while smaller > 0 { (larger, smaller) = (smaller, larger % smaller) }
      unit = larger
    }
    return VotingPower(max(1, unit))
  }
}

extension VotingPower {
  /// The weight in a unit, with two digits after the point where it is no multiple of it.
  public func text(in unit: VotingPower) -> String {
    let unit = max(1, unit.rawValue)
    let (whole, rest) = (rawValue / unit, rawValue % unit)
    guard rest > 0 else { return "\(whole)" }
    let hundredths = UInt64(UInt128(rest) * 100 / UInt128(unit))
    return "\(whole).\(hundredths < 10 ? "0" : "")\(hundredths)"
  }
}
