/// What kind of thing a term stands for.
public indirect enum Sort: Hashable, Sendable, CustomStringConvertible {
  /// True or false.
  case bool
  /// A whole number of any size.
  case int
  /// A real number.
  case real
  /// So many bits.
  case bits(UInt32)
  /// A table without end, from one sort to another.
  case array(from: Sort, to: Sort)

  /// The sort in SMT-LIB.
  public var description: String {
    switch self {
    case .bool: "Bool"
    case .int: "Int"
    case .real: "Real"
    case .bits(let width): "(_ BitVec \(width))"
    case .array(let from, let to): "(Array \(from) \(to))"
    }
  }
}
