import Witan
import WitanCrypto

/// Durability: over all its lives, a correct machine says one thing at most of each place, never votes in a view that it
/// said it left, shows in every view-change what its own commits bind it to, and never releases a state on which its
/// journal rests.
///
/// What counts is what left the machine. It keeps what was said itself, and knows nothing of journals.
public struct DurabilityChecker: Checker {
  private struct Place: Hashable {
    let kind: StatementKind
    let epoch: Epoch
    let view: View
    let sequence: SequenceNumber
  }

  /// What one machine said, in all its lives.
  private struct Record {
    var said: [Place: Digest] = [:]
    var room = 1 << 10
    /// The latest view it asked for, and the epoch of that.
    var epoch: Epoch = 0
    var asked: View = 0
    var highest: SequenceNumber = 0
    var commits: [SignedStatement] = []
  }

  /// What it knows beforehand.
  public var vantage: Vantage
  /// What it found.
  public private(set) var findings = Findings()
  private var records: [Record]
  private var terms: [Epoch: Membership]
  private let reach: UInt64

  /// A checker that has seen nothing yet.
  public init(_ vantage: Vantage) {
    self.vantage = vantage
    records = Array(repeating: Record(), count: vantage.names.count)
    terms = [0: vantage.genesis.members]
    reach = 4 * vantage.genesis.parameters.window
  }

  /// Sees what happened.
  public mutating func observe(_ happening: Happening) {
    guard vantage.isCorrect(happening.node) else { return }
    switch happening.event {
    case .sent(let message, _):
      guard let signed = message.signed else { return }
      guard signed.signer == vantage.names[happening.node] else {
        // What opened a view may be shown to others, whoever signed it, and what that rests on.
        switch message {
        case .newView, .viewChange: return
        default: break
        }
        return findings.add(.contradiction, at: happening, detail: "it speaks as \(signed.signer)")
      }
      switch message {
      case .prePrepare, .prepare, .commit, .checkpoint, .newView: note(signed, happening)
      case .viewChange(let viewChange):
        if note(signed, happening) { check(viewChange, happening) }
      default: break
      }
    case .report(.enteredEpoch(let epoch, let members)): terms[epoch] = members
    case .unfit(.stateLost(let sequence)):
      // A damaged journal is a fault of the disk, and may be. States are released by the machine itself.
      findings.add(
        .state, at: happening, sequence,
        detail: "it can't start: its journal rests on a state that it released")
    default: break
    }
  }

  /// Remembers a statement; whether it is new.
  @discardableResult
  private mutating func note(_ signed: SignedStatement, _ happening: Happening) -> Bool {
    let (node, statement) = (happening.node, signed.statement)
    let isOnePerView = statement.kind == .viewChange || statement.kind == .newView
    let place = Place(
      kind: statement.kind, epoch: statement.epoch, view: statement.view,
      sequence: isOnePerView ? 0 : statement.sequence)
    let first = records[node].said.updateValue(statement.digest, forKey: place)
    if let first {
      if first != statement.digest {
        records[node].said[place] = first
        findings.add(
          .contradiction, at: happening, statement.sequence,
          detail:
            "\(statement.kind) for \(statement.digest.short) in view \(statement.view) of epoch \(statement.epoch), after one for \(first.short)"
        )
      }
      return false
    }
    checkView(of: statement, happening)
    if statement.kind == .commit { records[node].commits.append(signed) }
    if !isOnePerView { records[node].highest = max(records[node].highest, statement.sequence) }
    if records[node].said.count > records[node].room { forget(node) }
    return true
  }

  /// Votes in views that were left are given no more; what was said before may be said again.
  private mutating func checkView(of statement: Statement, _ happening: Happening) {
    let node = happening.node
    switch statement.kind {
    case .prePrepare, .prepare, .commit:
      if statement.epoch == records[node].epoch, statement.view < records[node].asked {
        findings.add(
          .contradiction, at: happening, statement.sequence,
          detail:
            "\(statement.kind) in view \(statement.view), after asking for view \(records[node].asked)"
        )
      }
    case .viewChange:
      if statement.epoch > records[node].epoch {
        (records[node].epoch, records[node].asked) = (statement.epoch, statement.view)
        records[node].commits.removeAll { $0.statement.epoch < statement.epoch }
      } else if statement.epoch == records[node].epoch {
        records[node].asked = max(records[node].asked, statement.view)
      }
    default: break
    }
  }

  private mutating func check(_ viewChange: ViewChange, _ happening: Happening) {
    let statement = viewChange.statement
    guard let members = terms[statement.epoch], members.seat(of: viewChange.signer) != nil,
      let verifier = verifier(for: statement.epoch)
    else { return }
    for commit in records[happening.node].commits
    where commit.statement.epoch == statement.epoch && commit.statement.view < statement.view {
      let proof = Evidence.omission(commit: commit, viewChange: viewChange)
      if (try? proof.verify(by: verifier)) != nil {
        return findings.add(
          .contradiction, at: happening, commit.statement.sequence,
          detail:
            "its view-change for view \(statement.view) hides what its commit in view \(commit.statement.view) binds it to"
        )
      }
    }
  }

  /// Whoever knows an epoch's members; set by the watcher of certificates as epochs begin.
  var verifiers: [Epoch: Verifier] = [:]

  private func verifier(for epoch: Epoch) -> Verifier? {
    epoch == 0
      ? Verifier(genesis: vantage.genesis, scheme: vantage.scheme) : verifiers[epoch]
  }

  private mutating func forget(_ node: Int) {
    let (highest, reach) = (records[node].highest, reach)
    let epoch = records[node].epoch
    records[node].said = records[node].said.filter { place, _ in
      place.sequence == 0
        ? place.epoch >= epoch : highest.distance(after: place.sequence) < reach
    }
    records[node].commits.removeAll {
      highest.distance(after: $0.statement.sequence) >= reach
    }
    records[node].room = max(records[node].room, 2 * records[node].said.count)
  }
}
