import CZ3

/// Whether assertions can hold together.
public enum Satisfiability: Hashable, Sendable {
  /// Some assignment satisfies all: see ``Solver/model()``.
  case sat
  /// None does: see ``Solver/unsatCore()``.
  case unsat
  /// The budget ran out first.
  case overBudget
  /// The solver gave up: the theory is undecidable, or this solver isn't complete for it.
  case unknown
}

/// Assertions, and the question whether they can hold together.
public struct Solver: ~Copyable {
  let context: SolverContext
  let raw: Z3_solver
  private let budget: UInt32?

  /// A solver without assertions. A budget is in units of Z3's resource counter, for each check.
  public init(
    in context: SolverContext, strategy: SolverStrategy = .general, budget: UInt32? = nil
  ) throws(SolverFault) {
    let solver = try strategy.makeSolver(in: context)
    do throws(SolverFault) { try Self.configure(solver, strategy, budget, in: context) } catch {
      Z3_solver_dec_ref(context.raw, solver)
      throw error
    }
    raw = solver
    self.context = context
    self.budget = budget
  }

  private static func configure(
    _ solver: Z3_solver, _ strategy: SolverStrategy, _ budget: UInt32?, in context: SolverContext
  ) throws(SolverFault) {
    let parameters = Z3_mk_params(context.raw)
    Z3_params_inc_ref(context.raw, parameters)
    defer { Z3_params_dec_ref(context.raw, parameters) }
    for (name, value) in strategy.parameters(budget: budget) {
      Z3_params_set_uint(context.raw, parameters, context.symbol(name), value)
    }
    Z3_solver_set_params(context.raw, solver, parameters)
    try context.check()
  }

  deinit { Z3_solver_dec_ref(context.raw, raw) }

  /// Asserts all that a script asserts.
  public func add(_ script: Script) throws(SolverFault) {
    do throws(SolverFault) {
      try add(text: script.solverText)
    } catch .illFormed(let message, let line?) {
      // The solver was given one command a line.
      let place = script.commands.indices.contains(line - 1) ? script.commands[line - 1].line : nil
      throw .illFormed(message, line: place)
    }
  }

  /// Asserts a term.
  public func add(_ term: Term) throws(SolverFault) {
    try add(text: Self.text(of: term))
  }

  /// Asserts a term under a name that unsatisfiable cores tell.
  public func add(_ term: Term, named name: String) throws(SolverFault) {
    let tracker = Z3_mk_const(context.raw, context.symbol(name), Z3_mk_bool_sort(context.raw))
    try context.check()
    try context.forEachAssertion(of: Self.text(of: term)) { (assertion) throws(SolverFault) in
      Z3_solver_assert_and_track(context.raw, raw, assertion, tracker)
      try context.check()
    }
  }

  func add(text: String) throws(SolverFault) {
    try context.forEachAssertion(of: text) { (assertion) throws(SolverFault) in
      Z3_solver_assert(context.raw, raw, assertion)
      try context.check()
    }
  }

  private static func text(of term: Term) -> String {
    (term.declarations + ["(assert \(term.text))"]).joined(separator: "\n")
  }

  /// Remembers the assertions so far.
  public func push() throws(SolverFault) {
    Z3_solver_push(context.raw, raw)
    try context.check()
  }

  /// Forgets all assertions since the last ``push()``.
  public func pop() throws(SolverFault) {
    Z3_solver_pop(context.raw, raw, 1)
    try context.check()
  }

  /// Whether all assertions can hold together.
  public func check() throws(SolverFault) -> Satisfiability {
    let before = resources
    let answer = Z3_solver_check(context.raw, raw)
    try context.check()
    switch answer {
    case Z3_L_TRUE: return .sat
    case Z3_L_FALSE: return .unsat
    default:
      // An engine that ran out of memory gives up without an error; only the reason's text says so.
      let reason = Z3_solver_get_reason_unknown(context.raw, raw).map { String(cString: $0) } ?? ""
      if reason.contains("memory") || reason.contains("memout") { throw .outOfMemory }
      // Of a budget that ran out it doesn't say so reliably; the counter does.
      if let budget, resources - before >= UInt64(budget) { return .overBudget }
      return .unknown
    }
  }

  /// An assignment that satisfies all assertions; asked after a check that found them satisfiable.
  public func model() throws(SolverFault) -> Model {
    let model = Z3_solver_get_model(context.raw, raw)
    try context.check()
    guard let model else { throw .failed("it gives no model") }
    return Model(model, in: context)
  }

  /// The names of assertions that can't hold together, sorted; asked after a check that found so.
  public func unsatCore() throws(SolverFault) -> [String] {
    let core = Z3_solver_get_unsat_core(context.raw, raw)
    try context.check()
    Z3_ast_vector_inc_ref(context.raw, core)
    defer { Z3_ast_vector_dec_ref(context.raw, core) }
    return (0..<Z3_ast_vector_size(context.raw, core)).map { index in
      Z3_ast_to_string(context.raw, Z3_ast_vector_get(context.raw, core, index))
        .map { String(cString: $0) } ?? ""
    }.sorted()
  }

  /// What the solver counted.
  public var statistics: SolverStatistics { SolverStatistics(of: raw, in: context) }

  /// How much of Z3's resource counter was used in this context.
  public var resources: UInt64 { SolverStatistics.resources(of: raw, in: context) }
}
