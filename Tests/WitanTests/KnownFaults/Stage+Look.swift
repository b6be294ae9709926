import Witan
import WitanCrypto
import WitanSimulation

/// What a test sees of what happened.
extension Stage {
  /// The blocks a replica decided, in the order in which it did.
  func decided(by index: Int) -> [BlockHeader] {
    players[index].reports.compactMap {
      if case .decided(_, let header) = $0 { header } else { nil }
    }
  }

  /// The sequences a replica executed, in the order in which it did.
  func executed(by index: Int) -> [SequenceNumber] {
    players[index].reports.compactMap {
      if case .executed(let sequence, _) = $0 { sequence } else { nil }
    }
  }

  func rejections(at index: Int) -> [Rejection] {
    players[index].reports.compactMap {
      if case .rejected(let rejection, _, _) = $0 { rejection } else { nil }
    }
  }

  func suspicions(of index: Int) -> [Suspicion] {
    players[index].reports.compactMap {
      if case .suspected(_, _, let because) = $0 { because } else { nil }
    }
  }

  /// All evidence that correct replicas gathered.
  var evidence: [Evidence] { correct.flatMap { self[$0].gatheredEvidence } }

  /// What a replica said of a kind.
  func said(_ kind: StatementKind, by index: Int) -> [SignedStatement] {
    players[index].said.compactMap(\.signed).filter { $0.statement.kind == kind }
  }

  /// How many messages to one member each a replica sent upon its latest input.
  func answers(by index: Int) -> Int {
    players[index].latest.count { effect in
      switch effect {
      case .send, .sendDurably: true
      default: false
      }
    }
  }

  func results(for request: Request, from index: Int) -> [Outcome] {
    players[index].replies.map(\.body).filter {
      $0.client == request.client && $0.number == request.number
    }.map(\.outcome)
  }

  /// Whether all correct replicas that run stand at the same place with the same state.
  var isUnited: Bool {
    let running = correct.filter { players[$0].isUp && $0 < count }
    return Set(running.map { self[$0].executed }).count == 1
      && Set(running.map { players[$0].host.machine.history }).count == 1
  }

  /// What is broken in any replica's own state.
  var fault: String? {
    for index in correct {
      if let fault = self[index].invariantFault ?? self[index].slotFault {
        return "r\(index): \(fault)"
      }
    }
    return nil
  }

  var views: [View] { correct.map { self[$0].view } }
}
