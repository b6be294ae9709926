import Witan
import WitanCrypto
import WitanSimulation

/// What the adversary makes up without looking at the replica: requests, and a state that nobody executed.
struct Libel: Sendable {
  private let town: Town

  init(_ town: Town) { self.town = town }

  /// All but the replica under attack.
  static let peers = [1, 2, 3]

  func request(
    client: Int, number: UInt64, operation: Int, after executed: SequenceNumber
  ) -> Request {
    Request(
      number: number, expiry: executed.advanced(by: town.genesis.parameters.sessionHorizon / 2),
      operations: [self.operation(operation).bytes], signer: town.client(UInt64(client)),
      chain: town.chain)
  }

  private func operation(_ operation: Int) -> KeyValueStore.Operation {
    switch operation {
    case 0...3: .put(key: [UInt8(operation)], value: Array(repeating: 7, count: operation * 9))
    case 4: .get(key: [1])
    case 5: .reconfigure(members(weighing: [1, 2, 1, 1]))
    case 6: .reconfigure(Array(members(weighing: [1, 1, 1, 1]).prefix(3)))
    default: .impossible
    }
  }

  private func members(weighing weights: [UInt64]) -> [Member] {
    zip(town.members.members, weights).map { member, weight in
      Member(id: member.id, key: member.key, power: VotingPower(weight))
    }
  }

  // MARK: A state

  /// The bytes of a session table without sessions.
  static let sessions: [UInt8] = [0, 0, 0, 0]

  /// The state of a store in which nothing ever happened, though at this height and after this block.
  func summary(
    at height: SequenceNumber, after block: Digest, epoch: Epoch, members: Membership
  ) -> CheckpointSummary {
    CheckpointSummary(
      sequence: height, lastBlock: block, timestamp: Micros(height.rawValue & 0xFFFF),
      applicationRoot: StateMachineHost.root(of: KeyValueStore()), applicationChunks: 1,
      sessionsRoot: ChunkTree(Self.sessions).root, sessionChunks: 1, epoch: epoch,
      members: members.digest)
  }

  /// A piece of that state, or of none.
  func chunk(_ index: Int, isTrue: Bool) -> StateChunk {
    var bytes = index == 0 ? Self.sessions : KeyValueStore().snapshot
    if !isTrue { bytes.append(1) }
    let address: ChunkAddress =
      index == 0 ? .sessions(0) : .application(index == 1 ? 0 : .max)
    return StateChunk(address: address, bytes: bytes, proof: [])
  }
}
