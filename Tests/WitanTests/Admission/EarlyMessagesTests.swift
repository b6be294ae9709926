import Testing
import WitanCrypto

@testable import Witan

@Suite("Messages that come early")
struct EarlyMessagesTests {
  let council: Council

  init() throws { council = try Council(4) }

  private func vote(_ view: View, _ sequence: SequenceNumber, by id: ReplicaID) throws -> Verified<
    Message
  > {
    try council.verifier.verify(
      .prepare(
        council.say(.prepare, by: id, view: view, sequence: sequence, digest: .zero)))
  }

  private func proposal(_ sequence: SequenceNumber, bytes: Int) throws -> Verified<Message> {
    let client = council.client()
    let requests = stride(from: 0, to: bytes, by: 60_000).map { offset in
      Request(
        number: UInt64(offset), expiry: 9,
        operations: [Array(repeating: 1, count: min(60_000, bytes - offset))], signer: client,
        chain: council.chain)
    }
    let block = Block(
      height: sequence, previous: .zero, proposer: 0, timestamp: 0, epoch: 0, requests: requests)
    return try council.verifier.verify(
      .prePrepare(
        Sealed(
          .prePrepare, block, epoch: 0, sequence: sequence, by: 0, with: council.signer(0),
          chain: council.chain)))
  }

  @Test("They come out once, peer by peer in the order of arrival")
  func drain() throws {
    var early = EarlyMessages(peers: 4, parameters: Parameters())
    #expect(early.isEmpty)
    for (view, id) in [(5, 2), (3, 1), (4, 2)] as [(View, ReplicaID)] {
      #expect(early.keep(try vote(view, 1, by: id), from: Seat(Int(id.rawValue))) == true)
    }
    #expect(!early.isEmpty)
    #expect(early.drain().compactMap { $0.value.signed?.statement.view } == [3, 5, 4])
    #expect(early.isEmpty && early.drain().isEmpty)
  }

  @Test("A peer keeps no more than its quota, and takes nothing of another's")
  func quota() throws {
    var parameters = Parameters()
    parameters.checkpointInterval = 4
    parameters.window = 8
    var early = EarlyMessages(peers: 4, parameters: parameters)
    var kept = 0
    for view in (1...100).map({ View($0) }) {
      if early.keep(try vote(view, 1, by: 1), from: Seat(1)) { kept += 1 }
    }
    #expect(kept == 24)
    #expect(early.keep(try vote(1, 1, by: 2), from: Seat(2)) == true)
    #expect(early.drain().count == 25)
    #expect(early.keep(try vote(1, 1, by: 1), from: Seat(1)) == true, "the quota comes back")
  }

  @Test("Blocks are bounded by their bytes")
  func bytes() throws {
    var early = EarlyMessages(peers: 4, parameters: Parameters())
    var kept = 0
    for sequence in UInt64(1)...10
    where early.keep(try proposal(SequenceNumber(sequence), bytes: 1_000_000), from: Seat(0)) {
      kept += 1
    }
    #expect(kept == 2)
    #expect(early.keep(try vote(1, 1, by: 1), from: Seat(1)) == true)
  }

  @Test("What is said again takes no room")
  func repetition() throws {
    var early = EarlyMessages(peers: 4, parameters: Parameters())
    #expect(early.keep(try vote(1, 1, by: 1), from: Seat(1)) == true)
    for _ in 0..<1_000 { #expect(early.keep(try vote(1, 1, by: 1), from: Seat(1)) == false) }
    #expect(early.keep(try vote(1, 2, by: 1), from: Seat(1)) == true)
    #expect(early.drain().count == 2)
  }
}
