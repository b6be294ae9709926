import Witan
import WitanCrypto

/// A simulated client: the shipped session, and what became of what it asked.
struct ClientMachine: Sendable {
  let key: PublicKey
  var session: ClientSession
}

extension Cluster {
  /// What became of something a client asked.
  public struct Finished: Sendable {
    /// When it was finished.
    public let time: Micros
    /// Which client asked.
    public let client: Int
    /// The name it gave what it asked.
    public let tag: UInt64
    /// What came of it.
    public let completion: ClientSession.Completion
  }

  /// Has a client do something.
  public mutating func ask(_ client: Int, _ input: ClientSession.Input) {
    var effects: [ClientSession.Effect] = []
    clients[client].session.handle(input, at: now, into: &effects)
    for effect in effects { perform(effect, of: client) }
  }

  /// What clients have finished since this was asked last.
  public mutating func takeFinished() -> [Finished] {
    defer { finished.removeAll(keepingCapacity: true) }
    return finished
  }

  /// What replicas told since this was asked last.
  public mutating func takeReports() -> [(time: Micros, replica: ReplicaID, report: Report)] {
    defer { reports.removeAll(keepingCapacity: true) }
    return reports
  }

  /// How many requests a block holds that a replica decided lately.
  func requests(at sequence: SequenceNumber, of seat: Seat) -> Int {
    machines[seat.index].replica.decision(at: sequence)?.block.requests.count ?? 0
  }

  private mutating func perform(_ effect: ClientSession.Effect, of client: Int) {
    let arrival = now + configuration.latency
    switch effect {
    case .broadcast(let request): queue.schedule(.request(request, to: nil), at: arrival)
    case .askAll(let query): queue.schedule(.query(query, to: nil), at: arrival)
    case .ask(let query, let id):
      queue.schedule(.query(query, to: Int(id.rawValue)), at: arrival)
    case .setTimer(let timer, let span):
      queue.schedule(.clientTimer(timer, of: client), at: now + span)
    case .finished(let tag, let completion):
      finished.append(
        Finished(time: now, client: client, tag: tag, completion: completion))
    case .cancelTimer, .congested, .relieved, .enteredEpoch, .report: break
    }
  }

  /// The client of a key, if it is one of the cluster's own.
  func client(of key: PublicKey) -> Int? { clients.firstIndex { $0.key == key } }
}
