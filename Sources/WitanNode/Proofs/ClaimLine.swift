import Witan
import WitanProofs

/// Claims that wait for a lane: the urgent ones before the others, each kind in the order in which they came.
final class ClaimLine: Sendable {
  /// A claim, and who is to hear what became of it.
  struct Turn: Sendable {
    let question: WorkerQuestion
    let tell: @Sendable (Hearing) -> Void
  }

  /// First in, first out.
  private struct Row {
    private var turns: [Turn] = []
    private var gone = 0

    mutating func append(contentsOf more: [Turn]) { turns += more }

    mutating func next() -> Turn? {
      guard gone < turns.count else { return nil }
      let turn = turns[gone]
      gone += 1
      if 2 * gone > turns.count {
        turns.removeFirst(gone)
        gone = 0
      }
      return turn
    }
  }

  private struct Rows {
    var urgent = Row()
    var others = Row()
    var isClosed = false
  }

  private let rows = Gate(Rows())

  /// Adds claims at the end of the urgent ones, or of the others.
  func append(_ turns: [Turn], isUrgent: Bool) {
    rows.enter { rows in
      if isUrgent {
        rows.urgent.append(contentsOf: turns)
      } else {
        rows.others.append(contentsOf: turns)
      }
    }
  }

  /// The next claim, waited for; nil once the line is closed, whoever stands in it.
  func next() -> Turn? {
    rows.wait { rows -> Turn?? in
      if rows.isClosed { return .some(nil) }
      guard let turn = rows.urgent.next() ?? rows.others.next() else { return nil }
      return .some(turn)
    }
  }

  /// Nobody is served any more.
  func close() { rows.enter { $0.isClosed = true } }
}
