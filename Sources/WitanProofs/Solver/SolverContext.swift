import CZ3

/// A world of its own for the solver: nothing is shared between two of them, and nothing outlives one.
///
/// What is made in a context (``Solver``, ``Model``) holds on to it, so that the order in which they are given up
/// doesn't matter. None of them is `Sendable`: a context belongs to one thread at a time, and the compiler sees to it.
///
/// A text that the solver refused spoils its context: Z3 keeps the complaint and makes it again for each text after it.
/// Begin with a new one.
///
/// Z3's resource counter, and the state of its heuristics, live as long as the context; whatever must be repeatable
/// therefore begins with a new one.
public final class SolverContext {
  let raw: Z3_context

  /// A new context. Its settings are Z3's own, whatever a file or the environment says.
  public init() throws(SolverFault) {
    Self.silence
    let configuration = Z3_mk_config()
    defer { Z3_del_config(configuration) }
    // Proofs and cores would be other work for the solver, so they are said and not left to a default.
    Z3_set_param_value(configuration, "proof", "false")
    Z3_set_param_value(configuration, "auto_config", "true")
    guard let raw = Z3_mk_context_rc(configuration) else {
      throw .failed("it gives no context")
    }
    self.raw = raw
    // Errors are asked for after each call and thrown; a handler could only print or jump.
    Z3_set_error_handler(raw) { _, _ in }
  }

  deinit { Z3_del_context(raw) }

  /// The solver's version, in full: verdicts are comparable only where it is the same.
  public static var version: String { Z3_get_full_version().map { String(cString: $0) } ?? "" }

  /// Bounds what all contexts of this process may hold together; what needs more is refused by the solver. It is for
  /// processes that do nothing else: the bound can't be taken back.
  public static func limitMemory(megabytes: UInt32) {
    Z3_global_param_set("memory_max_size", "\(megabytes)")
  }

  /// Warnings go to standard error unless they are off, and there is only one switch for the process.
  private static let silence: Void = Z3_toggle_warning_messages(false)

  /// Throws what the last call did wrong.
  func check() throws(SolverFault) {
    let code = Z3_get_error_code(raw)
    guard code != Z3_OK else { return }
    if code == Z3_MEMOUT_FAIL { throw .outOfMemory }
    let message =
      Z3_get_error_msg(raw, code).map { String(cString: $0) } ?? "error \(code.rawValue)"
    if code == Z3_PARSER_ERROR { throw Self.illFormed(message) }
    throw .failed(String(message.prefix(200)))
  }

  /// `(error "line 3 column 9: unknown constant y")` and the like, cut to what a person needs.
  private static func illFormed(_ message: String) -> SolverFault {
    var text = message.prefix { $0 != "\n" }.prefix(300)
    if text.hasPrefix("(error \"") { text = text.dropFirst(8) }
    if text.hasSuffix("\")") { text = text.dropLast(2) }
    guard text.hasPrefix("line "), let colon = text.firstIndex(of: ":") else {
      return .illFormed(String(text), line: nil)
    }
    let words = text[..<colon].split(separator: " ")
    let rest = text[text.index(after: colon)...].drop { $0 == " " }
    return .illFormed(String(rest), line: words.count > 1 ? Int(words[1]) : nil)
  }

  /// Reads SMT-LIB text that this module has written itself, and gives each assertion to `body`.
  func forEachAssertion(
    of text: String, _ body: (Z3_ast) throws(SolverFault) -> Void
  ) throws(SolverFault) {
    let vector = Z3_parse_smtlib2_string(raw, text, 0, nil, nil, 0, nil, nil)
    try check()
    Z3_ast_vector_inc_ref(raw, vector)
    defer { Z3_ast_vector_dec_ref(raw, vector) }
    for index in 0..<Z3_ast_vector_size(raw, vector) {
      guard let assertion = Z3_ast_vector_get(raw, vector, index) else { continue }
      try body(assertion)
    }
  }

  /// A name for Z3.
  func symbol(_ name: String) -> Z3_symbol? { Z3_mk_string_symbol(raw, name) }
}
