import Testing
import Witan
import WitanSimulation

/// A model that allows everything finds nothing: each rule must refuse who took a step without the grounds for it.
@Suite struct RuleBookTests {
  /// A run in which the first leader dies and comes back, and two checkpoints are taken.
  private struct History {
    let vantage: Vantage
    let happenings: [Happening]

    init() throws {
      var scenario = try Scenario(
        parsing: """
          replicas 4
          checkpoint 4
          window 8
          patience 200ms
          300ms..3s crash 0
          """)
      scenario.seed = 7
      var configuration = scenario.configuration
      configuration.watch = RuleBook.watch
      var cluster = try Cluster(configuration)
      cluster.plan(scenario.faults)
      cluster.employ(0, Load(.closedLoop(pause: .fixed(20_000)), limit: 12))
      var happenings: [Happening] = []
      while cluster.now < .seconds(6), cluster.step() { happenings += cluster.takeHappenings() }
      vantage = Vantage(of: cluster)
      self.happenings = happenings
    }

    /// What the book finds if only some of it had happened.
    func book(
      _ happened: (Happening) -> Bool = { _ in true }
    ) -> RuleBook {
      var book = RuleBook(vantage)
      for happening in happenings where happened(happening) { book.observe(happening) }
      return book
    }
  }

  private static func isDelivered(_ happening: Happening, _ kinds: Set<StatementKind>) -> Bool {
    guard case .delivered(let message, _) = happening.event, let kind = message.kind else {
      return false
    }
    return kinds.contains(kind)
  }

  @Test func `what replicas do is allowed, and every kind of step was looked at`() throws {
    let book = try History().book()
    #expect(book.breaches.map(\.description) == [])
    let steps = book.steps
    for step in [
      "prePrepare", "prepare", "commit", "checkpoint", "viewChange", "newView", "execution",
    ] {
      #expect(steps[step, default: 0] > 3 || step == "newView", "\(step): \(steps)")
    }
    #expect(steps["newView", default: 0] > 0)
  }

  @Test(
    arguments: [
      ([.prepare], "a quorum's prepares come before a commit"),
      ([.prePrepare, .decision], "only what the leader proposed is voted for"),
      ([.commit, .decision, .viewChange], "a quorum's commits come before"),
      ([.newView], "nothing is voted on before the view is open"),
      ([.viewChange], "the view-changes were heard"),
      (
        [.checkpoint, .viewChange, .manifest], "nothing is voted on above the high watermark, 0 + 8"
      ),
    ] as [(Set<StatementKind>, String)])
  func `a step whose grounds weren't heard is refused`(
    kinds: Set<StatementKind>, rule: String
  ) throws {
    let found = try History().book { !Self.isDelivered($0, kinds) }
    #expect(found.rules.contains(rule), "\(found.rules)")
  }

  @Test func `a vote for what the application wasn't asked about is refused`() throws {
    let found = try History().book {
      if case .validated = $0.event { $0.node != 2 } else { true }
    }
    #expect(found.rules == ["only what was found valid is voted for"])
  }

  @Test func `an execution out of order is refused`() throws {
    let found = try History().book {
      if case .executed(let execution) = $0.event { execution.sequence != 3 } else { true }
    }
    #expect(found.rules == ["after 2 comes the next"])
  }

  @Test func `a checkpoint of what wasn't executed is refused`() throws {
    let found = try History().book {
      if case .executed = $0.event { false } else { true }
    }
    #expect(found.rules.contains("a checkpoint is of executed state"))
  }

  @Test func `a signature that doesn't verify is heard by nobody`() throws {
    let history = try History()
    let strangers = try Cluster(.init(replicas: 4, seed: 99))
    // The same votes, judged with the keys of another network.
    var book = RuleBook(Vantage(of: strangers))
    for happening in history.happenings { book.observe(happening) }
    #expect(book.breaches.contains { $0.rule == "a quorum's prepares come before a commit" })
  }
}
