import Witan

/// What clients saw of one key, and whether any order explains it.
///
/// It is the search of Wing & Gong (1993), done as the history grows (Lowe, *Testing for Linearizability*, 2017): a
/// configuration is a value that the key may have now, and which operations took effect though they haven't been answered.
/// When one is answered, every configuration is carried on in every way in which it takes effect by then with that
/// answer. When none is left, no order explains what was seen. Configurations that are the same are kept once, and
/// an operation takes effect no earlier than it must, so that few are alive at a time.
struct RegisterHistory: Sendable {
  /// What is done to the key.
  enum Action: Hashable, Sendable {
    /// Sets it. What it was before is told if the caller asked for it.
    case write([UInt8])
    /// Reads it.
    case read
  }

  private struct Pending: Sendable {
    let name: UInt64
    let action: Action
  }

  private struct Configuration: Hashable {
    var value: [UInt8]
    /// What took effect and isn't answered, with what it would be answered, by name.
    var done: [UInt64: [UInt8]] = [:]
  }

  private var pending: [Pending] = []
  private var configurations: Set<Configuration>
  /// Whether it became too much to follow; nothing is claimed of the key from then on.
  private(set) var isGivenUp = false

  /// More operations at once, or more configurations, than this aren't followed.
  static let pendingLimit = 16
  static let configurationLimit = 2_048

  /// A key with this value.
  init(_ value: [UInt8] = []) { configurations = [Configuration(value: value)] }

  /// An operation begins.
  mutating func begin(_ name: UInt64, _ action: Action) {
    guard !isGivenUp else { return }
    pending.append(Pending(name: name, action: action))
    if pending.count > Self.pendingLimit { giveUp() }
  }

  /// An operation never was sent, or was a read that came to nothing: it had no effect.
  mutating func cancel(_ name: UInt64) {
    guard !isGivenUp, let place = pending.firstIndex(where: { $0.name == name }) else { return }
    let isRead = pending.remove(at: place).action == .read
    var left: Set<Configuration> = []
    // any order: a set becomes a set
    for var configuration in configurations {
      let wasDone = configuration.done.removeValue(forKey: name) != nil
      if isRead || !wasDone { left.insert(configuration) }
    }
    configurations = left
    if left.isEmpty { giveUp() }
  }

  /// An operation is answered; nil is an answer that tells nothing but that it took effect. Whether that can be.
  mutating func end(_ name: UInt64, _ answer: [UInt8]?) -> Bool {
    guard !isGivenUp, pending.contains(where: { $0.name == name }) else { return true }
    // Mostly nothing else is going on.
    if pending.count == 1, configurations.count == 1, let only = configurations.first,
      only.done.isEmpty
    {
      return settle(pending[0].action, answer, after: only)
    }
    var reached: Set<Configuration> = []
    var seen = configurations
    var open = Array(configurations)  // any order: only the set of those reached counts
    while let configuration = open.popLast() {
      if let told = configuration.done[name] {
        guard answer == nil || answer == told else { continue }
        var settled = configuration
        settled.done[name] = nil
        reached.insert(settled)
        continue
      }
      for operation in pending where configuration.done[operation.name] == nil {
        let next = Self.apply(operation, to: configuration)
        if seen.insert(next).inserted { open.append(next) }
      }
      if seen.count > Self.configurationLimit {
        giveUp()
        return true
      }
    }
    pending.removeAll { $0.name == name }
    guard !reached.isEmpty else {
      giveUp()
      return false
    }
    configurations = reached
    return true
  }

  private mutating func settle(
    _ action: Action, _ answer: [UInt8]?, after configuration: Configuration
  ) -> Bool {
    pending.removeAll(keepingCapacity: true)
    guard answer == nil || answer == configuration.value else {
      giveUp()
      return false
    }
    if case .write(let value) = action { configurations = [Configuration(value: value)] }
    return true
  }

  private static func apply(
    _ operation: Pending, to configuration: Configuration
  ) -> Configuration {
    var next = configuration
    next.done[operation.name] = configuration.value
    if case .write(let value) = operation.action { next.value = value }
    return next
  }

  private mutating func giveUp() {
    isGivenUp = true
    pending = []
    configurations = []
  }
}
