extension FuzzTarget {
  /// All targets for Witan itself.
  public static let all: [FuzzTarget] = [
    decode, replica, byzantine, viewChange, scanner, merkle, journal,
  ]

  /// The target of this name.
  public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}
