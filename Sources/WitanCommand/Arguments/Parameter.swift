import WitanSimulation

/// One option, flag or operand of a command, bound to the field of `Root` that it fills.
///
/// The field's initial value is the default: there is no second place that says it.
struct Parameter<Root: Sendable>: Sendable {
  /// What people and shells need to know, but for the default.
  let syntax: ParameterSyntax
  /// The default as text, out of the initial values.
  let defaultText: @Sendable (Root) -> String?
  /// Reads a text into the field. A flag ignores the text.
  let apply: @Sendable (inout Root, String) throws(InvalidValue) -> Void

  /// `--name VALUE` with a default.
  static func option<Value>(
    _ name: String, _ field: WritableKeyPath<Root, Value> & Sendable, _ kind: ValueKind<Value>,
    _ help: String
  ) -> Parameter {
    Parameter(
      syntax: ParameterSyntax(
        role: .option, name: name, placeholder: kind.placeholder, help: help,
        candidates: kind.candidates),
      defaultText: { kind.format($0[keyPath: field]) },
      apply: { (root, text) throws(InvalidValue) in root[keyPath: field] = try kind.parse(text) })
  }

  /// `--name VALUE` without a default; `help` says what holds when it isn't given.
  static func option<Value>(
    _ name: String, _ field: WritableKeyPath<Root, Value?> & Sendable, _ kind: ValueKind<Value>,
    _ help: String
  ) -> Parameter {
    Parameter(
      syntax: ParameterSyntax(
        role: .option, name: name, placeholder: kind.placeholder, help: help,
        candidates: kind.candidates),
      defaultText: { $0[keyPath: field].map(kind.format) },
      apply: { (root, text) throws(InvalidValue) in root[keyPath: field] = try kind.parse(text) })
  }

  /// `--name VALUE`, any number of times.
  static func repeatable<Value>(
    _ name: String, _ field: WritableKeyPath<Root, [Value]> & Sendable,
    _ kind: ValueKind<Value>, _ help: String
  ) -> Parameter {
    Parameter(
      syntax: ParameterSyntax(
        role: .repeatableOption, name: name, placeholder: kind.placeholder, help: help,
        candidates: kind.candidates),
      defaultText: { _ in nil },
      apply: { (root, text) throws(InvalidValue) in
        root[keyPath: field].append(try kind.parse(text))
      })
  }

  /// `--name`: there or not.
  static func flag(
    _ name: String, _ field: WritableKeyPath<Root, Bool> & Sendable, _ help: String
  ) -> Parameter {
    Parameter(
      syntax: ParameterSyntax(role: .flag, name: name, placeholder: "", help: help),
      defaultText: { _ in nil },
      apply: { (root, _) throws(InvalidValue) in root[keyPath: field] = true })
  }

  /// A value by its position: it must be given, or it may.
  static func operand<Value>(
    _ field: WritableKeyPath<Root, Value?> & Sendable, _ kind: ValueKind<Value>,
    isRequired: Bool, _ help: String
  ) -> Parameter {
    Parameter(
      syntax: ParameterSyntax(
        role: .operand(isRequired ? .one : .optional), name: kind.placeholder,
        placeholder: kind.placeholder, help: help, candidates: kind.candidates),
      defaultText: { $0[keyPath: field].map(kind.format) },
      apply: { (root, text) throws(InvalidValue) in root[keyPath: field] = try kind.parse(text) })
  }

  /// All values that remain, in order. Only the last operand may be one of these.
  static func operands<Value>(
    _ field: WritableKeyPath<Root, [Value]> & Sendable, _ kind: ValueKind<Value>,
    atLeastOne: Bool, _ help: String
  ) -> Parameter {
    Parameter(
      syntax: ParameterSyntax(
        role: .operand(atLeastOne ? .some : .any), name: kind.placeholder,
        placeholder: kind.placeholder, help: help, candidates: kind.candidates),
      defaultText: { _ in nil },
      apply: { (root, text) throws(InvalidValue) in
        root[keyPath: field].append(try kind.parse(text))
      })
  }

  /// The same parameter of something that holds a `Root`.
  func lifted<Outer: Sendable>(
    into field: WritableKeyPath<Outer, Root> & Sendable
  ) -> Parameter<Outer> {
    Parameter<Outer>(
      syntax: syntax,
      defaultText: { defaultText($0[keyPath: field]) },
      apply: { (outer, text) throws(InvalidValue) in try apply(&outer[keyPath: field], text) })
  }
}
