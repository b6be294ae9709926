/// A formula or an expression, built in Swift: a plain value, which knows nothing of any solver.
///
/// ```swift
/// let x = Term.int("x"), y = Term.int("y")
/// let claim = Claim("squares aren't negative") { Prove(x * x >= 0) }
/// ```
///
/// Terms are written as SMT-LIB. Whether their sorts fit is for the solver to say, which refuses what doesn't.
public struct Term: Hashable, Sendable, CustomStringConvertible {
  indirect enum Node: Hashable, Sendable {
    case symbol(Symbol)
    /// A value as SMT-LIB writes it.
    case literal(String)
    /// An operation of a theory.
    case apply(String, [Term])
    /// A declared function.
    case call(Symbol, [Term])
    case quantified(String, [Symbol], Term)
  }

  /// A declared name.
  struct Symbol: Hashable, Sendable {
    let name: String
    let parameters: [Sort]
    let result: Sort

    /// The name as SMT-LIB writes it: between bars unless it is a plain word.
    var spelling: String {
      let isPlain =
        !name.isEmpty && name.utf8.allSatisfy(\.isSymbolByte) && name.utf8.first?.isDigit == false
      return isPlain ? name : "|\(name)|"
    }

    var declaration: String {
      "(declare-fun \(spelling) (\(parameters.map(\.description).joined(separator: " "))) \(result))"
    }
  }

  let node: Node
  /// What kind of thing it stands for.
  public let sort: Sort

  init(_ node: Node, _ sort: Sort) {
    self.node = node
    self.sort = sort
  }

  /// The term in SMT-LIB.
  public var text: String {
    switch node {
    case .symbol(let symbol): symbol.spelling
    case .literal(let text): text
    case .apply(let name, let terms):
      "(\(name) \(terms.map(\.text).joined(separator: " ")))"
    case .call(let symbol, let terms):
      "(\(symbol.spelling) \(terms.map(\.text).joined(separator: " ")))"
    case .quantified(let word, let symbols, let body):
      "(\(word) (\(symbols.map { "(\($0.spelling) \($0.result))" }.joined(separator: " "))) \(body.text))"
    }
  }

  /// The term in SMT-LIB.
  public var description: String { text }

  /// The free names of a term, in the order in which they first occur.
  var symbols: [Symbol] { Self.symbols(of: [self]) }

  /// The free names of terms, in the order in which they first occur.
  static func symbols(of terms: [Term]) -> [Symbol] {
    var found: [Symbol] = []
    var known: Set<Symbol> = []
    for term in terms { term.collect(&found, &known, bound: []) }
    return found
  }

  private func collect(_ found: inout [Symbol], _ known: inout Set<Symbol>, bound: Set<Symbol>) {
    switch node {
    case .literal: break
    case .symbol(let symbol):
      if !bound.contains(symbol), known.insert(symbol).inserted { found.append(symbol) }
    case .apply(_, let terms):
      for term in terms { term.collect(&found, &known, bound: bound) }
    case .call(let symbol, let terms):
      if known.insert(symbol).inserted { found.append(symbol) }
      for term in terms { term.collect(&found, &known, bound: bound) }
    case .quantified(_, let symbols, let body):
      body.collect(&found, &known, bound: bound.union(symbols))
    }
  }

  /// The declarations that the term needs, as SMT-LIB commands.
  var declarations: [String] { symbols.map(\.declaration) }
}

extension Term {
  /// A variable of any sort.
  public static func variable(_ name: String, _ sort: Sort) -> Term {
    Term(.symbol(Symbol(name: name, parameters: [], result: sort)), sort)
  }

  /// A variable that stands for a whole number.
  public static func int(_ name: String) -> Term { variable(name, .int) }

  /// A variable that stands for true or false.
  public static func bool(_ name: String) -> Term { variable(name, .bool) }

  /// A variable of so many bits.
  public static func bits(_ name: String, width: UInt32) -> Term { variable(name, .bits(width)) }

  /// A number of a sort; of bits it is the number modulo two to the width.
  public static func number(_ value: Int, _ sort: Sort = .int) -> Term {
    let magnitude = "\(value.magnitude)"
    switch sort {
    case .bits(let width):
      let digits = "(_ bv\(magnitude) \(width))"
      return Term(.literal(value < 0 ? "(bvneg \(digits))" : digits), sort)
    case .real: return Term(.literal(value < 0 ? "(- \(magnitude).0)" : "\(magnitude).0"), sort)
    default: return Term(.literal(value < 0 ? "(- \(magnitude))" : magnitude), sort)
    }
  }

  /// What always holds.
  public static let `true` = Term(.literal("true"), .bool)
  /// What never holds.
  public static let `false` = Term(.literal("false"), .bool)

  /// That a term holds for all values of these variables.
  public static func forAll(_ variables: Term..., holds body: Term) -> Term {
    Term(.quantified("forall", variables.compactMap(\.symbol), body), .bool)
  }

  /// That a term holds for some values of these variables.
  public static func exists(_ variables: Term..., suchThat body: Term) -> Term {
    Term(.quantified("exists", variables.compactMap(\.symbol), body), .bool)
  }

  private var symbol: Symbol? { if case .symbol(let symbol) = node { symbol } else { nil } }
}

/// A function of which nothing is known but its sorts.
public struct Function: Hashable, Sendable {
  let symbol: Term.Symbol

  /// A function from these sorts to another.
  public init(_ name: String, _ parameters: [Sort], _ result: Sort) {
    symbol = Term.Symbol(name: name, parameters: parameters, result: result)
  }

  /// Its value at these arguments.
  public func callAsFunction(_ arguments: Term...) -> Term {
    Term(.call(symbol, arguments), symbol.result)
  }
}
