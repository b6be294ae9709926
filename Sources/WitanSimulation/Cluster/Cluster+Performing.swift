import Witan

/// What machines do: their replicas' effects, and the answers of their applications.
extension Cluster {
  func homes(of id: ReplicaID) -> [Int] {
    let index = Int(id.rawValue)
    return homes.indices.contains(index) ? homes[index] : []
  }

  mutating func start(_ index: Int) {
    beginEffects(of: index)
    let local = machines[index].clock.monotonic(at: now)
    machines[index].replica.start(at: local, into: &effects)
    perform(at: index)
  }

  /// Nothing is to be done yet. Reports are made if somebody reads them, or if it may count how many effects there are:
  /// what happens mustn't depend on who watches.
  @inline(__always)
  private mutating func beginEffects(of index: Int) {
    effects.removeAll()
    effects.hasReports =
      watch.contains(.reports) || !readers.isEmpty || machines[index].effectsLeft != nil
      || !machines[index].isHonest
  }

  mutating func handle(_ input: Input, at index: Int) {
    beginEffects(of: index)
    let local = machines[index].clock.monotonic(at: now)
    machines[index].replica.handle(input, at: local, into: &effects)
    if !effects.isEmpty { perform(at: index) }
  }

  /// Does what a replica wants done, in order; what the application answers is handled after that.
  private mutating func perform(at index: Int) {
    // Out of the cluster's own hands, so that what is done can have effects of its own.
    var batch = Effects()
    swap(&batch, &effects)
    defer {
      batch.removeAll()
      swap(&batch, &effects)
    }
    while answers.popLast() != nil {}
    var next = 0
    while true {
      while let effect = batch.next() {
        guard machines[index].survivesEffect() else { return die(index, .killed) }
        perform(consume effect, at: index)
        guard machines[index].isUp else { return }
      }
      guard next < answers.count else { return }
      // Taken out instead of copied; what is put in its place is never handled.
      var answer = Input.installed(0, succeeded: false)
      swap(&answer, &answers[next])
      let local = machines[index].clock.monotonic(at: now)
      machines[index].replica.handle(answer, at: local, into: &batch)
      next += 1
    }
  }

  private mutating func perform(_ effect: consuming Effect, at index: Int) {
    // What is in it is handed on, not copied.
    switch consume effect {
    case .persist(let record):
      if !readers.isEmpty, case .epoch(let change) = record { note(change) }
      if !machines[index].disk.write(consume record) { die(index, .diskFull) }
    case .send(let message, let receiver): send(message, from: index, to: receiver)
    case .broadcast(let message): send(message, from: index, to: nil)
    case .sendDurably(let message, let receiver):
      sendDurably(message, from: index, to: receiver)
    case .broadcastDurably(let message): sendDurably(message, from: index, to: nil)
    case .setTimer(let timer, let span): set(timer, after: span, at: index)
    case .cancelTimer(let kind): machines[index].timers[Int(kind.rawValue)] = nil
    case .reply(let reply): send(reply, from: index)
    case .answer(let answer): send(answer, from: index)
    case .report(let report):
      tell(.reports, index, .report(report))
      if !readers.isEmpty, case .executed(let sequence, _) = report {
        queueForTelling(sequence, at: index)
      }
    case let effect: ask(effect, at: index)
    }
  }

  private mutating func send(_ meant: consuming Reply, from index: Int) {
    if !machines[index].isHonest {
      guard let told = dishonest(meant, at: index) else { return }
      meant = told
    }
    if watch.contains(.messages) { tell(.messages, index, .replied(copy meant)) }
    guard let client = clientPlaces[meant.body.client] else { return }
    sendDurably(.reply(meant), from: index, client: client)
  }

  private mutating func send(_ meant: Answer, from index: Int) {
    let told = machines[index].isHonest ? meant : dishonest(meant, at: index)
    guard let answer = told, let client = clientPlaces[answer.body.client] else { return }
    sendDurably(.answer(answer), from: index, client: client)
  }

  /// Has the application, or the adversary in its place, answer an effect.
  private mutating func ask(_ effect: Effect, at index: Int) {
    let clock = machines[index].clock.timeOfDay(at: now)
    var answer = machines[index].answer(effect, clock: clock)
    if !machines[index].isHonest {
      answer = dishonest(answer, to: effect, at: index)
    } else if case .validate(let block, _) = effect, case .validated(_, .invalid)? = answer {
      denounce(block, at: index)
    }
    if watch.contains(.seam) { tellSeam(effect, answer, at: index) }
    if let answer { answers.append(answer) }
  }

  private mutating func tellSeam(_ effect: Effect, _ answer: Input?, at index: Int) {
    switch (effect, answer) {
    case (.validate(let block, _), .validated(_, let verdict)):
      tell(.seam, index, .validated(block, verdict))
    case (.execute(let execution), .executed(let result)):
      tell(.seam, index, .executed(execution))
      if let state = result.state {
        tell(.seam, index, .reached(execution.sequence, root: state.root))
      }
    case (.finishInstall(let summary), .installed(_, succeeded: true)):
      tell(.seam, index, .installed(summary))
    default: break
    }
  }

  // MARK: Timers

  private mutating func set(_ timer: Timer, after span: Micros, at index: Int) {
    machines[index].timers[Int(timer.kind.rawValue)] = timer
    queue.schedule(
      Agenda(.timer, node: index, number: Self.number(of: timer, life: machines[index].life))
        .ticket, at: now + machines[index].clock.span(span))
  }

  /// A life's low bits, the kind, and the setting's low bits: enough to tell a timer from any that could be pending.
  private static func number(of timer: Timer, life: UInt32) -> UInt32 {
    life << 24 | UInt32(timer.kind.rawValue) << 21
      | UInt32(truncatingIfNeeded: timer.generation & 0x1F_FFFF)
  }

  mutating func fireTimer(_ agenda: Agenda) {
    let index = agenda.node
    guard let timer = machines[index].timers[Int(agenda.number >> 21 & 7)],
      Self.number(of: timer, life: machines[index].life) == agenda.number
    else { return }
    guard isAwake(index, for: agenda) else { return }
    if configuration.keepsAccount {
      account.note(
        .timer, at: now, node: index, UInt64(timer.kind.rawValue), timer.generation)
    }
    machines[index].timers[Int(timer.kind.rawValue)] = nil
    handle(.timer(timer), at: index)
  }

  /// Whether a machine can do anything now. What happens while it is paused waits for it.
  func isAwake(_ index: Int) -> Bool { machines[index].state == .running }

  mutating func isAwake(_ index: Int, for agenda: Agenda) -> Bool {
    switch machines[index].state {
    case .running: return true
    case .paused: machines[index].missed.append(agenda.ticket)
    case .down: break
    }
    return false
  }
}
