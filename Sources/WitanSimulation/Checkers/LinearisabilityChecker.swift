import Witan
import WitanCrypto

/// What clients asked and got can be explained by an order in which each thing happened at one moment between its being
/// asked and its being answered. It is found by search (see `RegisterHistory`), key by key, not by the sequences that
/// replicas tell.
///
/// A certified read may be stale, but not older than the sequence it asked for; that it tells what was then is for the
/// checker of states.
public struct LinearisabilityChecker: Checker {
  private struct Call {
    /// The keys it touches, and the one of which its result tells.
    var keys: [[UInt8]] = []
    var told: [UInt8]?
    var isRead = false
    /// What it asks for is a certified state after this one.
    var since: SequenceNumber?
  }

  private struct CallName: Hashable {
    let client: Int
    let tag: UInt64
  }

  /// What it knows beforehand.
  public var vantage: Vantage
  /// What it found.
  public private(set) var findings = Findings()
  private var histories: [[UInt8]: RegisterHistory] = [:]
  private var calls: [CallName: (name: UInt64, call: Call)] = [:]
  private var names: UInt64 = 0
  private let honest: Set<PublicKey>
  private let isOfRegisters: Bool
  /// How many answers were checked.
  public private(set) var checked = 0

  /// A checker that has seen nothing yet.
  public init(_ vantage: Vantage) {
    self.vantage = vantage
    honest = Set(vantage.clients)
    isOfRegisters = vantage.application.store != nil
  }

  /// How many keys became too much to follow.
  public var keysGivenUp: Int {
    histories.reduce(0) { $1.value.isGivenUp ? $0 + 1 : $0 }
  }

  /// Sees what happened.
  public mutating func observe(_ happening: Happening) {
    // What clients ask of another application isn't of registers; that it is right is for the checker of states.
    guard isOfRegisters else { return }
    switch happening.event {
    case .called(.submit(let tag, let operations)):
      begin(operations, client: happening.node, tag: tag)
    case .called(.read(let tag, let question, let read)):
      begin(question, read, client: happening.node, tag: tag)
    case .finished(let finished): end(finished, happening)
    default: break
    }
  }

  /// A request runs that no client asked who keeps to the rules: whatever it writes is written at some time from now on.
  mutating func note(stray request: Request) {
    guard isOfRegisters, !honest.contains(request.client) else { return }
    names += 1
    for (key, action) in Self.effects(of: request.operations) {
      if action != .read { histories[key, default: RegisterHistory()].begin(names, action) }
    }
  }

  /// What a request as a whole does to each key: the last value written, or a read.
  private static func effects(
    of operations: [[UInt8]]
  ) -> [(key: [UInt8], action: RegisterHistory.Action)] {
    var effects: [(key: [UInt8], action: RegisterHistory.Action)] = []
    for bytes in operations {
      let (key, action): ([UInt8], RegisterHistory.Action)
      switch KeyValueStore.Operation(bytes) {
      case .put(let name, let value): (key, action) = (name, .write(value))
      case .get(let name): (key, action) = (name, .read)
      case .reconfigure, .impossible, nil: continue
      }
      if let place = effects.firstIndex(where: { $0.key == key }) {
        if action != .read { effects[place].action = action }
      } else {
        effects.append((key, action))
      }
    }
    return effects
  }

  private mutating func begin(_ operations: [[UInt8]], client: Int, tag: UInt64) {
    names += 1
    var call = Call()
    for (key, action) in Self.effects(of: operations) {
      histories[key, default: RegisterHistory()].begin(names, action)
      call.keys.append(key)
    }
    // The result is the last operation's; it tells of its key only if nothing before in the request touched it.
    switch operations.last.flatMap(KeyValueStore.Operation.init) {
    case .put(let key, _), .get(let key):
      let touches = operations.count { Self.key(of: $0) == key }
      if touches == 1 { call.told = key }
    default: break
    }
    calls[CallName(client: client, tag: tag)] = (names, call)
  }

  private static func key(of operation: [UInt8]) -> [UInt8]? {
    switch KeyValueStore.Operation(operation) {
    case .put(let key, _), .get(let key): key
    default: nil
    }
  }

  private mutating func begin(
    _ question: [UInt8], _ read: ClientSession.Read, client: Int, tag: UInt64
  ) {
    names += 1
    var call = Call()
    call.isRead = true
    call.keys = [question]
    call.told = question
    if case .certified(let since) = read {
      call.since = since
      call.keys = []
    } else {
      histories[question, default: RegisterHistory()].begin(names, .read)
    }
    calls[CallName(client: client, tag: tag)] = (names, call)
  }

  private mutating func end(_ finished: Cluster.Finished, _ happening: Happening) {
    let place = CallName(client: happening.node, tag: finished.tag)
    guard let (name, call) = calls.removeValue(forKey: place) else { return }
    switch finished.completion {
    case .executed(let result, let sequence): settle(call, name, result, sequence, happening)
    case .executedSilently(let sequence): settle(call, name, nil, sequence, happening)
    case .answered(let answer, let sequence):
      guard let since = call.since else {
        return settle(call, name, answer, sequence, happening)
      }
      checked += 1
      if sequence < since {
        findings.add(
          .linearisability, at: happening, sequence,
          detail: "a certified read is of the state after \(sequence), asked was \(since) or later")
      }
    case .unanswered, .notTaken:
      for key in call.keys { histories[key]?.cancel(name) }
    case .declined, .superseded, .unknown:
      // It may have taken effect, or still do.
      if call.isRead { for key in call.keys { histories[key]?.cancel(name) } }
    }
  }

  private mutating func settle(
    _ call: Call, _ name: UInt64, _ result: [UInt8]?, _ sequence: SequenceNumber,
    _ happening: Happening
  ) {
    checked += 1
    for key in call.keys {
      let answer = key == call.told ? result : nil
      guard histories[key]?.end(name, answer) == false else { continue }
      findings.add(
        .linearisability, at: happening, sequence,
        detail:
          "no order explains that key \(key) was \(answer.map { "\($0.prefix(8))…" } ?? "written") then"
      )
    }
  }
}
