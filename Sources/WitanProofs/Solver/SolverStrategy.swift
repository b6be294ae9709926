import CZ3

/// How satisfiability is decided. Each way is bounded by the resource counter alone.
///
/// Z3's own choice isn't used: for several logics it tries one engine for so many seconds and then another, so that its
/// answer depends on how fast the machine is. Its newer arithmetic isn't either: it calls an engine for polynomials that
/// the counter doesn't stop.
public enum SolverStrategy: Hashable, Sendable {
  /// The general solver for all theories together.
  case general
  /// Bit vectors alone: simplified, then turned into propositional logic.
  case bits
  /// Polynomials over the reals, decided completely.
  case polynomials

  /// The one for a logic.
  public init(logic: String?) {
    switch logic {
    case "QF_BV": self = .bits
    case "QF_NRA": self = .polynomials
    default: self = .general
    }
  }

  /// The steps that turn bit vectors into propositional logic, and the solver for it.
  private static let bitSteps = [
    "simplify", "propagate-values", "solve-eqs", "elim-uncnstr", "simplify", "max-bv-sharing",
    "bit-blast", "simplify", "sat",
  ]

  func makeSolver(in context: SolverContext) throws(SolverFault) -> Z3_solver {
    let solver: Z3_solver?
    switch self {
    case .general: solver = Z3_mk_simple_solver(context.raw)
    case .bits: solver = try Self.pipeline(Self.bitSteps, in: context)
    case .polynomials: solver = try Self.pipeline(["qfnra-nlsat"], in: context)
    }
    try context.check()
    guard let solver else { throw .failed("it gives no solver") }
    Z3_solver_inc_ref(context.raw, solver)
    return solver
  }

  private static func pipeline(
    _ steps: [String], in context: SolverContext
  ) throws(SolverFault) -> Z3_solver? {
    var whole: Z3_tactic?
    for step in steps {
      let next = Z3_mk_tactic(context.raw, step)
      try context.check()
      Z3_tactic_inc_ref(context.raw, next)
      guard let before = whole else {
        whole = next
        continue
      }
      whole = Z3_tactic_and_then(context.raw, before, next)
      Z3_tactic_inc_ref(context.raw, whole)
      Z3_tactic_dec_ref(context.raw, before)
      Z3_tactic_dec_ref(context.raw, next)
    }
    defer { if let whole { Z3_tactic_dec_ref(context.raw, whole) } }
    return Z3_mk_solver_from_tactic(context.raw, whole)
  }

  /// Everything that could differ from run to run, or from one user's settings to another's.
  func parameters(budget: UInt32?) -> [(name: String, value: UInt32)] {
    var parameters: [(name: String, value: UInt32)] = []
    if let budget { parameters.append(("rlimit", budget)) }
    switch self {
    // 2 is the arithmetic that the resource counter bounds.
    case .general: parameters += [("arith.solver", 2), ("random_seed", 0)]
    case .bits: parameters += [("random_seed", 0)]
    case .polynomials: parameters += [("seed", 0)]
    }
    return parameters
  }
}
