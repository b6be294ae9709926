import Witan

/// What an operation is meant to do: wherever its guards hold, its posts hold afterwards.
///
/// It is proved when no assignment satisfies the guards and breaks a post. (The system that the form comes from took an
/// assignment that satisfies both for a proof; that only shows that the operation can go well.)
public struct Intent: Hashable, Sendable {
  /// What it is called.
  public var title: String
  /// What must hold before.
  public var guards: [Term]
  /// What must hold after.
  public var posts: [Term]

  /// An intent.
  public init(_ title: String, guards: [Term] = [], posts: [Term]) {
    self.title = title
    self.guards = guards
    self.posts = posts
  }

  /// That balances may change and their sum doesn't: each account has a balance before, and a change.
  ///
  /// The changes are what an operation does; the guards say what is known of them. Without a guard that ties them
  /// together the intent is refuted, with the changes that create or destroy value.
  public static func conservation(
    _ title: String, accounts: [(name: String, change: Term)], guards: [Term] = []
  ) -> Intent {
    let before = accounts.map { Term.int($0.name) }
    let after = accounts.map { Term.int("\($0.name) after") }
    let moves = zip(zip(before, after), accounts).map { pair, account in
      pair.1 .== pair.0 + account.change
    }
    return Intent(title, guards: guards + moves, posts: [Term.sum(after) .== Term.sum(before)])
  }

  /// The intent as a claim.
  public func claim(budget: UInt32 = Claim.defaultBudget) throws(Malformed) -> Claim {
    try Claim(title, budget: budget) {
      for term in guards { Assume(term) }
      for term in posts { Prove(term) }
    }
  }
}
