import Witan
import WitanDraw

/// An adversary that acts when its casting says, and towards whom: at all other times, and towards all others, its
/// machine is honest.
struct Triggered<Inner: Adversary>: Adversary {
  private var inner: Inner
  private let trigger: Trigger
  private let victims: NodeSet?
  private let usual: Adversaries.Usual

  init(_ inner: Inner, by casting: Casting, usual: Adversaries.Usual) {
    self.inner = inner
    trigger = casting.trigger
    victims = casting.victims
    self.usual = usual
  }

  /// Views and sequences are nothing that neighbours speak of: only time and chance count.
  var mischief: Trigger? { inner.mischief == nil ? nil : trigger }

  mutating func begin(_ scene: inout Scene) {
    scene.victims = victims
    inner.begin(&scene)
    restrain(&scene, isOn: isOn(nil, &scene))
  }

  mutating func wake(_ scene: inout Scene) {
    scene.victims = victims
    let isOn = isOn(nil, &scene)
    inner.wake(&scene)
    restrain(&scene, isOn: isOn)
  }

  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    scene.coalition.remember(message)
    guard isOn(message, &scene) else { return scene.pass(message, to: Audience(receiver)) }
    scene.victims = victims
    inner.replicaSends(message, to: receiver, &scene)
    guard let victims = victims(in: scene) else { return }
    scene.confine(to: victims)
    scene.pass(message, to: Audience(receiver).outside(victims))
  }

  mutating func replicaReplies(_ reply: Reply, _ scene: inout Scene) -> Reply? {
    isOn(nil, &scene) ? inner.replicaReplies(reply, &scene) : reply
  }

  mutating func replicaAnswers(_ answer: Answer, _ scene: inout Scene) -> Answer? {
    isOn(nil, &scene) ? inner.replicaAnswers(answer, &scene) : answer
  }

  mutating func hears(_ message: Message, _ scene: inout Scene) -> Bool {
    scene.coalition.remember(message)
    guard isOn(message, &scene) else { return true }
    scene.victims = victims
    let isHeard = inner.hears(message, &scene)
    restrain(&scene, isOn: true)
    return isHeard
  }

  mutating func answer(
    _ effect: Effect, honestly input: Input?, _ scene: inout Scene
  ) -> Input? {
    guard isOn(nil, &scene) else { return input }
    let answer = inner.answer(effect, honestly: input, &scene)
    restrain(&scene, isOn: true)
    return answer
  }

  private func victims(in scene: Scene) -> NodeSet? {
    if let victims { return victims }
    return usual == .half ? scene.half : nil
  }

  /// Whatever it does that isn't in place of something honest reaches its victims alone, and when it is off nobody.
  private func restrain(_ scene: inout Scene, isOn: Bool) {
    if !isOn {
      scene.sitStill()
    } else if let victims = victims(in: scene) {
      scene.confine(to: victims)
    }
  }

  private func isOn(_ message: Message?, _ scene: inout Scene) -> Bool {
    guard scene.now >= trigger.from, trigger.until.map({ scene.now < $0 }) ?? true else {
      return false
    }
    let place = message?.place
    let view = place?.view ?? scene.view
    let sequence = place?.sequence ?? scene.executed.next
    guard trigger.views?.contains(view) ?? true, trigger.sequences?.contains(sequence) ?? true
    else { return false }
    return scene.draw.chance(trigger.chance)
  }
}

extension Message {
  /// The view and the sequence of which the message speaks, as far as it does.
  fileprivate var place: (view: View?, sequence: SequenceNumber?) {
    guard let statement = signed?.statement else { return (nil, nil) }
    return switch statement.kind {
    case .prePrepare, .prepare, .commit: (statement.view, statement.sequence)
    case .checkpoint, .decision, .block, .fetchBlock: (nil, statement.sequence)
    case .viewChange, .newView, .fetchViewChanges: (statement.view, nil)
    case .status, .fetchState, .manifest, .chunk, .reply, .answer: (nil, nil)
    }
  }
}

extension Scene {
  /// Says nothing, and lets the machine live; it will still be woken.
  fileprivate mutating func sitStill() {
    acts.removeAll { if case .wake = $0 { false } else { true } }
  }

  /// Says what it says to these only.
  fileprivate mutating func confine(to victims: NodeSet) {
    acts = acts.map { act in
      switch act {
      case .send(let message, let audience, let delay):
        .send(message, to: audience.among(victims), after: delay)
      case .ask(let request, let audience, let delay):
        .ask(request, of: audience.among(victims), after: delay)
      case .wake, .crash: act
      }
    }
  }
}
