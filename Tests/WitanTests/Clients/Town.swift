import Witan
import WitanCrypto
import WitanSimulation

/// Shipped replicas with clients, each message taking a while: the smallest place where both meet.
struct Town {
  enum Event {
    case message(Message, to: Int)
    case timer(Timer, of: Int)
    case request(Request, to: Int)
    case query(Query, to: Int)
    case client(ClientSession.Input)
  }

  let council: Council
  var replicas: [Replica] = []
  var hosts: [StateMachineHost<KeyValueStore>] = []
  var session: ClientSession
  var now: Micros = 0
  /// Which replicas answer nobody and say nothing.
  var mute: Set<Int> = []
  /// Whether a message may pass.
  var passes: (Event) -> Bool = { _ in true }
  var completions: [UInt64: [ClientSession.Completion]] = [:]
  var requestsSent = 0
  private var events: [(time: Micros, order: Int, event: Event)] = []
  private var count = 0
  static let latency: Micros = .milliseconds(5)

  init(_ count: Int = 4, parameters: Parameters = Parameters()) throws {
    council = try Council(count, parameters: parameters)
    session = ClientSession(
      genesis: council.genesis, signer: council.client(), scheme: council.scheme,
      proving: KeyValueStore.check)
    for id in council.ids {
      hosts.append(StateMachineHost(KeyValueStore()))
      replicas.append(
        Replica(
          genesis: council.genesis, identity: id, signer: council.signer(id),
          scheme: council.scheme))
    }
    for index in replicas.indices {
      var effects = Effects()
      replicas[index].start(at: now, into: &effects)
      perform(effects, at: index)
    }
  }

  mutating func ask(_ input: ClientSession.Input) {
    var effects: [ClientSession.Effect] = []
    session.handle(input, at: now, into: &effects)
    for effect in effects {
      switch effect {
      case .broadcast(let request):
        requestsSent += 1
        for index in replicas.indices { schedule(.request(request, to: index)) }
      case .askAll(let query):
        for index in replicas.indices { schedule(.query(query, to: index)) }
      case .ask(let query, let replica):
        schedule(.query(query, to: Int(replica.rawValue)))
      case .setTimer(let timer, let span): schedule(.client(.timer(timer)), after: span)
      case .finished(let tag, let completion): completions[tag, default: []].append(completion)
      case .cancelTimer, .congested, .relieved, .enteredEpoch, .report: break
      }
    }
  }

  /// Another client's request, to all.
  mutating func order(_ request: Request) {
    for index in replicas.indices { schedule(.request(request, to: index)) }
  }

  /// Lets things happen until a tag is finished, or for a minute.
  mutating func wait(for tag: UInt64) -> ClientSession.Completion? {
    run(for: .seconds(60)) { $0.completions[tag] != nil }
    return completions[tag]?.last
  }

  mutating func run(for span: Micros, until isDone: (Town) -> Bool = { _ in false }) {
    let limit = now + span
    while !isDone(self), let next = events.indices.min(by: { before(events[$0], events[$1]) }),
      events[next].time <= limit
    {
      let (time, _, event) = events.remove(at: next)
      now = time
      happen(event)
    }
  }

  private func before(
    _ a: (time: Micros, order: Int, event: Event), _ b: (time: Micros, order: Int, event: Event)
  ) -> Bool {
    (a.time, a.order) < (b.time, b.order)
  }

  private mutating func schedule(_ event: Event, after span: Micros = Town.latency) {
    guard passes(event) else { return }
    count += 1
    events.append((now + span, count, event))
  }

  private mutating func happen(_ event: Event) {
    switch event {
    case .message(let message, let to):
      guard let verified = try? replicas[to].verifier.verify(message) else { return }
      handle(.message(verified), at: to)
    case .timer(let timer, let index): handle(.timer(timer), at: index)
    case .request(let request, let to):
      guard let verified = try? replicas[to].verifier.verify(request) else { return }
      handle(.request(verified), at: to)
    case .query(let query, let to):
      guard let verified = try? replicas[to].verifier.verify(query) else { return }
      handle(.query(verified), at: to)
    case .client(let input): ask(input)
    }
  }

  private mutating func handle(_ input: Input, at index: Int) {
    guard !mute.contains(index) else { return }
    var effects = Effects()
    replicas[index].handle(input, at: now, into: &effects)
    perform(effects, at: index)
  }

  private mutating func perform(_ effects: Effects, at index: Int) {
    for effect in effects.list {
      if let answer = hosts[index].answer(effect, clock: now) {
        handle(answer, at: index)
        continue
      }
      switch effect {
      case .send(let message, let to), .sendDurably(let message, let to):
        schedule(.message(message, to: Int(to.rawValue)))
      case .broadcast(let message), .broadcastDurably(let message):
        for to in replicas.indices where to != index { schedule(.message(message, to: to)) }
      case .setTimer(let timer, let span): schedule(.timer(timer, of: index), after: span)
      case .reply(let reply): schedule(.client(.reply(reply)))
      case .answer(let answer): schedule(.client(.answer(answer)))
      default: break
      }
    }
  }
}
