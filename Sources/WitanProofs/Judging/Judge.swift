import CZ3
import Witan

/// Whoever rules on claims: in this process, in others, or from what was ruled before.
public protocol Adjudicator: Sendable {
  /// The version of the solver that it rules by: another version's rulings may differ.
  var solver: String { get }

  /// A ruling on each claim, in order.
  func rulings(on claims: [Claim]) -> [Ruling]
}

extension Adjudicator {
  /// The solver that is linked in.
  public var solver: String { SolverContext.version }
}

/// Rules on claims one after another, in this process.
///
/// A ruling follows from the claim's bytes and the solver's version: each claim has a context of its own, fixed
/// settings, and a budget counted in Z3's own steps. Hence any order, any thread and any company give the same. What a
/// claim does to the solver it does to this process, so claims from strangers are for processes of their own.
public struct Judge: Adjudicator {
  /// A judge.
  public init() {}

  /// A ruling on each claim, in order.
  public func rulings(on claims: [Claim]) -> [Ruling] { claims.map(ruling) }

  /// A ruling on a claim.
  public func ruling(on claim: Claim) -> Ruling { ruling(on: claim) { (_: borrowing Solver) in } }

  /// A ruling on a claim, with what the solver counted.
  public func hearing(on claim: Claim) -> Hearing {
    var statistics: [SolverStatistics.Entry] = []
    let ruling = ruling(on: claim) { (solver: borrowing Solver) in
      statistics = solver.statistics.entries
    }
    return Hearing(ruling, statistics: statistics)
  }

  /// A ruling on a claim; whoever wants to look at the solver does before it is given up.
  private func ruling(on claim: Claim, look: (borrowing Solver) -> Void) -> Ruling {
    let script: Script
    do throws(ScriptRefusal) { script = try Script(claim.script) } catch {
      return Ruling(.rejected(.script(Ruling.clipped(error.description))))
    }
    do throws(SolverFault) {
      switch claim.expectation {
      case .unsatisfiable: return try contradiction(in: script, of: claim, look: look)
      case .satisfiable(let witness): return try satisfaction(of: script, by: witness, claim)
      }
    } catch .outOfMemory {
      return Ruling(.rejected(.outOfMemory))
    } catch {
      return Ruling(.rejected(.script(Ruling.clipped(error.description))))
    }
  }

  private func contradiction(
    in script: Script, of claim: Claim, look: (borrowing Solver) -> Void
  ) throws(SolverFault) -> Ruling {
    let context = try SolverContext()
    let solver = try Solver(
      in: context, strategy: SolverStrategy(logic: script.logic), budget: claim.budget)
    try solver.add(script)
    defer { look(solver) }
    let outcome: Ruling.Outcome
    switch try solver.check() {
    case .unsat: outcome = .proved
    case .sat: outcome = .refuted(try counterexample(from: solver))
    case .overBudget: outcome = .undecided(.overBudget)
    case .unknown: outcome = .undecided(.incomplete)
    }
    return Ruling(outcome, resources: solver.resources, size: claim.size)
  }

  private func counterexample(from solver: borrowing Solver) throws(SolverFault) -> String {
    let values = try solver.model().constants.map { "\($0.name) = \($0.value)" }
    return Ruling.clipped(values.isEmpty ? "it doesn't hold" : values.joined(separator: ", "))
  }

  /// An assignment that satisfies a script, as a witness of a claim; nil where the budget finds none. Finding one is the
  /// author's work, and checking it everyone else's.
  public func witness(of script: Script, budget: UInt32) throws(SolverFault) -> [UInt8]? {
    let context = try SolverContext()
    let solver = try Solver(
      in: context, strategy: SolverStrategy(logic: script.logic), budget: budget)
    try solver.add(script)
    guard try solver.check() == .sat else { return nil }
    return try Witness.text(of: solver.model(), for: script)
  }
}
