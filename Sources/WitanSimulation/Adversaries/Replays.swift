import Witan
import WitanCrypto
import WitanDraw

/// Says again what it or its coalition sent or heard before, whoever said it.
struct Replayer: Adversary {
  private static let period: Micros = .milliseconds(100)
  private static let atOnce = 8

  mutating func begin(_ scene: inout Scene) { scene.wake(after: Self.period) }

  mutating func wake(_ scene: inout Scene) {
    for _ in 0..<Self.atOnce {
      if let old = scene.draw.pick(scene.coalition.heard) { scene.pass(old) }
    }
    scene.wake(after: Self.period)
  }
}

/// Changes what its replica says by small steps, towards some of those who hear it: another view, another sequence,
/// another digest, nothing at all, or something said before (ByzzFuzz, OOPSLA '23).
struct Mutator: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    let audience = Audience(receiver)
    guard scene.draw.chance(0.5) else { return scene.pass(message, to: audience) }
    let victims = NodeSet(
      scene.others.map { Int($0.rawValue) }.filter { _ in scene.draw.chance(0.5) })
    scene.pass(message, to: audience.outside(victims))
    if let other = mutant(of: message, &scene) { scene.pass(other, to: audience.among(victims)) }
  }

  private func mutant(of message: Message, _ scene: inout Scene) -> Message? {
    switch scene.draw.integer(in: 0...6) {
    case 0: scene.restate(message) { $0.with(view: $0.view.next) }
    case 1: scene.restate(message) { $0.with(view: $0.view.previous) }
    case 2: scene.restate(message) { $0.with(sequence: $0.sequence.next) }
    case 3: scene.restate(message) { $0.with(sequence: $0.sequence.previous) }
    case 4: another(than: message, scene)
    case 5: earlier(than: message, &scene)
    default: nil
    }
  }

  /// The same about something else.
  private func another(than message: Message, _ scene: Scene) -> Message? {
    switch message {
    case .prePrepare(let sealed):
      let block = sealed.body.with(timestamp: sealed.body.header.timestamp + 1)
      return scene.reseal(sealed, block).map(Message.prePrepare)
    case .viewChange(let sealed):
      let body = ViewChangeBody(stable: sealed.body.stable, locks: sealed.body.locks.dropLast())
      return scene.reseal(sealed, body).map(Message.viewChange)
    case .status(let sealed):
      let body = StatusBody(
        isChangingView: !sealed.body.isChangingView, stable: sealed.body.stable.next,
        held: ~sealed.body.held)
      return scene.reseal(sealed, body).map(Message.status)
    default:
      return message.signed.flatMap { scene.restate(message, about: $0.statement.digest.madeUp) }
    }
  }

  /// Something of the same kind that it said before.
  private func earlier(than message: Message, _ scene: inout Scene) -> Message? {
    let own = scene.id
    let alike = scene.coalition.heard.filter { $0.kind == message.kind && $0.signed?.signer == own }
    return scene.draw.pick(alike)
  }
}

/// Sends its peers more than they can need: questions, news of where it stands, votes for views and slots to come, and
/// requests of its own.
struct Flooder: Adversary {
  private static let period: Micros = .milliseconds(10)
  private static let atOnce = 16
  private var number: UInt64 = 0

  mutating func begin(_ scene: inout Scene) { scene.wake(after: Self.period) }

  mutating func wake(_ scene: inout Scene) {
    for _ in 0..<Self.atOnce { say(&scene) }
    number += 1
    let operation = KeyValueStore.Operation.put(key: [1], value: [1])
    if let request = scene.request(number, [operation.bytes]) { scene.ask(request) }
    scene.wake(after: Self.period)
  }

  private mutating func say(_ scene: inout Scene) {
    let step = scene.draw.integer(in: 0...255 as ClosedRange<UInt64>)
    let sequence = scene.executed.advanced(by: step)
    let digest = scene.lastBlock.madeUp
    func vote(_ kind: StatementKind, view: View) -> SignedStatement? {
      scene.sign(
        Statement(kind, epoch: scene.epoch, view: view, sequence: sequence, digest: digest))
    }
    let message: Message?
    switch scene.draw.integer(in: 0...5) {
    case 0:
      let body = StatusBody(isChangingView: true, stable: 0, held: 0)
      message = scene.seal(.status, body).map(Message.status)
    case 1: message = vote(.fetchBlock, view: 0).map(Message.fetchBlock)
    case 2:
      let query = StateQuery(chunk: nil, knownEpoch: 0)
      message = scene.seal(.fetchState, query).map(Message.fetchState)
    case 3: message = vote(.prepare, view: scene.view.next).map(Message.prepare)
    case 4: message = vote(.commit, view: scene.view.advanced(by: step)).map(Message.commit)
    default: message = vote(.checkpoint, view: 0).map(Message.checkpoint)
    }
    if let message { scene.pass(message) }
  }
}

/// Tells clients results that aren't, or that there are none.
struct FalseReplier: Adversary {
  mutating func replicaReplies(_ reply: Reply, _ scene: inout Scene) -> Reply? {
    let body = reply.body
    let outcome: Outcome =
      scene.draw.chance(0.5)
      ? .result(Array("no such thing".utf8)) : .refused(scene.draw.pick(Refusal.allCases) ?? .busy)
    return scene.reseal(
      reply, ReplyBody(client: body.client, number: body.number, outcome: outcome))
  }
}
