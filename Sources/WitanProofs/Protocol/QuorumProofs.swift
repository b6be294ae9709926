import Witan

/// The quorum rule, proved from the expression that the replicas compute.
enum QuorumProofs {
  /// A whole number of any size in the place of a machine word. It remembers what keeps a machine word from doing the
  /// same: results below zero or above the greatest word.
  private struct Symbolic: QuorumNumber {
    let term: Term
    var results: [Term] = []

    init(_ term: Term) { self.term = term }
    init(integerLiteral value: UInt64) { term = .number(Int(clamping: value)) }

    private init(_ term: Term, from a: Symbolic, _ b: Symbolic) {
      self.term = term
      results = a.results + b.results + [term]
    }

    static func + (a: Self, b: Self) -> Self { Self(a.term + b.term, from: a, b) }
    static func - (a: Self, b: Self) -> Self { Self(a.term - b.term, from: a, b) }
    static func * (a: Self, b: Self) -> Self { Self(a.term * b.term, from: a, b) }
    static func / (a: Self, b: Self) -> Self { Self(a.term / b.term, from: a, b) }
    static func % (a: Self, b: Self) -> Self { Self(a.term % b.term, from: a, b) }
  }

  private static let total = Symbolic(.int("W"))
  private static let bound = Quorum.faultBound(of: total)
  private static let threshold = Quorum.threshold(of: total, faultBound: bound)
  /// The members by whether they are in one quorum, in the other, in both or in neither: how much they weigh. Any
  /// number of members with any weights is such a division.
  private static let parts = ["only in A", "only in B", "in both", "in neither"].map(Term.int)

  static func all() throws(SolverFault) -> [ProtocolProof] {
    [
      try meeting(
        threshold.term, "two quorums meet in a correct replica", "all n and all weights", .unsat),
      try ask(
        "a quorum of correct replicas exists while the faulty weigh at most f", .unsat,
        [
          ("there is a member", total.term >= 1),
          ("the correct don't make a quorum", total.term - bound.term < threshold.term),
        ]),
      try ask(
        "f + 1 include a correct replica, and the rule leaves less than a third to the faulty",
        .unsat,
        [
          ("there is a member", total.term >= 1),
          ("f is a third or more", bound.term * 3 >= total.term),
        ]),
      try words(),
      try meeting(
        bound.term * 2 + 1, "the formula 2f + 1 alone fails", "n = 5", .sat,
        [("there are five of weight one", total.term .== 5)]),
    ]
  }

  private static func ask(
    _ statement: String, _ expected: Satisfiability, _ assumptions: [(name: String, term: Term)]
  ) throws(SolverFault) -> ProtocolProof {
    try ProtocolProof.ask(
      statement, scope: "all n and all weights", expecting: expected, assumptions)
  }

  /// Whether two quorums can share no more than the faulty may weigh.
  private static func meeting(
    _ quorum: Term, _ statement: String, _ scope: String, _ expected: Satisfiability,
    _ more: [(name: String, term: Term)] = []
  ) throws(SolverFault) -> ProtocolProof {
    let assumptions: [(name: String, term: Term)] = [
      ("there is a member", total.term >= 1),
      ("no part weighs less than nothing", Term.all(parts.map { $0 >= 0 })),
      ("the parts are all members", Term.sum(parts) .== total.term),
      ("A is a quorum", parts[0] + parts[2] >= quorum),
      ("B is a quorum", parts[1] + parts[2] >= quorum),
      ("all that A and B share may be faulty", parts[2] <= bound.term),
    ]
    return try ProtocolProof.ask(
      statement, scope: scope, expecting: expected, assumptions + more
    ) { (model) throws(SolverFault) in
      var lines = [
        "f = \(try model.value(of: bound.term)), a quorum is \(try model.value(of: quorum))"
      ]
      for part in parts {
        let name = part.text.split(separator: "|").joined()
        lines.append("\(name): \(try model.value(of: part))")
      }
      return lines
    }
  }

  /// With machine words the rule computes what it does with numbers of any size.
  private static func words() throws(SolverFault) -> ProtocolProof {
    let greatest = Term(.literal("\(UInt64.max)"), .int)
    let limit = Term(.literal("\(VotingPower.totalLimit.rawValue)"), .int)
    let outside = threshold.results.map { $0 < 0 || $0 > greatest }
    return try ProtocolProof.ask(
      "no step of the rule leaves the 64 bits of a machine word",
      scope: "all weights up to 2^62 - 1 together", expecting: .unsat,
      [
        ("there is a member", total.term >= 1),
        ("they weigh what members may", total.term <= limit),
        ("some step leaves the word", Term.any(outside)),
      ])
  }
}
