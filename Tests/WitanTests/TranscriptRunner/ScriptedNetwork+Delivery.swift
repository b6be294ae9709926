@testable import Witan

/// Which messages a command means: any of a link, a kind, a view and a sequence.
struct Selector {
  var from: [ReplicaID]?
  var to: [ReplicaID]?
  var kinds: [String] = []
  var sequence: SequenceNumber?
  var view: View?

  static let kinds = StatementKind.allCases.map { Notation.word($0) } + ["request"]

  /// Reads words such as `r0->r1,r2 prepare n3`; stops at a word that isn't of this kind.
  init(_ words: inout Words) throws {
    while let word = words.next {
      if word.contains("->") {
        let ends = word.split(separator: ">", omittingEmptySubsequences: false)
        from = try Self.replicas(String(ends[0].dropLast()))
        to = try Self.replicas(String(ends[1]))
      } else if Self.kinds.contains(word) {
        kinds.append(word)
      } else if word.first == "n", let number = UInt64(word.dropFirst()) {
        sequence = SequenceNumber(number)
      } else if word.first == "v", let number = UInt64(word.dropFirst()) {
        view = View(number)
      } else {
        return
      }
      _ = try words.take("a word")
    }
  }

  private static func replicas(_ text: String) throws -> [ReplicaID]? {
    if text.isEmpty { return nil }
    var words = try Words(text)
    return try words.replicas()
  }

  func matches(_ envelope: ScriptedNetwork.Envelope) -> Bool {
    let statement = envelope.message.signed?.statement
    if let from, !from.contains(envelope.from) { return false }
    if let to, !to.contains(envelope.to) { return false }
    if !kinds.isEmpty, !kinds.contains(Notation.kind(envelope.message)) { return false }
    if let sequence, statement?.sequence != sequence { return false }
    if let view, statement?.view != view { return false }
    return true
  }
}

extension ScriptedNetwork {
  /// Delivers a message through the receiver's verifier, as bytes.
  mutating func deliver(_ message: Message, from: ReplicaID, to: ReplicaID) throws {
    names.add(message)
    try deliver(
      frame: message.encoded, described: notation.message(message), from: from, to: to)
  }

  mutating func deliver(
    frame: [UInt8], described: String, from: ReplicaID, to: ReplicaID
  ) throws {
    let index = try index(of: to)
    let event = "\("\(to) <- \(from)".padding(to: 13)) \(described)"
    guard nodes[index].isUp else { return }
    begin(event) { network in
      do throws(Rejection) {
        let verified = try network.nodes[index].replica.verifier.verify(frame: frame)
        network.handle(.message(verified), at: index)
      } catch {
        guard network.watched.contains(.reports) else { return }
        network.output.append("  \("verifier".padding(to: 11)) \(error)")
      }
    }
  }

  private mutating func deliverPending(at position: Int) throws {
    let envelope = pending.remove(at: position)
    try deliver(envelope.message, from: envelope.from, to: envelope.to)
  }

  /// `deliver all [but <selector>]…`: everything, until nothing moves. `deliver <selector>`: what is under way now.
  mutating func deliver(_ words: inout Words) throws {
    if words.takes("all") {
      try deliverAll(but: try exclusions(&words))
      return
    }
    let selector = try Selector(&words)
    let excluded = try exclusions(&words)
    let chosen = pending.filter { envelope in
      selector.matches(envelope) && !excluded.contains { $0.matches(envelope) }
    }
    guard !chosen.isEmpty else { throw nothingMatches() }
    remove { envelope in
      selector.matches(envelope) && !excluded.contains { $0.matches(envelope) }
    }
    for envelope in chosen {
      try deliver(envelope.message, from: envelope.from, to: envelope.to)
    }
  }

  /// Delivers until nothing moves.
  mutating func deliverAll(but excluded: [Selector]) throws {
    var delivered = 0
    while let next = pending.firstIndex(where: { envelope in
      !excluded.contains { $0.matches(envelope) }
    }) {
      try deliverPending(at: next)
      delivered += 1
      if delivered > 20_000 { throw CommandError("the network never comes to rest") }
    }
  }

  func exclusions(_ words: inout Words) throws -> [Selector] {
    var excluded: [Selector] = []
    while words.takes("but") { excluded.append(try Selector(&words)) }
    return excluded
  }

  private mutating func remove(_ isChosen: (Envelope) -> Bool) {
    pending.removeAll(where: isChosen)
  }

  /// `drop all` or `drop <selector>`: what is under way is lost.
  mutating func drop(_ words: inout Words) throws {
    if words.takes("all") {
      pending = []
      return
    }
    let selector = try Selector(&words)
    guard pending.contains(where: { selector.matches($0) }) else { throw nothingMatches() }
    remove { selector.matches($0) }
  }

  /// `replay <selector> [to r3]`: the latest such message that was ever sent, once more, perhaps to somebody else.
  mutating func replay(_ words: inout Words) throws {
    let selector = try Selector(&words)
    let target = words.takes("to") ? try words.replica() : nil
    guard let envelope = history.last(where: { selector.matches($0) }) else {
      throw CommandError("expected a message that was sent; none was")
    }
    try deliver(envelope.message, from: envelope.from, to: target ?? envelope.to)
  }

  /// `spoil <selector>`: delivers what is under way with its last byte changed.
  mutating func spoil(_ words: inout Words) throws {
    let selector = try Selector(&words)
    guard let position = pending.firstIndex(where: { selector.matches($0) }) else {
      throw nothingMatches()
    }
    let envelope = pending.remove(at: position)
    var frame = envelope.message.encoded
    frame[frame.count - 1] ^= 1
    try deliver(
      frame: frame, described: notation.message(envelope.message) + " (one bit changed)",
      from: envelope.from, to: envelope.to)
  }

  private func nothingMatches() -> CommandError {
    let notation = notation
    let list = pending.prefix(20).map { envelope in
      "\(envelope.from)->\(envelope.to) \(notation.message(envelope.message))"
    }
    return CommandError(
      "expected a message under way; there are:\n    " + list.joined(separator: "\n    "))
  }
}
