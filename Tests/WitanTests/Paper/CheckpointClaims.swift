import Testing
import WitanCrypto

@testable import Witan

/// What the papers claim of garbage collection: OSDI '99 §4.3, TOCS '02 §4.4.
@Suite("The papers: garbage collection")
struct CheckpointClaims {
  private func after(_ count: UInt64) throws -> Stage {
    var stage = try Stage()
    for number in 1...count {
      try stage.submit(stage.request(number))
      stage.run()
    }
    return stage
  }

  @Test("OSDI §4.3: a checkpoint is taken when a sequence divisible by some constant was executed")
  func everyK() throws {
    let stage = try after(13)
    for index in 0...3 {
      #expect(stage.said(.checkpoint, by: index).map(\.statement.sequence) == [4, 8, 12])
    }
  }

  @Test(
    "OSDI §4.3: a checkpoint with a proof is stable; the proof is 2f + 1 signed checkpoint messages"
  )
  func stableByProof() throws {
    let stage = try after(4)
    let certificate = try #require(stage[3].stableCheckpoint)
    #expect(certificate.sequence == 4)
    #expect(certificate.signatures.seats.count >= 3)
    #expect(stage[0].verifier.fault(of: certificate) == nil)
  }

  @Test("OSDI §4.3: with a stable checkpoint everything at or below it is discarded")
  func discarded() throws {
    let stage = try after(16)
    for player in stage.players {
      let sequences = player.disk.compacted.compactMap { record -> SequenceNumber? in
        switch record {
        case .accepted(let proposal): proposal.statement.sequence
        case .locked(let lock): lock.header.height
        case .decided(let certificate): certificate.sequence
        default: nil
        }
      }
      #expect(sequences.allSatisfy { $0 > 16 })
      #expect(player.replica.checkpoints.votes(of: Seat(0)).isEmpty)
      #expect(player.host.snapshot(at: 4) == nil && player.host.snapshot(at: 16) != nil)
    }
  }

  @Test("OSDI §4.3: the low watermark is the last stable checkpoint's sequence, and moves with it")
  func theLowWatermarkMoves() throws {
    var stage = try after(8)
    #expect(stage[3].window.low == 8)
    #expect(stage[3].window.high == SequenceNumber(8 + stage.genesis.parameters.window))
    let old = stage.blocks(8...8)[0]
    #expect(stage.give(stage.propose(old, by: 0), to: 3) == .staleSequence)
  }

  @Test("OSDI §4.3: the window is large enough that replicas don't stall for a checkpoint")
  func theWindowIsLarger() {
    var parameters = Parameters()
    #expect(parameters.fault == nil)
    parameters.window = 2 * parameters.checkpointInterval - 1
    #expect(parameters.fault == .parameter(.window))
  }

  @Test("TOCS §4.4: a checkpoint covers the service's state and the clients' last replies")
  func whatACheckpointCovers() throws {
    var one = try Stage()
    var other = try Stage()
    for number in UInt64(1)...4 {
      try one.submit(one.request(number, by: 0))
      try other.submit(other.request(number, by: number == 4 ? 1 : 0))
      one.run()
      other.run()
    }
    let summaries = try [one, other].map { try #require($0[0].stableCheckpoint).summary }
    #expect(summaries[0].sessionsRoot != summaries[1].sessionsRoot)
    #expect(summaries[0].applicationRoot != summaries[1].applicationRoot)
  }

  @Test(
    "TOCS §4.4: whoever is behind a stable checkpoint fetches the state, and the replies with it")
  func fetched() throws {
    var stage = try Stage()
    stage.carries = { $0.to != 3 && $0.from != 3 }
    let last = stage.request(40)
    for number in UInt64(1)...40 {
      try stage.submit(number == 40 ? last : stage.request(number), to: [0, 1, 2])
      stage.run()
    }
    stage.carries = { _ in true }
    stage.elapse(.seconds(30))
    #expect(stage[3].executed == 40)
    stage.handle(.request(try stage[3].verifier.verify(last)), at: 3)
    #expect(stage.results(for: last, from: 3) == [.result([1])])
  }
}
