import Testing
import WitanCrypto

@testable import Witan
@testable import WitanSimulation

/// What happened in a short run without faults, to be shown to checkers as it was, or with one thing changed.
struct Recording: Sendable {
  let vantage: Vantage
  let happenings: [Happening]
  let clients: [Signer]
  let members: [Signer]

  /// Four replicas, twenty blocks and a checkpoint every four; replica 3 is killed and started again on the way.
  static let usual = try? Recording()

  private init() throws {
    let seed: UInt64 = 11
    var configuration = Cluster.Configuration(replicas: 4, seed: seed)
    configuration.parameters.checkpointInterval = 4
    configuration.parameters.window = 16
    configuration.clients = 2
    configuration.watch = Oracle.watch
    var cluster = try Cluster(configuration)
    vantage = Vantage(of: cluster)
    let authority = SimulatedAuthority(seed: seed)
    members = (0..<4).map { authority.signer($0) }
    clients = (4..<6).map { authority.signer($0) }
    var happenings: [Happening] = []
    for round in 0..<12 {
      if round == 6 { cluster.crash(3) }
      if round == 7 { _ = cluster.restart(3 as Int) }
      let key = [UInt8(round % 3)]
      let tag = UInt64(round)
      for client in 0..<2 {
        let value = [UInt8(round), UInt8(client)]
        cluster.ask(
          client,
          .submit(tag: tag, operations: [KeyValueStore.Operation.put(key: key, value: value).bytes])
        )
      }
      cluster.run(for: .milliseconds(500))
      let get = KeyValueStore.Operation.get(key: key).bytes
      cluster.ask(0, .read(tag: 100 + tag, question: key, .fast(operation: get)))
      cluster.ask(1, .read(tag: 100 + tag, question: key, .certified(since: 4)))
      cluster.run(for: .milliseconds(500))
      happenings += cluster.takeHappenings()
    }
    self.happenings = happenings
  }

  /// What an oracle finds, when each happening is replaced by what `change` makes of it.
  func findings(
    faulty: NodeSet = [], _ change: (Happening) -> [Happening] = { [$0] }
  ) -> [Violation] {
    var vantage = vantage
    vantage.distrust(faulty)
    var oracle = Oracle(vantage)
    for happening in happenings {
      for changed in change(happening) { oracle.observe(changed) }
    }
    return oracle.violations
  }

  /// The same with other words for the first happening of which `change` makes something.
  func findings(
    faulty: NodeSet = [], once change: (Happening) -> [Happening.Event]?
  ) -> [Violation] {
    var isDone = false
    let found = findings(faulty: faulty) { happening in
      guard !isDone, let events = change(happening) else { return [happening] }
      isDone = true
      return events.map { Happening(time: happening.time, node: happening.node, event: $0) }
    }
    #expect(isDone, "nothing was changed")
    return found
  }

  /// The block of the recording at a sequence.
  func block(at sequence: SequenceNumber) -> Block? {
    for happening in happenings {
      if case .validated(let block, .valid) = happening.event, block.header.height == sequence {
        return block
      }
    }
    return nil
  }

  /// Another block in the place of one.
  func other(than header: BlockHeader, previous: Digest? = nil) -> Block {
    Block(
      height: header.height, previous: previous ?? header.previous, proposer: header.proposer,
      timestamp: header.timestamp + 1, epoch: header.epoch, requests: [])
  }

  /// The last statement of a kind that a machine made, and all that it said until then.
  func lastSaid(_ kind: StatementKind, by node: Int) -> SignedStatement? {
    var last: SignedStatement?
    for happening in happenings where happening.node == node {
      if case .sent(let message, _) = happening.event, let signed = message.signed,
        signed.statement.kind == kind, signed.signer.rawValue == UInt32(node)
      {
        last = signed
      }
    }
    return last
  }

  /// What an oracle finds when something more is told at the end.
  func findings(faulty: NodeSet = [], after events: [(node: Int, event: Happening.Event)])
    -> [Violation]
  {
    var vantage = vantage
    vantage.distrust(faulty)
    var oracle = Oracle(vantage)
    for happening in happenings { oracle.observe(happening) }
    for (node, event) in events {
      oracle.observe(Happening(time: .seconds(60), node: node, event: event))
    }
    return oracle.violations
  }

  /// A statement signed by a member.
  func sign(_ statement: Statement, by node: Int) -> SignedStatement {
    statement.signed(
      by: ReplicaID(UInt32(node)), with: members[node], chain: vantage.genesis.digest)
  }
}

extension Execution {
  /// The same of another block, or with other requests.
  func changed(block: Block? = nil, requests: [Request]? = nil) -> Execution {
    Execution(
      of: block ?? self.block, running: requests ?? self.requests, isCheckpoint: isCheckpoint,
      mayEndEpoch: mayEndEpoch)
  }
}

extension Happening {
  /// What was executed, if this is that, at a sequence on a machine.
  func execution(at sequence: SequenceNumber? = nil, on node: Int) -> Execution? {
    guard self.node == node, case .executed(let execution) = event,
      sequence == nil || execution.sequence == sequence
    else { return nil }
    return execution
  }
}
