import CZ3
import Witan

/// An assignment that a claim's author gives, and how it is checked: by putting its values in the place of what the
/// script declares and evaluating. Nothing is searched for.
enum Witness {
  /// The claim's script with the witness' definitions in place of its declarations.
  static func substituted(_ witness: Script, into script: Script) throws(WitnessFault) -> String {
    var definitions: [String: (command: Script.Command, signature: Script.Declaration)] = [:]
    for command in witness.commands {
      if case .definition(let declaration) = command.kind {
        definitions[declaration.name] = (command, declaration)
      }
    }
    for declaration in script.declarations {
      guard let (_, signature) = definitions[declaration.name] else {
        throw .missing(declaration.name)
      }
      guard signature.parameters == declaration.parameters, signature.result == declaration.result
      else { throw .otherSort(declaration.name) }
    }
    guard definitions.count == script.declarations.count else { throw .undeclared }
    // Sorts depend on no function, and the values of functions on sorts; definitions may use both.
    let sorts = script.commands.filter { $0.kind == .sort || $0.kind == .setLogic }
    let rest = script.commands.filter {
      switch $0.kind {
      case .definition, .recursiveDefinitions, .assertion: true
      case .setLogic, .sort, .declaration: false
      }
    }
    return (sorts + witness.commands + rest).map(\.text).joined(separator: "\n")
  }

  /// A solver's assignment as a witness.
  static func text(of model: borrowing Model, for script: Script) throws(SolverFault) -> [UInt8] {
    var lines: [String] = []
    let values = model.interpretations
    for declaration in script.declarations {
      let interpretation: Model.Interpretation
      if let value = values[declaration.name] {
        interpretation = value
      } else {
        guard declaration.parameters.isEmpty else {
          throw .failed("it gives no value for \(declaration.name)")
        }
        // Nothing depends on it: any value will do.
        let sorts = script.commands.filter { $0.kind == .sort }.map(\.text)
        let name = "(declare-fun \(declaration.spelling) () \(declaration.result))"
        let value = try model.value(
          of: declaration.spelling, sort: declaration.result, declarations: sorts + [name])
        interpretation = Model.Interpretation(parameters: [], body: value)
      }
      let parameters = zip(interpretation.parameters, declaration.parameters).map {
        "(\($0) \($1))"
      }
      lines.append(
        "(define-fun \(declaration.spelling) (\(parameters.joined(separator: " "))) "
          + "\(declaration.result) \(interpretation.body))")
    }
    return Array(lines.joined(separator: "\n").utf8)
  }
}

/// Why a witness is none.
enum WitnessFault: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(String)
  case otherSort(String)
  case undeclared

  var description: String {
    switch self {
    case .missing(let name): "it gives no value for \(name)"
    case .otherSort(let name): "its \(name) isn't of the sort that was declared"
    case .undeclared: "it gives values for what isn't declared"
    }
  }
}

extension Judge {
  func satisfaction(
    of script: Script, by witness: [UInt8], _ claim: Claim
  ) throws(SolverFault) -> Ruling {
    let text: String
    do {
      let definitions = try Script(witness: witness)
      text = try Witness.substituted(definitions, into: script)
    } catch {
      return Ruling(.rejected(.witness(Ruling.clipped("\(error)"))))
    }
    let context = try SolverContext()
    // Only its resource counter is used.
    let counter = try Solver(in: context)
    let parameters = Z3_mk_params(context.raw)
    Z3_params_inc_ref(context.raw, parameters)
    defer { Z3_params_dec_ref(context.raw, parameters) }
    Z3_params_set_uint(context.raw, parameters, context.symbol("rlimit"), claim.budget)
    var outcome = Ruling.Outcome.proved
    var index = 0
    try context.forEachAssertion(of: text) { (assertion) throws(SolverFault) in
      index += 1
      guard outcome == .proved else { return }
      let value = Z3_simplify_ex(context.raw, assertion, parameters)
      let isOverBudget = counter.resources >= UInt64(claim.budget)
      guard isOverBudget == false, Z3_get_error_code(context.raw) == Z3_OK else {
        outcome = .undecided(.overBudget)
        return
      }
      switch Z3_get_bool_value(context.raw, value) {
      case Z3_L_TRUE: break
      case Z3_L_FALSE: outcome = .refuted("the witness breaks assertion \(index)")
      default: outcome = .undecided(.incomplete)
      }
    }
    return Ruling(outcome, resources: counter.resources, size: claim.size)
  }
}
