/// Something about the protocol that the solver was asked, and what it said.
public struct ProtocolProof: Hashable, Sendable {
  /// What is said.
  public let statement: String
  /// For what it is said.
  public let scope: String
  /// What the solver must find for it: no way around, or an example.
  public let expected: Satisfiability
  /// What it found.
  public let found: Satisfiability
  /// What the proof rests on, or the example step by step.
  public let details: [String]
  /// What it took, by Z3's resource counter.
  public let resources: UInt64

  /// Whether it is so.
  public var isProved: Bool { found == expected }

  /// All that is proved of the protocol.
  public static func all() throws(SolverFault) -> [ProtocolProof] {
    var proofs = try QuorumProofs.all()
    proofs.append(try ViewChangeModel(keepsCertificateRule: true).agreement())
    proofs.append(try ViewChangeModel(keepsCertificateRule: false).agreement())
    return proofs
  }

  /// Asks whether named assumptions can hold together.
  static func ask(
    _ statement: String, scope: String, expecting expected: Satisfiability,
    _ assumptions: [(name: String, term: Term)],
    example: (borrowing Model) throws(SolverFault) -> [String] = { _ throws(SolverFault) in [] }
  ) throws(SolverFault) -> ProtocolProof {
    let solver = try Solver(in: SolverContext(), budget: 50_000_000)
    for (name, term) in assumptions { try solver.add(term, named: name) }
    let found = try solver.check()
    var details: [String] = []
    if found == .sat { details = try example(solver.model()) }
    if found == .unsat {
      let core = try solver.unsatCore().map { $0.split(separator: "|").joined() }
      details = ["these can't hold together: \(core.joined(separator: "; "))"]
    }
    return ProtocolProof(
      statement: statement, scope: scope, expected: expected, found: found, details: details,
      resources: solver.resources)
  }
}
