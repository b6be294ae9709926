/// One slot across one view change, small enough to look at every run: four replicas, one of which may lie, two views and
/// two values.
///
/// A run is an assignment to what was said: which replica prepared and committed which value in which view, and which
/// view-changes each replica was shown before it prepared in the second view. Replica 0 leads the first view and replica
/// 1 the second. Correct replicas are bound by the rules; the faulty one isn't, and may tell everyone something else. No
/// order of delivery is left out, because a quorum is taken to have been seen as soon as it was said.
struct ViewChangeModel {
  /// Whether a new view must propose what a view-change shows to be prepared (OSDI '99, §4.4). Without it the model shows
  /// what the rule is for.
  let keepsCertificateRule: Bool

  private static let replicas = 0..<4
  private static let views = 0..<2
  private static let values = ["a", "b"]

  private func faulty(_ replica: Int) -> Term { .bool("replica \(replica) is faulty") }
  private func prepares(_ view: Int, _ replica: Int, _ value: String) -> Term {
    .bool("view \(view): replica \(replica) prepares \(value)")
  }
  private func commits(_ view: Int, _ replica: Int, _ value: String) -> Term {
    .bool("view \(view): replica \(replica) commits \(value)")
  }
  private func decides(_ view: Int, _ replica: Int, _ value: String) -> Term {
    .bool("view \(view): replica \(replica) decides \(value)")
  }
  /// The new view as one replica is shown it: whose view-changes are in it.
  private func shown(_ reader: Int, _ replica: Int) -> Term {
    .bool("new view: replica \(reader) is shown the view-change of replica \(replica)")
  }
  private func reports(_ reader: Int, _ replica: Int, _ value: String) -> Term {
    .bool("new view: to replica \(reader), replica \(replica) shows that \(value) was prepared")
  }

  /// Three of four: what a quorum is when each weighs one.
  private func quorum(_ said: (Int) -> Term) -> Term {
    Term.any(
      Self.replicas.map { left in Term.all(Self.replicas.filter { $0 != left }.map(said)) })
  }

  private func allOf(_ body: (Int) -> [Term]) -> Term { Term.all(Self.replicas.flatMap(body)) }

  private var oneFaulty: Term {
    allOf { first in Self.replicas.filter { $0 < first }.map { !(faulty($0) && faulty(first)) } }
  }

  private var preparesOnce: Term {
    allOf { replica in
      Self.views.map { view in
        faulty(replica) || !(prepares(view, replica, "a") && prepares(view, replica, "b"))
      }
    }
  }

  /// What a correct leader proposes it proposes to all.
  private var proposesOnce: Term {
    allOf { one in
      Self.replicas.flatMap { other in
        Self.views.map { view in
          faulty(view) || faulty(one) || faulty(other)
            || !(prepares(view, one, "a") && prepares(view, other, "b"))
        }
      }
    }
  }

  private var commitsWhatIsPrepared: Term {
    allOf { replica in
      Self.views.flatMap { view in
        Self.values.map { value in
          faulty(replica)
            || commits(view, replica, value).implies(quorum { prepares(view, $0, value) })
        }
      }
    }
  }

  private var decidesWhatIsCommitted: Term {
    allOf { replica in
      Self.views.flatMap { view in
        Self.values.map { value in
          decides(view, replica, value).implies(
            !faulty(replica) && quorum { commits(view, $0, value) })
        }
      }
    }
  }

  /// A correct replica's view-change shows what it committed to; the faulty one's shows what it likes, if a quorum
  /// prepared it.
  private var honestReports: Term {
    allOf { reader in
      Self.replicas.flatMap { replica in
        Self.values.map { value in
          let report = reports(reader, replica, value)
          let committed = commits(0, replica, value)
          let truth = report.implies(committed) && committed.implies(report)
          return faulty(replica).then(
            report.implies(quorum { prepares(0, $0, value) }), else: truth)
        }
      }
    }
  }

  private var entersByQuorum: Term {
    allOf { reader in
      Self.values.map { value in
        faulty(reader) || prepares(1, reader, value).implies(quorum { shown(reader, $0) })
      }
    }
  }

  /// What was prepared before is proposed again.
  private var keepsWhatIsShown: Term {
    allOf { reader in
      zip(Self.values, Self.values.reversed()).map { value, other in
        let hidden = Term.any(
          Self.replicas.map { shown(reader, $0) && reports(reader, $0, other) })
        return faulty(reader) || prepares(1, reader, value).implies(!hidden)
      }
    }
  }

  private var disagreement: Term {
    func decided(_ value: String) -> Term {
      Term.any(Self.views.flatMap { view in Self.replicas.map { decides(view, $0, value) } })
    }
    return decided("a") && decided("b")
  }

  /// Whether two correct replicas can decide different values.
  func agreement() throws(SolverFault) -> ProtocolProof {
    var rules: [(name: String, term: Term)] = [
      ("one replica at most is faulty", oneFaulty),
      ("a correct leader proposes one value", proposesOnce),
      ("a correct replica prepares one value a view", preparesOnce),
      ("it commits what a quorum prepared", commitsWhatIsPrepared),
      ("it decides what a quorum committed", decidesWhatIsCommitted),
      ("its view-change shows what it prepared", honestReports),
      ("it enters the new view by a quorum of view-changes", entersByQuorum),
      ("two different values are decided", disagreement),
    ]
    if keepsCertificateRule {
      rules.append(("it prepares again what a view-change shows", keepsWhatIsShown))
    }
    let statement =
      keepsCertificateRule
      ? "no two correct replicas decide different values across a view change"
      : "without the rule of prepared certificates they do"
    return try ProtocolProof.ask(
      statement, scope: "n = 4, two views, two values",
      expecting: keepsCertificateRule ? .unsat : .sat, rules, example: run)
  }

  /// The run that an assignment describes, in the order in which it happens.
  private func run(_ model: borrowing Model) throws(SolverFault) -> [String] {
    func all(_ step: (Int, Int, String) -> Term, in view: Int) -> [Term] {
      Self.values.flatMap { value in Self.replicas.map { step(view, $0, value) } }
    }
    var lines = try chosen(Self.replicas.map(faulty), model)
    for view in Self.views {
      lines.append("view \(view) is led by replica \(view)")
      if view > 0 { lines += try newViews(model) }
      lines += try chosen(all(prepares, in: view) + all(commits, in: view), model)
      lines += try chosen(all(decides, in: view), model)
    }
    return lines
  }

  /// What those correct replicas were shown who prepared something in the second view.
  private func newViews(_ model: borrowing Model) throws(SolverFault) -> [String] {
    var lines: [String] = []
    for reader in Self.replicas {
      let prepared = try chosen(Self.values.map { prepares(1, reader, $0) }, model)
      let isFaulty = try !chosen([faulty(reader)], model).isEmpty
      guard !prepared.isEmpty, !isFaulty else { continue }
      for replica in Self.replicas {
        let seen = try chosen([shown(reader, replica)], model)
        guard !seen.isEmpty else { continue }
        lines += seen
        lines += try chosen(Self.values.map { reports(reader, replica, $0) }, model)
      }
    }
    return lines
  }

  /// Those steps that were taken.
  private func chosen(
    _ steps: [Term], _ model: borrowing Model
  ) throws(SolverFault) -> [String] {
    var lines: [String] = []
    for step in steps where try model.value(of: step) == "true" {
      lines.append(step.text.split(separator: "|").joined())
    }
    return lines
  }
}
