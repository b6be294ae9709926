import Witan
import WitanProofs
import WitanSimulation

extension StatementKind {
  /// What it is called in tables and traces.
  var name: String {
    switch self {
    case .prePrepare: "pre-prepare"
    case .prepare: "prepare"
    case .commit: "commit"
    case .checkpoint: "checkpoint"
    case .viewChange: "view-change"
    case .newView: "new-view"
    case .status: "status"
    case .fetchBlock: "fetch-block"
    case .block: "block"
    case .decision: "decision"
    case .fetchState: "fetch-state"
    case .manifest: "manifest"
    case .chunk: "chunk"
    case .reply: "reply"
    case .answer: "answer"
    case .fetchViewChanges: "fetch-views"
    }
  }
}

extension Evidence {
  /// What its culprit did, as it reads after a name.
  var words: String {
    switch self {
    case .conflict(let first, let second):
      "signed two that exclude each other: \(first.statement.words), and \(second.statement.words)"
    case .omission(let commit, let viewChange):
      "committed to \(commit.statement.digest.short) at #\(commit.statement.sequence) in view "
        + "\(commit.statement.view), and hid it when it left for view \(viewChange.statement.view)"
    }
  }
}

extension FalseVote {
  /// What its culprit did, as it reads after a name.
  var words: String {
    "vouched for block \(block.header.digest.short) at #\(block.header.height) in view "
      + "\(vote.statement.view), whose claims don't hold"
  }
}

extension Statement {
  fileprivate var words: String {
    switch kind {
    case .prePrepare, .prepare, .commit:
      "\(kind.name) \(digest.short) at #\(sequence) in view \(view)"
    case .checkpoint: "checkpoint \(digest.short) at #\(sequence)"
    default: "\(kind.name) \(digest.short) for view \(view)"
    }
  }
}

extension Deeds {
  /// What it did, in a phrase.
  var words: String {
    let parts: [(UInt64, String)] = [
      (told, "told"), (withheld, "withheld"), (delayed, "delayed"), (ignored, "ignored"),
      (misjudged, "misjudged"), (crashes, crashes == 1 ? "crash" : "crashes"),
    ]
    let done = parts.filter { $0.0 > 0 }.map { "\(Human.count($0.0)) \($0.1)" }
    return done.isEmpty ? "nothing" : done.joined(separator: ", ")
  }
}

extension Scenario {
  /// How a replica lies.
  func roles(of name: ReplicaID) -> [String] {
    adversaries.filter { $0.machines.contains(Int(name.rawValue)) }.map(\.adversary)
  }
}

extension Cluster {
  /// What a node is called: a replica by its name, the second one of twins with a prime, a client by its number.
  func label(of node: Int) -> String {
    let names = configuration.replicas + configuration.reserve
    if node < names { return "\(name(of: node))" }
    if node < machineCount { return "\(name(of: node))′" }
    let client = node - machineCount
    return client < configuration.clients ? "c\(client)" : "c?"
  }
}
