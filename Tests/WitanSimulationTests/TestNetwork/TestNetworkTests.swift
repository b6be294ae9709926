import Testing
import Witan
import WitanDraw
import WitanSimulation

/// The mock network as the requirements have it: one call, and a handle to each node.
@Suite struct TestNetworkTests {
  /// What nodes heard.
  private final class Log {
    var messages: [TestMessage] = []
  }

  private static func started(
    _ nodes: Int, byzantine: Int = 0, seed: UInt64 = 1
  ) throws -> TestNetwork {
    let network = try createTestNetwork(nodes: nodes, byzantine: byzantine, seed: seed)
    try network.start()
    network.run(for: .seconds(10))
    return network
  }

  @Test func `E-N4 one call makes ten nodes, three of which lie, and seven agree none the less`()
    throws
  {
    let network = try createTestNetwork(nodes: 10, byzantine: 3)
    #expect(network.count == 10)
    #expect(network.map(\.isByzantine) == (0..<10).map { $0 >= 7 })
    #expect(network.allSatisfy { !$0.isRunning })
    try network.start()
    #expect(network.allSatisfy { $0.isRunning })
    network.submit(.put(key: [1], value: [2]))
    let isDone = network.run(for: .seconds(60)) {
      network.honest.allSatisfy { $0.replica.executed == 1 }
    }
    #expect(isDone)
    let roots = network.honest.map { network.cluster.stateRoots[$0.index] }
    #expect(Set(roots).count == 1)
    #expect(network.cluster.deeds(of: 7).told > 0, "the false neighbour lied")
  }

  @Test func `E-N1 a node that isn't started says and hears nothing`() throws {
    let network = try createTestNetwork(nodes: 4)
    for node in network.dropLast() { try node.start() }
    for node in network { try node.subscribe(to: "news") }
    network.run(for: .seconds(6))
    #expect(throws: Cluster.Untellable.down(3)) { try network[3].broadcast([1], on: "news") }
    try network[0].broadcast([1], on: "news")
    network.run(for: .seconds(2))
    #expect(network.map { $0.takeMessages().count } == [0, 1, 1, 0])
    network.run(for: .seconds(10))
    // What is older than the history of its neighbours it doesn't hear when it starts later.
    try network[3].start()
    network.run(for: .seconds(6))
    #expect(network[3].takeMessages().isEmpty)
    try network[1].broadcast([2], on: "news")
    network.run(for: .seconds(2))
    #expect(network[3].takeMessages().map(\.content) == [[2]])
  }

  @Test func `E-N1 a broadcast reaches all who subscribed to its topic, once, and nobody else`()
    throws
  {
    let network = try Self.started(25)
    for node in network where node.index.isMultiple(of: 2) { try node.subscribe(to: "even") }
    try network[3].subscribe(to: "odd")
    network.run(for: .seconds(3))
    // Its author is in the topic, or isn't.
    try network[0].broadcast([7], on: "even")
    try network[1].broadcast([8], on: "even")
    network.run(for: .seconds(3))
    for node in network {
      let heard = node.takeMessages()
      let contents = Set(heard.map(\.content))
      let isIn = node.index.isMultiple(of: 2)
      let expected: Set<[UInt8]> = !isIn ? [] : node.index == 0 ? [[8]] : [[7], [8]]
      #expect(contents == expected, "node \(node.index)")
      #expect(heard.count == expected.count, "node \(node.index)")
      #expect(heard.allSatisfy { $0.topic == "even" && $0.sender == Int($0.content[0]) - 7 })
    }
    try network[4].unsubscribe(from: "even")
    try network[0].broadcast([9], on: "even")
    network.run(for: .seconds(3))
    #expect(network[4].takeMessages().isEmpty)
    #expect(network[2].takeMessages().map(\.content) == [[9]])
  }

  @Test func `E-N1 what is sent to one node is heard by it alone, and handlers may answer`() throws
  {
    let network = try Self.started(4)
    let log = Log()
    network[2].onMessage { message in
      log.messages.append(message)
      try? network[2].send(message.content + [0], to: message.sender)
    }
    try network[0].send([5], to: 2)
    network.run(for: .seconds(1))
    #expect(log.messages.map(\.content) == [[5]])
    #expect(log.messages.map(\.sender) == [0])
    #expect(network[0].takeMessages().map(\.content) == [[5, 0]])
    #expect(network[1].takeMessages().isEmpty)
    #expect(network[3].takeMessages().isEmpty)
    #expect(throws: Cluster.Untellable.noSuchNode(4)) { try network[0].send([1], to: 4) }
    let limit = Note.contentLimit
    #expect(throws: Cluster.Untellable.tooLong(limit + 1)) {
      try network[0].send(Array(repeating: 0, count: limit + 1), to: 1)
    }
  }

  @Test func `E-N2 nodes discover each other from two that all know`() throws {
    let network = try createTestNetwork(nodes: 20)
    try network.start()
    #expect(network.allSatisfy { $0.peers.isEmpty && $0.neighbours.isEmpty })
    network[19].discoverPeers()
    network.run(for: .milliseconds(200))
    #expect(!network[19].peers.isEmpty)
    network.run(for: .seconds(15))
    for node in network {
      #expect(node.peers.count >= 8, "node \(node.index)")
      #expect(node.neighbours.count >= 6, "node \(node.index)")
      #expect(!node.peers.contains { $0.address.offset == node.index })
    }
  }

  @Test func `E-N2 what liars say of others spreads to nobody`() throws {
    var configuration = TestNetwork.Configuration(nodes: 16, byzantine: 5, seed: 2)
    configuration.adversaries = ["false-neighbour"]
    let network = try TestNetwork(configuration)
    try network.start()
    network.run(for: .seconds(60))
    let key = { (node: Int) in network.cluster.genesis.members.members[node].key }
    for node in network.honest {
      for record in node.peers {
        #expect(key(record.address.offset) == record.subject, "node \(node.index)")
      }
      #expect(node.peers.count { $0.address.offset < 11 } >= 6, "node \(node.index)")
    }
    #expect(network.byzantine.allSatisfy { network.cluster.deeds(of: $0.index).told > 0 })
  }

  @Test func `E-N3 liars can't change what others say, and are cut off for trying`() throws {
    let network = try Self.started(10, seed: 3)
    for node in network { try node.subscribe(to: "news") }
    network.run(for: .seconds(3))
    // They begin to lie when all is said at once, so that nobody has let go of them yet.
    network.cluster.cast(Casting("false-neighbour", machines: [7, 8, 9]))
    for number in 0..<70 { try network[number % 7].broadcast([UInt8(number), 77], on: "news") }
    network.run(for: .seconds(20))
    for node in network.prefix(7) {
      let heard = node.takeMessages()
      #expect(heard.count == 60, "node \(node.index)")
      #expect(heard.allSatisfy { $0.content.count == 2 && $0.content[1] == 77 })
      #expect(heard.allSatisfy { $0.sender == Int($0.content[0]) % 7 })
      #expect(node.neighbours.allSatisfy { $0.index < 7 }, "node \(node.index)")
    }
    for liar in 7..<10 { #expect(network.cluster.deeds(of: liar).told >= 60) }
  }

  @Test func `E-N1 what is sent to one node reaches it through a relay if need be`() throws {
    var configuration = TestNetwork.Configuration(nodes: 8, seed: 5)
    configuration.gossip.nat = 0.6
    configuration.gossip.symmetric = 1
    let network = try TestNetwork(configuration)
    try network.start()
    network.run(for: .seconds(5))
    for sender in network {
      for receiver in network where receiver.index != sender.index {
        try sender.send([UInt8(sender.index), UInt8(receiver.index)], to: receiver)
      }
    }
    network.run(for: .seconds(1))
    for node in network {
      let heard = node.takeMessages().sorted { $0.sender < $1.sender }
      #expect(heard.map(\.sender) == (0..<8).filter { $0 != node.index })
      #expect(heard.allSatisfy { $0.content == [UInt8($0.sender), UInt8(node.index)] })
    }
  }

  @Test func `E-N2 whoever loses its neighbours finds others`() throws {
    let network = try Self.started(30)
    network.run(for: .seconds(10))
    for node in network.dropFirst(6) { node.stop() }
    #expect(network.prefix(6).contains { $0.neighbours.count < 4 })
    network.run(for: .seconds(60))
    for node in network.prefix(6) {
      #expect(node.neighbours.count >= 4, "node \(node.index)")
    }
  }

  @Test func `E-N3 latency, loss and partitions are set while it runs`() throws {
    let network = try Self.started(6)
    // Latency.
    network.conditions.quality.latency = .fixed(400_000)
    let sent = network.now
    try network[0].send([1], to: 1)
    network.run(for: .seconds(1))
    #expect(network[1].takeMessages().map(\.time) == [sent + .milliseconds(400)])
    network.conditions.quality.latency = .fixed(10_000)
    // Loss of one node's links, and of all.
    network[2].setConditions(LinkQuality(latency: .fixed(10_000), loss: 1))
    try network[0].send([2], to: 2)
    try network[0].send([2], to: 3)
    network.run(for: .seconds(1))
    #expect(network[2].takeMessages().isEmpty)
    #expect(network[3].takeMessages().count == 1)
    network[2].setConditions(nil)
    try network[0].send([3], to: 2)
    network.run(for: .seconds(1))
    #expect(network[2].takeMessages().map(\.content) == [[3]])
    // Groups.
    network.partition([[0, 1], [2, 3, 4, 5]])
    try network[0].send([4], to: 2)
    try network[0].send([4], to: 1)
    network.run(for: .seconds(1))
    #expect(network[2].takeMessages().isEmpty)
    #expect(network[1].takeMessages().count == 1)
    network.submit(.put(key: [1], value: [1]))
    network.run(for: .seconds(20))
    #expect(network.allSatisfy { $0.replica.executed == 0 }, "neither side has a quorum")
    network.heal()
    let isDone = network.run(for: .seconds(60)) {
      network.allSatisfy { $0.replica.executed == 1 }
    }
    #expect(isDone)
  }

  @Test func `the same seed gives the same, and another something else`() throws {
    func story(_ seed: UInt64) throws -> [TestMessage] {
      let network = try Self.started(12, byzantine: 3, seed: seed)
      for node in network { try node.subscribe(to: "news") }
      network.run(for: .seconds(2))
      try network[0].broadcast([1], on: "news")
      network.run(for: .seconds(3))
      return network.flatMap { $0.takeMessages() }
    }
    let first = try story(1)
    #expect(!first.isEmpty)
    #expect(try story(1) == first)
    #expect(try story(2) != first)
  }

  @Test func `a network that can't be is refused, with what would be right`() {
    #expect(throws: TestNetwork.Impossible.nodes(0)) { try createTestNetwork(nodes: 0) }
    #expect(throws: TestNetwork.Impossible.byzantine(5, of: 4)) {
      try createTestNetwork(nodes: 4, byzantine: 5)
    }
    #expect(throws: TestNetwork.Impossible.adversary("nobody")) {
      var configuration = TestNetwork.Configuration(nodes: 4, byzantine: 1)
      configuration.adversaries = ["nobody"]
      _ = try TestNetwork(configuration)
    }
  }

  @Test func `there can be as many topics as nodes remember, and no more`() throws {
    let network = try createTestNetwork(nodes: 1)
    for number in 0..<TestNetwork.topicLimit { try network[0].subscribe(to: "\(number)") }
    #expect(throws: TestNetwork.Unusable.tooManyTopics) {
      try network[0].subscribe(to: "another")
    }
  }
}
