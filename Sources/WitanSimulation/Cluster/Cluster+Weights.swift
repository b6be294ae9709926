import Witan

extension Cluster {
  /// The voting power of a replica that weighs one in the scenario: where stakes vote, one vote is many tokens.
  private var powerOfOne: UInt64 {
    guard let first = genesis.members.members.first else { return 1 }
    let weight = configuration.powers.first?.rawValue ?? 1
    return max(1, first.power.rawValue / max(1, weight))
  }

  /// What a voting power is in the weights that the scenario gives, in decimal.
  public func weight(of power: VotingPower) -> String {
    let one = UInt128(powerOfOne)
    let hundredths = (UInt128(power.rawValue) * 100 + one / 2) / one
    let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
    switch (rest / 10, rest % 10) {
    case (0, 0): return "\(whole)"
    case (let tenths, 0): return "\(whole).\(tenths)"
    case (let tenths, let last): return "\(whole).\(tenths)\(last)"
    }
  }
}
