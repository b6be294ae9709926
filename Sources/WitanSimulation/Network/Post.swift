import Witan

/// What is on its way over the links of a network, each thing to one node: what neighbours tell each other, as against
/// a ``Parcel``, which is kept once for many.
///
/// The links are those of authenticated transports: what is damaged on its way is found out there and is lost. They carry
/// two kinds of things. A *datagram* is lost, repeated and overtaken as the network has it. A *stream* keeps its order,
/// and says again what was lost; all that stops it is a link that is cut, and its sender learns of that.
struct Post<Content: Sendable>: Sendable {
  /// How something is carried.
  enum Service: Sendable { case datagram, stream }

  /// What is on its way.
  struct Letter: Sendable {
    let content: Content
    let sender: Int
    let receiver: Int
    let size: Int
    let service: Service
  }

  /// How long a stream waits before it says something again.
  static var retransmission: Micros { .milliseconds(200) }
  /// How often a stream says something before it gives its link up.
  static var attempts: Int { 16 }

  private let kind: Agenda.Kind
  private var letters: [Letter?] = []
  private var free: [UInt32] = []
  /// What waits for clogged links, in the order in which it was sent.
  private var held: [Letter] = []
  /// When what was sent last over each stream arrives. Only asked for single links, so its order is never seen.
  private var streams: [UInt64: Micros] = [:]

  /// Nothing is on its way; what arrives will be events of this kind.
  init(_ kind: Agenda.Kind) { self.kind = kind }

  /// How much is on its way.
  var count: Int { letters.count - free.count + held.count }

  /// Sends something; false when the link is cut, or a stream gave it up.
  @discardableResult
  mutating func send(
    _ letter: Letter, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) -> Bool {
    guard !network.isCut(from: letter.sender, to: letter.receiver) else { return false }
    if letter.service == .stream { return stream(letter, at: now, over: &network, into: &queue) }
    let fate = fate(of: letter, at: now, over: &network)
    if fate.clog != nil {
      held.append(letter)
    } else if let arrival = fate.arrival, fate.flippedBit == nil {
      schedule(letter, at: arrival, into: &queue)
      if let echo = fate.echo { schedule(letter, at: echo, into: &queue) }
    }
    return true
  }

  private mutating func stream(
    _ letter: Letter, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) -> Bool {
    for attempt in 0..<Self.attempts {
      let departure = now + Self.retransmission * UInt64(attempt)
      let fate = fate(of: letter, at: departure, over: &network)
      if fate.clog != nil {
        held.append(letter)
        return true
      }
      guard let arrival = fate.arrival, fate.flippedBit == nil else { continue }
      let link = UInt64(letter.sender) << 32 | UInt64(letter.receiver)
      let inOrder = max(arrival, streams[link] ?? 0)
      streams[link] = inOrder
      schedule(letter, at: inOrder, into: &queue)
      return true
    }
    return false
  }

  private func fate(
    of letter: Letter, at departure: Micros, over network: inout Network
  ) -> Network.Fate {
    network.fate(
      of: network.nextMessage(from: letter.sender), from: letter.sender, to: letter.receiver,
      bytes: letter.size, at: departure)
  }

  /// Something arrives at a time, whatever the network does.
  mutating func schedule(_ letter: Letter, at time: Micros, into queue: inout EventQueue) {
    let place = free.popLast() ?? UInt32(letters.count)
    if place == letters.count { letters.append(letter) } else { letters[Int(place)] = letter }
    queue.schedule(Agenda(kind, node: letter.receiver, number: place).ticket, at: time)
  }

  /// What arrives; nil when its link was cut while it was on its way.
  mutating func take(_ place: UInt32, over network: Network) -> Letter? {
    guard let letter = letters[Int(place)] else { return nil }
    letters[Int(place)] = nil
    free.append(place)
    return network.isCut(from: letter.sender, to: letter.receiver) ? nil : letter
  }

  /// A link was closed: what its stream sends next is a new one's.
  mutating func close(_ a: Int, _ b: Int) {
    streams[UInt64(a) << 32 | UInt64(b)] = nil
    streams[UInt64(b) << 32 | UInt64(a)] = nil
  }

  /// The network was mended: what was held goes on, unless its link is still clogged.
  mutating func release(
    at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) {
    let waiting = held
    held.removeAll()
    for letter in waiting { send(letter, at: now, over: &network, into: &queue) }
  }
}
