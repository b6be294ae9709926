import CZ3

/// An assignment that satisfies assertions.
public struct Model: ~Copyable {
  private let context: SolverContext
  private let raw: Z3_model

  /// Takes over a model that the solver has just given.
  init(_ raw: Z3_model, in context: SolverContext) {
    self.context = context
    self.raw = raw
    Z3_model_inc_ref(context.raw, raw)
  }

  deinit { Z3_model_dec_ref(context.raw, raw) }

  /// The value of a term under this assignment, as SMT-LIB text; what is left open is chosen.
  public func value(of term: Term) throws(SolverFault) -> String {
    try value(of: term.text, sort: "\(term.sort)", declarations: term.declarations)
  }

  /// The value of an expression whose names are declared as said.
  func value(
    of text: String, sort: String, declarations: [String]
  ) throws(SolverFault) -> String {
    // The reader gives assertions only, so the expression is put into an equation and taken out again.
    let question = "(declare-fun |witan value| () \(sort))"
    let equation = "(assert (= |witan value| \(text)))"
    var answer: String?
    let script = (declarations + [question, equation]).joined(separator: "\n")
    try context.forEachAssertion(of: script) { (equation) throws(SolverFault) in
      let expression = Z3_get_app_arg(context.raw, Z3_to_app(context.raw, equation), 1)
      var value: Z3_ast?
      let isKnown = Z3_model_eval(context.raw, raw, expression, true, &value)
      try context.check()
      if isKnown { answer = Z3_ast_to_string(context.raw, value).map { String(cString: $0) } }
    }
    guard let answer else { throw .failed("it can't evaluate \(text.prefix(40))") }
    return answer
  }

  /// The values of all constants of the assignment, by name, sorted.
  public var constants: [(name: String, value: String)] {
    let count = Z3_model_get_num_consts(context.raw, raw)
    return (0..<count).compactMap { index in
      guard let declaration = Z3_model_get_const_decl(context.raw, raw, index),
        var value = Z3_model_get_const_interp(context.raw, raw, declaration)
      else { return nil }
      // What was eliminated early has its value in terms of others.
      var evaluated: Z3_ast?
      if Z3_model_eval(context.raw, raw, value, true, &evaluated), let evaluated {
        value = evaluated
      }
      // Z3 gives all texts in one place: each is copied before the next is asked for.
      return (name(of: declaration), text(value))
    }.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
  }

  /// What the assignment says of a function or constant.
  struct Interpretation {
    /// Names for the function's parameters.
    var parameters: [String]
    /// Its value in terms of these.
    var body: String
  }

  /// What the assignment says, by name. What it leaves open isn't there.
  var interpretations: [String: Interpretation] {
    var result: [String: Interpretation] = [:]
    for (name, value) in constants {
      result[name] = Interpretation(parameters: [], body: value)
    }
    for index in 0..<Z3_model_get_num_funcs(context.raw, raw) {
      guard let declaration = Z3_model_get_func_decl(context.raw, raw, index),
        let function = Z3_model_get_func_interp(context.raw, raw, declaration)
      else { continue }
      result[name(of: declaration)] = interpretation(of: function)
    }
    return result
  }

  /// A table as a chain of conditions.
  private func interpretation(of function: Z3_func_interp) -> Interpretation {
    Z3_func_interp_inc_ref(context.raw, function)
    defer { Z3_func_interp_dec_ref(context.raw, function) }
    let parameters = (0..<Z3_func_interp_get_arity(context.raw, function)).map { "x\($0)" }
    var body = text(Z3_func_interp_get_else(context.raw, function))
    for index in (0..<Z3_func_interp_get_num_entries(context.raw, function)).reversed() {
      let entry = Z3_func_interp_get_entry(context.raw, function, index)
      Z3_func_entry_inc_ref(context.raw, entry)
      defer { Z3_func_entry_dec_ref(context.raw, entry) }
      let conditions = parameters.enumerated().map { place, parameter in
        "(= \(parameter) \(text(Z3_func_entry_get_arg(context.raw, entry, UInt32(place)))))"
      }
      let value = text(Z3_func_entry_get_value(context.raw, entry))
      let condition =
        conditions.count == 1 ? conditions[0] : "(and \(conditions.joined(separator: " ")))"
      body = "(ite \(condition) \(value) \(body))"
    }
    return Interpretation(parameters: parameters, body: body)
  }

  private func name(of declaration: Z3_func_decl) -> String {
    Z3_get_symbol_string(context.raw, Z3_get_decl_name(context.raw, declaration))
      .map { String(cString: $0) } ?? ""
  }

  private func text(_ term: Z3_ast?) -> String {
    term.flatMap { Z3_ast_to_string(context.raw, $0) }.map { String(cString: $0) } ?? ""
  }
}
