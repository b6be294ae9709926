/// The one place that knows which timers run. A timer that was set again or cancelled since it was set
/// means nothing when it fires.
struct TimerTable: Sendable {
  private var generations = [UInt64](repeating: 0, count: Timer.Kind.allCases.count)
  private var running = [Bool](repeating: false, count: Timer.Kind.allCases.count)

  func isRunning(_ kind: Timer.Kind) -> Bool { running[Int(kind.rawValue)] }

  mutating func set(_ kind: Timer.Kind, after span: Micros, into effects: inout Effects) {
    let index = Int(kind.rawValue)
    generations[index] &+= 1
    running[index] = true
    effects.append(.setTimer(Timer(kind: kind, generation: generations[index]), after: span))
  }

  mutating func cancel(_ kind: Timer.Kind, into effects: inout Effects) {
    let index = Int(kind.rawValue)
    guard running[index] else { return }
    running[index] = false
    effects.append(.cancelTimer(kind))
  }

  /// Whether a timer that fired is the one that runs; it no longer does.
  mutating func fire(_ timer: Timer) -> Bool {
    let index = Int(timer.kind.rawValue)
    guard running[index], generations[index] == timer.generation else { return false }
    running[index] = false
    return true
  }
}
