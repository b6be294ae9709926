import WitanSimulation

extension ValueKind where Value == Scenario.Mesh {
  /// The sizes of the meshes of nodes that gossip.
  static var mesh: ValueKind {
    ValueKind(
      placeholder: "D,LOW,HIGH,LAZY",
      parse: { (text) throws(InvalidValue) in try Scenario.Mesh(parsing: text) },
      format: { $0.description })
  }
}
