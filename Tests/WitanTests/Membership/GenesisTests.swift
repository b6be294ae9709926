import Testing
import WitanCrypto

@testable import Witan

/// What no network can begin with is refused, with the reason and what would be right.
@Suite struct GenesisTests {
  private let authority = SimulatedAuthority(seed: 1)

  private func member(_ id: UInt32, key: UInt64? = nil, power: VotingPower = 1) -> Member {
    Member(
      id: ReplicaID(id), key: authority.signer(key ?? UInt64(id)).publicKey, power: power)
  }

  private func reason(
    members: [Member]? = nil, name: String = "x", application: [UInt8] = [],
    _ change: (inout Parameters) -> Void = { _ in }
  ) -> String? {
    var parameters = Parameters()
    change(&parameters)
    do throws(ImpossibleGenesis) {
      _ = try Genesis(
        name: name, members: members ?? [member(0)], parameters: parameters,
        application: application)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("Members that can't form an epoch")
  func members() {
    #expect(reason(members: []) == "there are no members; name at least one")
    #expect(
      reason(members: [member(0), member(1, power: 0)])
        == "r1 has a weight of 0; give it at least 1, or leave it out")
    let large = VotingPower(VotingPower.totalLimit.rawValue)
    #expect(reason(members: [member(0, power: large)]) == nil)
    let overflow = "the weights add up to more than 4611686018427387903; scale them down"
    #expect(reason(members: [member(0, power: large), member(1)]) == overflow)
    #expect(reason(members: [member(0, power: VotingPower(.max)), member(1)]) == overflow)
    #expect(
      reason(members: (0..<4).map { member($0, power: VotingPower(1 << 63)) }) == overflow)
    #expect(
      reason(members: [member(0), member(7, key: 0)])
        == "r7 has another member's key; give each member a key of its own")
    #expect(
      reason(members: [member(3), member(0), member(3, key: 9)])
        == "r3 is named twice; give each member a name of its own")
    #expect(
      reason(members: (0..<4_097).map { member($0) })
        == "4097 members are too many; at most 4096 can serve in an epoch")
  }

  @Test("A name or data that are too long")
  func texts() {
    #expect(reason(name: String(repeating: "n", count: 256)) == nil)
    #expect(
      reason(name: String(repeating: "é", count: 129))
        == "the name has 258 bytes; at most 256 are allowed")
    #expect(reason(application: Array(repeating: 0, count: 65_536)) == nil)
    #expect(
      reason(application: Array(repeating: 0, count: 65_537))
        == "the application's data has 65537 bytes; at most 65536 are allowed")
  }

  @Test("Checkpoints, windows and epochs that don't fit each other")
  func spans() {
    let interval = "checkpointInterval must be from 1 to 65536 sequences"
    #expect(reason { $0.checkpointInterval = 0 } == interval)
    #expect(reason { $0.checkpointInterval = 65_537 } == interval)
    #expect(reason { $0.checkpointInterval = .max } == interval)
    let window = "window must be at least two checkpoint intervals and at most 65536"
    #expect(reason { $0.window = 128 } == nil)
    #expect(reason { $0.window = 127 } == window)
    #expect(reason { $0.window = 0 } == window)
    #expect(reason { $0.window = 65_537 } == window)
    let epoch = "epochLength must be a multiple of checkpointInterval, or 0 for never"
    #expect(reason { $0.epochLength = 640 } == nil)
    #expect(reason { $0.epochLength = 1 } == epoch)
    #expect(reason { $0.epochLength = .max } == epoch)
  }

  @Test("Limits of blocks, requests and replies that can't be kept")
  func limits() {
    let requests = "blockRequestLimit must be from 1 to 65536"
    #expect(reason { $0.blockRequestLimit = 0 } == requests)
    #expect(reason { $0.blockRequestLimit = 65_537 } == requests)
    let bytes = "blockByteLimit must be from 1 to 8388608 bytes"
    #expect(reason { $0.blockByteLimit = 0 } == bytes)
    #expect(reason { $0.blockByteLimit = 8_388_609 } == bytes)
    let request = "requestByteLimit must be from 1 to blockByteLimit"
    #expect(reason { $0.requestByteLimit = 0 } == request)
    #expect(reason { $0.blockByteLimit = 65_535 } == request)
    let reply = "replyByteLimit must be from 1 to 65536 bytes"
    #expect(reason { $0.replyByteLimit = 0 } == reply)
    #expect(reason { $0.replyByteLimit = 65_537 } == reply)
  }

  @Test("Sessions that no journal could hold, or that are forgotten too early or too late")
  func sessions() {
    let limit =
      "sessionLimit must be from 1 to 1048576, and that many sessions with replies of "
      + "replyByteLimit must fit in 2^30 bytes"
    #expect(reason { $0.sessionLimit = 0 } == limit)
    #expect(reason { $0.sessionLimit = 1_048_577 } == limit)
    #expect(reason { ($0.sessionLimit, $0.replyByteLimit) = (16_384, 65_536) } == limit)
    #expect(reason { ($0.sessionLimit, $0.replyByteLimit) = (16_384, 65_450) } == nil)
    #expect(reason { ($0.sessionLimit, $0.replyByteLimit) = (1_048_576, 900) } == nil)
    let horizon = "sessionHorizon must be from window to 2^40 sequences"
    #expect(reason { $0.sessionHorizon = 127 } == horizon)
    #expect(reason { $0.sessionHorizon = 128 } == nil)
    #expect(reason { $0.sessionHorizon = 1 << 40 + 1 } == horizon)
  }

  @Test("Patience that contradicts itself")
  func patience() {
    let patience =
      "patience must be at least patienceFloor (itself above 0) and at most patienceCeiling, "
      + "and that at most a day"
    #expect(reason { ($0.patienceFloor, $0.batchDelay) = (0, 0) } == patience)
    #expect(reason { $0.patience = .milliseconds(199) } == patience)
    #expect(reason { $0.patience = .seconds(121) } == patience)
    #expect(reason { $0.patienceCeiling = .seconds(86_401) } == patience)
    #expect(reason { $0.patienceCeiling = Micros(.max) } == patience)
    #expect(
      reason { $0.batchDelay = .milliseconds(201) } == "batchDelay must be at most patienceFloor")
  }

  @Test("One that was written by others is refused for the same reasons when it is read")
  func reading() throws {
    var genesis = try Network(2).genesis.encoded
    let window = Parameters().window.littleEndian
    let bytes = withUnsafeBytes(of: window) { Array($0) }
    let place = try #require(
      genesis.indices.dropLast(8).first { Array(genesis[$0..<$0 + 8]) == bytes })
    genesis[place] = 1
    #expect(
      throws: Malformed.impossible(.parameter(.window)), "the window is too small"
    ) { try Genesis(decoding: genesis) }

    var writer = ByteWriter()
    writer.write([member(0), member(1, power: 0)])
    #expect(throws: Malformed.impossible(.membership(.zeroPower(1)))) {
      try Membership(decoding: writer.bytes)
    }
    #expect(throws: Malformed.impossible(.membership(.empty))) {
      try Membership(decoding: [0, 0, 0, 0])
    }
    writer.reset()
    writer.write([member(1), member(0)])
    #expect(throws: Malformed.notCanonical("membership")) {
      try Membership(decoding: writer.bytes)
    }
  }

  @Test("A name that isn't UTF-8 is refused when it is read")
  func names() throws {
    var genesis = try Network(1).genesis.encoded
    genesis[5] = 0xff
    #expect(throws: Malformed.invalid("genesis' name")) { try Genesis(decoding: genesis) }
  }

  @Test("Every field counts for the network's identity")
  func identity() throws {
    let members = [member(0), member(1)]
    var parameters = Parameters()
    parameters.batchDelay = 1
    let all = try [
      Genesis(name: "a", members: members), Genesis(name: "b", members: members),
      Genesis(name: "a", members: [member(0), member(1, power: 2)]),
      Genesis(name: "a", members: members, parameters: parameters),
      Genesis(name: "a", members: members, applicationRoot: SHA256.hash([])),
      Genesis(name: "a", members: members, application: [0]),
      Genesis(name: "a", members: members, timestamp: 1),
    ]
    #expect(Set(all.map(\.digest)).count == all.count)
    #expect(
      try Genesis(name: "a", members: members.reversed()).digest == all[0].digest,
      "the order in which members are named makes no difference")
  }
}
