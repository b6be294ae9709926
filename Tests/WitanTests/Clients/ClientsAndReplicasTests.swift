import Testing
import Witan
import WitanCrypto
import WitanSimulation

@Suite("Clients and replicas")
struct ClientsAndReplicasTests {
  private func put(_ key: UInt8, _ value: UInt8) -> [[UInt8]] {
    [KeyValueStore.Operation.put(key: [key], value: [value]).bytes]
  }

  private func get(_ key: UInt8) -> [UInt8] { KeyValueStore.Operation.get(key: [key]).bytes }

  @Test("A bundle is executed and told by a quorum, and each tag ends once")
  func executed() throws {
    var town = try Town()
    for tag in UInt64(1)...20 { town.ask(.submit(tag: tag, operations: put(1, UInt8(tag)))) }
    #expect(town.wait(for: 20) == .executed([19], at: 20))
    town.run(for: .seconds(5))
    #expect(town.completions.count == 20)
    #expect(town.completions.values.allSatisfy { $0.count == 1 })
    #expect(town.requestsSent == 21, "a sounding, then each once")
    #expect(town.hosts.allSatisfy { $0.machine.count == 20 })
  }

  @Test("A mute leader is replaced, and nothing runs twice", arguments: [0, 3])
  func muteReplica(index: Int) throws {
    var town = try Town()
    town.mute = [index]
    for tag in UInt64(1)...5 { town.ask(.submit(tag: tag, operations: put(1, UInt8(tag)))) }
    #expect(town.wait(for: 5) == .executed([4], at: 5))
    for other in town.hosts.indices where other != index {
      #expect(town.hosts[other].machine.count == 5)
    }
  }

  @Test("When all replies are lost at first, repeating the request brings the first run's result")
  func lostReplies() throws {
    var town = try Town()
    town.ask(.submit(tag: 1, operations: put(1, 1)))
    _ = town.wait(for: 1)
    town.passes = { if case .client(.reply) = $0 { false } else { true } }
    town.ask(.submit(tag: 2, operations: put(1, 2)))
    town.run(for: .milliseconds(500))
    #expect(town.hosts.allSatisfy { $0.machine.count == 2 })
    town.passes = { _ in true }
    #expect(town.wait(for: 2) == .executed([1], at: 2))
    #expect(town.hosts.allSatisfy { $0.machine.count == 2 })
  }

  @Test("A fast read sees every write that finished, and needs one round trip")
  func fastRead() throws {
    var town = try Town()
    for tag in UInt64(1)...5 {
      town.ask(.submit(tag: tag, operations: put(1, UInt8(tag))))
      guard case .executed(_, let sequence)? = town.wait(for: tag) else {
        Issue.record("the write didn't finish")
        return
      }
      town.run(for: .milliseconds(50))
      let asked = town.now
      town.ask(.read(tag: 100 + tag, question: [1], .fast(operation: get(1))))
      #expect(town.wait(for: 100 + tag) == .answered([UInt8(tag)], at: sequence))
      #expect(town.now - asked == Town.latency * 2)
    }
  }

  @Test("With a leader that lies low, one replica cut off, a fast read ends as an ordered one")
  func blockedRead() throws {
    var town = try Town()
    town.ask(.submit(tag: 1, operations: put(1, 7)))
    _ = town.wait(for: 1)
    town.mute = [3]
    // Replica 2 answers no query, so that two of four do.
    town.passes = { if case .query(_, to: 2) = $0 { false } else { true } }
    town.ask(.read(tag: 2, question: [1], .fast(operation: get(1))))
    #expect(town.wait(for: 2) == .answered([7], at: 2))
  }

  @Test("A certified read proves its value from one replica, once a checkpoint has it")
  func certifiedRead() throws {
    var parameters = Parameters()
    parameters.checkpointInterval = 4
    parameters.window = 8
    var town = try Town(parameters: parameters)
    for tag in UInt64(1)...4 {
      town.ask(.submit(tag: tag, operations: put(1, UInt8(tag))))
      _ = town.wait(for: tag)
    }
    town.run(for: .milliseconds(100))
    town.ask(.read(tag: 10, question: [1], .certified(since: 4)))
    #expect(
      town.wait(for: 10) == .answered(KeyValueStore.Finding.value([4]).bytes, at: 4))
    town.ask(.read(tag: 11, question: [2], .certified(since: 4)))
    #expect(town.wait(for: 11) == .answered(KeyValueStore.Finding.absent.bytes, at: 4))
    town.ask(.read(tag: 12, question: [1], .certified(since: 5)))
    #expect(town.wait(for: 12) == .unanswered(.notYetCertified))
  }

  @Test("Requests that expire while nobody answers are signed anew and run once")
  func expiry() throws {
    var parameters = Parameters()
    parameters.checkpointInterval = 4
    parameters.window = 8
    parameters.sessionHorizon = 16
    var town = try Town(parameters: parameters)
    town.ask(.submit(tag: 1, operations: put(1, 1)))
    _ = town.wait(for: 1)
    // The client's next request reaches nobody, while another client's move the order on.
    let own = town.council.client().publicKey
    town.passes = { event in
      if case .request(let request, _) = event { request.client != own } else { true }
    }
    town.ask(.submit(tag: 2, operations: put(2, 2)))
    let other = town.council.client(1)
    for number in UInt64(1)...8 {
      town.order(
        Request(
          number: number, expiry: SequenceNumber(number + 8), operations: put(3, UInt8(number)),
          signer: other, chain: town.council.chain))
      town.run(for: .milliseconds(60))
    }
    #expect(town.replicas[0].executed == 9)
    town.passes = { _ in true }
    guard case .executed([], _)? = town.wait(for: 2) else {
      Issue.record("\(String(describing: town.completions[2]))")
      return
    }
    town.run(for: .seconds(1))
    #expect(town.hosts.allSatisfy { $0.machine.count == 10 })
  }

  @Test("A client that knows the genesis alone follows the members through epochs")
  func reconfiguration() throws {
    var parameters = Parameters()
    parameters.checkpointInterval = 4
    parameters.window = 8
    parameters.epochLength = 4
    var town = try Town(parameters: parameters)
    let heavier = town.council.members.members.map {
      Member(id: $0.id, key: $0.key, power: 2)
    }
    town.ask(
      .submit(tag: 1, operations: [KeyValueStore.Operation.reconfigure(heavier).bytes]))
    for tag in UInt64(2)...9 {
      town.ask(.submit(tag: tag, operations: put(1, UInt8(tag))))
      guard case .executed? = town.wait(for: tag) else {
        Issue.record("\(tag): \(String(describing: town.completions[tag]))")
        return
      }
    }
    #expect(town.session.light.epoch > 0)
    #expect(town.session.members.quorum.total == 8)
    town.run(for: .seconds(1))
    #expect(town.hosts.allSatisfy { $0.machine.count == 9 })
  }
}
