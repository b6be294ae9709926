import Witan
import WitanCrypto

/// A simulated client: the shipped session, and what became of what it asked.
struct ClientMachine: Sendable {
  let signer: Signer
  var session: ClientSession
  /// What it does by itself; nil when it waits to be told.
  var occupation: Cluster.Occupation?
  /// Which of its turns comes next; what was meant for an earlier one means nothing.
  var turn: UInt32 = 0
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
    if watch.contains(.clients) { tellCall(input, of: client) }
    var effects: [ClientSession.Effect] = []
    clients[client].session.handle(input, at: now, into: &effects)
    for effect in effects { perform(effect, of: client) }
  }

  private mutating func tellCall(_ input: ClientSession.Input, of client: Int) {
    switch input {
    case .submit, .read, .abandon: tell(.clients, machines.count + client, .called(input))
    case .reply, .answer, .timer: break
    }
  }

  /// How much a client asked that has come to no end.
  public func unfinished(of client: Int) -> Int { clients[client].session.unfinished }

  /// The key by which replicas know a client.
  public func key(of client: Int) -> PublicKey { clients[client].signer.publicKey }

  /// How many requests a block holds that a machine's replica decided lately.
  func requests(at sequence: SequenceNumber, of machine: Int) -> Int {
    machines[machine].replica.decision(at: sequence)?.block.requests.count ?? 0
  }

  mutating func arrive(_ place: UInt32, atClient client: Int) {
    let content = parcels.content(at: place)
    parcels.settle(place)
    switch content {
    case .reply(let reply): ask(client, .reply(reply))
    case .answer(let answer): ask(client, .answer(answer))
    case .message, .frame, .request, .query: break
    }
  }

  mutating func fireClientTimer(_ agenda: Agenda) {
    guard let timer = clientTimers[Int(agenda.number)].take() else { return }
    freeClientTimers.append(agenda.number)
    if configuration.keepsAccount {
      let node = machines.count + agenda.node
      account.note(.clientTimer, at: now, node: node, timer.generation, 0)
    }
    ask(agenda.node, .timer(timer))
  }

  private mutating func perform(_ effect: ClientSession.Effect, of client: Int) {
    switch effect {
    case .broadcast(let request):
      let node = machines.count + client
      tell(.clients, node, .asked(request))
      if configuration.keepsAccount {
        account.note(.asked, at: now, node: node, request.number, 0)
        account.note(identity: request.digest)
      }
      send(.request(request), of: client, to: nil)
    case .askAll(let query): send(.query(query), of: client, to: nil)
    case .ask(let query, let id): send(.query(query), of: client, to: id)
    case .setTimer(let timer, let span): set(timer, after: span, of: client)
    case .finished(let tag, let completion):
      let finished = Finished(time: now, client: client, tag: tag, completion: completion)
      tell(.clients, machines.count + client, .finished(finished))
      noteFinished(client)
    case .cancelTimer, .congested, .relieved, .enteredEpoch, .report: break
    }
  }

  private mutating func send(
    _ content: Parcel.Content, of client: Int, to receiver: ReplicaID?
  ) {
    let node = machines.count + client
    let place = parcels.add(content, from: node, size: Self.clientMessageSize)
    if let receiver {
      route(place, from: node, to: homes(of: receiver), at: now)
    } else {
      route(place, from: node, to: 0..<machines.count, at: now)
    }
    settleUnsent(place)
  }

  private mutating func set(_ timer: ClientSession.Timer, after span: Micros, of client: Int) {
    let place: UInt32
    if let free = freeClientTimers.popLast() {
      place = free
      clientTimers[Int(free)] = timer
    } else {
      place = UInt32(clientTimers.count)
      clientTimers.append(timer)
    }
    queue.schedule(Agenda(.clientTimer, node: client, number: place).ticket, at: now + span)
  }
}
