import Witan
import WitanCrypto

/// A client at a council: gives it inputs and looks at what it does.
struct Desk {
  let council: Council
  var session: ClientSession
  var now: Micros = 0
  private(set) var effects: [ClientSession.Effect] = []

  init(
    _ council: Council, options: ClientSession.Options = .init(),
    proving check: @escaping LightClient.ProofCheck = { _, _, _, _ in }
  ) {
    self.council = council
    session = ClientSession(
      genesis: council.genesis, signer: council.client(), scheme: council.scheme,
      options: options, proving: check)
  }

  mutating func give(_ input: ClientSession.Input) {
    effects.removeAll()
    session.handle(input, at: now, into: &effects)
  }

  /// Gives several inputs and keeps all that they cause.
  mutating func give(_ inputs: [ClientSession.Input]) {
    effects.removeAll()
    for input in inputs { session.handle(input, at: now, into: &effects) }
  }

  /// Replies by these members to a request.
  mutating func hear(
    _ outcome: Outcome, to request: Request?, at sequence: SequenceNumber, from ids: [ReplicaID],
    epoch: Epoch = 0
  ) {
    guard let request else { return }
    give(
      ids.map {
        .reply(
          council.reply(
            to: request, outcome, at: sequence, by: $0, epoch: epoch,
            keys: Council.keys(of: epoch)))
      })
  }

  /// Answers by these members to a query.
  mutating func hear(
    _ outcome: Outcome, to query: Query?, at sequence: SequenceNumber, from ids: [ReplicaID],
    lineage: [EpochChange] = [], certification: AnswerBody.Certification? = nil,
    epoch: Epoch = 0
  ) {
    guard let query else { return }
    give(
      ids.map {
        .answer(
          council.answer(
            to: query, outcome, at: sequence, by: $0, lineage: lineage,
            certification: certification, epoch: epoch, keys: Council.keys(of: epoch)))
      })
  }

  /// A session that knows that the network has executed so far.
  mutating func sound(at sequence: SequenceNumber) {
    give(.submit(tag: 0, operations: [[0]]))
    hear(.refused(.expired), to: request, at: sequence, from: council.ids)
    hear(.result([0]), to: request, at: sequence.next, from: council.ids)
  }

  /// The request that was sent last by the latest inputs.
  var request: Request? {
    for case .broadcast(let request) in effects.reversed() { return request }
    return nil
  }

  /// The query that was sent last by the latest inputs, and to whom: nobody in particular is all.
  var query: (query: Query, to: ReplicaID?)? {
    for effect in effects.reversed() {
      switch effect {
      case .askAll(let query): return (query, nil)
      case .ask(let query, let replica): return (query, replica)
      default: continue
      }
    }
    return nil
  }

  /// What the latest inputs finished.
  var finished: [UInt64: ClientSession.Completion] {
    var finished: [UInt64: ClientSession.Completion] = [:]
    for case .finished(let tag, let completion) in effects { finished[tag] = completion }
    return finished
  }

  var timers: [(timer: ClientSession.Timer, span: Micros)] {
    effects.compactMap { effect in
      if case .setTimer(let timer, let span) = effect { (timer, span) } else { nil }
    }
  }

  /// Lets the timer set last by the latest inputs fire.
  mutating func fire() {
    guard let (timer, span) = timers.last else { return }
    now = now + span
    give(.timer(timer))
  }

  var reports: [ReplicaID] {
    effects.compactMap { effect in
      if case .report(let replica, _) = effect { replica } else { nil }
    }
  }
}
