import Witan

/// What a claim built in Swift consists of.
public struct ClaimPart: Hashable, Sendable {
  enum Role: Hashable, Sendable { case assumed, proved }

  let role: Role
  let term: Term
}

/// What is taken for granted.
public func Assume(_ term: Term) -> ClaimPart { ClaimPart(role: .assumed, term: term) }

/// What follows from it.
public func Prove(_ term: Term) -> ClaimPart { ClaimPart(role: .proved, term: term) }

/// Gathers the parts of a claim in braces.
@resultBuilder
public enum ClaimBuilder {
  /// The parts in order.
  public static func buildBlock(_ parts: [ClaimPart]...) -> [ClaimPart] { parts.flatMap { $0 } }
  /// One part.
  public static func buildExpression(_ part: ClaimPart) -> [ClaimPart] { [part] }
  /// The parts of all rounds of a loop.
  public static func buildArray(_ parts: [[ClaimPart]]) -> [ClaimPart] { parts.flatMap { $0 } }
  /// The parts of a condition that holds.
  public static func buildOptional(_ parts: [ClaimPart]?) -> [ClaimPart] { parts ?? [] }
}

extension Claim {
  /// A theorem: what is to be proved follows from what is assumed, whatever the variables stand for.
  ///
  /// ```swift
  /// try Claim("half a sum is between") {
  ///   Assume(low <= high)
  ///   Prove((low + high) / 2 >= low)
  /// }
  /// ```
  public init(
    _ title: String, budget: UInt32 = Claim.defaultBudget, logic: String? = nil,
    @ClaimBuilder _ parts: () -> [ClaimPart]
  ) throws(Malformed) {
    let parts = parts()
    let assumed = parts.filter { $0.role == .assumed }.map(\.term)
    let proved = parts.filter { $0.role == .proved }.map(\.term)
    // What is to be proved is denied: a theorem is what leaves the denial no way out.
    let terms = assumed + [!Term.all(proved)]
    var lines = logic.map { ["(set-logic \($0))"] } ?? []
    lines += Term.symbols(of: terms).map(\.declaration)
    lines += terms.map { "(assert \($0.text))" }
    try self.init(
      title, script: Array((lines.joined(separator: "\n") + "\n").utf8), budget: budget)
  }
}
