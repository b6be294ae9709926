import CZ3

/// What a solver counted while it worked: telemetry, but for the resource counter.
public struct SolverStatistics: Hashable, Sendable {
  /// A name and a number, as the solver gives them, in its order.
  public struct Entry: Hashable, Sendable {
    /// What was counted.
    public let name: String
    /// The number.
    public let value: Double
  }

  /// All entries.
  public let entries: [Entry]
  /// Z3's resource counter since the context was made: the one that depends on nothing but the work.
  public let resources: UInt64

  /// Only the resource counter, of which there is need more often than of all the others.
  static func resources(of solver: Z3_solver, in context: SolverContext) -> UInt64 {
    let raw = Z3_solver_get_statistics(context.raw, solver)
    Z3_stats_inc_ref(context.raw, raw)
    defer { Z3_stats_dec_ref(context.raw, raw) }
    for index in 0..<Z3_stats_size(context.raw, raw) where Z3_stats_is_uint(context.raw, raw, index)
    {
      if let name = Z3_stats_get_key(context.raw, raw, index), isCounter(name) {
        return UInt64(Z3_stats_get_uint_value(context.raw, raw, index))
      }
    }
    return 0
  }

  /// Whether a name is the resource counter's; read byte by byte, and no string made of it.
  private static func isCounter(_ name: UnsafePointer<CChar>) -> Bool {
    let counter: StaticString = "rlimit count"
    return counter.withUTF8Buffer { bytes in
      bytes.indices.allSatisfy { name[$0] == CChar(bitPattern: bytes[$0]) }
        && name[bytes.count] == 0
    }
  }

  init(of solver: Z3_solver, in context: SolverContext) {
    var entries: [Entry] = []
    var resources: UInt64 = 0
    let raw = Z3_solver_get_statistics(context.raw, solver)
    Z3_stats_inc_ref(context.raw, raw)
    defer { Z3_stats_dec_ref(context.raw, raw) }
    for index in 0..<Z3_stats_size(context.raw, raw) {
      guard let name = Z3_stats_get_key(context.raw, raw, index).map({ String(cString: $0) }) else {
        continue
      }
      if Z3_stats_is_uint(context.raw, raw, index) {
        let value = Z3_stats_get_uint_value(context.raw, raw, index)
        if name == "rlimit count" { resources = UInt64(value) }
        entries.append(Entry(name: name, value: Double(value)))
      } else {
        let value = Z3_stats_get_double_value(context.raw, raw, index)
        entries.append(Entry(name: name, value: value))
      }
    }
    self.entries = entries
    self.resources = resources
  }
}
