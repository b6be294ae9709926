import Witan
import WitanCrypto
import WitanDraw

/// What nodes that gossip tell each other besides what replicas say.
extension Cluster {
  /// Why something can't be told.
  public enum Untellable: Error, Equatable, Sendable, CustomStringConvertible {
    /// In a full mesh nobody gossips.
    case noGossip
    /// There is no such machine.
    case noSuchNode(Int)
    /// The machine isn't running.
    case down(Int)
    /// Replicas use this topic.
    case reserved(Topic)
    /// It is longer than anybody hears.
    case tooLong(Int)

    /// What is wrong, for people.
    public var description: String {
      switch self {
      case .noGossip: "nobody gossips in a full mesh; give the cluster a gossip topology"
      case .noSuchNode(let node): "there is no node \(node)"
      case .down(let node): "node \(node) isn't running; start it first"
      case .reserved(let topic): "replicas use \(topic); take one from 2 on"
      case .tooLong(let count): "\(count) bytes are too many; send \(Note.contentLimit) at most"
      }
    }
  }

  /// A note, as somebody heard it.
  public struct Reception: Hashable, Sendable {
    /// When.
    public let time: Micros
    /// The machine that heard it.
    public let node: Int
    /// What it heard.
    public let note: Note
  }

  /// Tells all who subscribed to a topic.
  public mutating func publish(
    _ content: [UInt8], on topic: Topic, from node: Int
  ) throws(Untellable) {
    try check(topic)
    let note = try write(content, on: topic, by: node)
    publish(Bulletin(.note(note), from: node), on: topic, from: node)
  }

  /// Tells one machine. It may be lost, as anything may.
  public mutating func deliver(
    _ content: [UInt8], from node: Int, to receiver: Int
  ) throws(Untellable) {
    guard machines.indices.contains(receiver) else { throw .noSuchNode(receiver) }
    let note = try write(content, on: nil, by: node)
    guard node != receiver else { return }
    convey(note, from: node, to: receiver)
  }

  /// Has a machine hear a topic, now if it is up and whenever it comes up.
  public mutating func subscribe(_ node: Int, to topic: Topic) throws(Untellable) {
    try check(topic)
    guard machines.indices.contains(node) else { throw .noSuchNode(node) }
    guard overlay?.nodes[node].topics.contains(topic) == false else { return }
    overlay?.nodes[node].topics.append(topic)
    overlay?.give(.subscribe(topic), to: node, at: now, over: &network, into: &queue)
  }

  /// Has a machine hear a topic no longer.
  public mutating func unsubscribe(_ node: Int, from topic: Topic) throws(Untellable) {
    try check(topic)
    guard machines.indices.contains(node) else { throw .noSuchNode(node) }
    overlay?.nodes[node].topics.removeAll { $0 == topic }
    overlay?.give(.unsubscribe(topic), to: node, at: now, over: &network, into: &queue)
  }

  /// What was heard since this was asked last.
  public mutating func takeNotes() -> [Reception] {
    defer { heard.removeAll(keepingCapacity: true) }
    return heard
  }

  /// The neighbours to whom a node passes on what there is of a topic.
  public func mesh(of node: Int, on topic: Topic) -> [Int] {
    overlay?.nodes[node].router?.mesh(of: topic).map(\.offset) ?? []
  }

  /// What a node thinks of a neighbour; nil when it is none. Nothing is heard of one that is rated far below zero.
  public func rating(of neighbour: Int, by node: Int) -> Double? {
    overlay?.nodes[node].router?.score(of: NodeIndex(neighbour))
  }

  private func check(_ topic: Topic) throws(Untellable) {
    guard overlay != nil else { throw .noGossip }
    guard topic > Self.decisionsTopic else { throw .reserved(topic) }
  }

  private mutating func write(
    _ content: [UInt8], on topic: Topic?, by node: Int
  ) throws(Untellable) -> Note {
    guard overlay != nil else { throw .noGossip }
    guard machines.indices.contains(node) else { throw .noSuchNode(node) }
    guard machines[node].state == .running else { throw .down(node) }
    guard content.count <= Note.contentLimit else { throw .tooLong(content.count) }
    notes += 1
    return Note(
      author: node, number: notes, topic: topic, content: content,
      signedBy: machines[node].signer, network: genesis.digest)
  }

  /// Sends a note to a machine, through a relay if it can't be reached otherwise.
  private mutating func convey(_ note: Note, from node: Int, to receiver: Int) {
    let next: Int
    switch path(from: node, to: receiver) {
    case .direct, .reversed, .punched: next = receiver
    case .relayed(let relay): next = relay.offset
    case .none: return
    }
    mail.send(
      .init(
        content: .note(note, to: receiver), sender: node, receiver: next,
        size: note.encoded.count, service: .datagram),
      at: now, over: &network, into: &queue)
  }

  /// A note arrives at whom it is meant for, or at a relay.
  mutating func hear(_ note: Note, to receiver: Int, at node: Int) {
    guard node == receiver else { return convey(note, from: node, to: receiver) }
    if isAuthentic(note) { heard.append(Reception(time: now, node: node, note: note)) }
  }

  /// A note came over gossip; what its hearer thinks of it.
  mutating func opinion(on note: Note, topic: Topic, at node: Int) -> Follower.Opinion {
    guard note.topic == topic, isAuthentic(note) else { return .lie }
    heard.append(Reception(time: now, node: node, note: note))
    return .news
  }

  private func isAuthentic(_ note: Note) -> Bool {
    machines.indices.contains(note.author)
      && note.isAuthentic(
        scheme, by: machines[note.author].signer.publicKey, network: genesis.digest)
  }
}
