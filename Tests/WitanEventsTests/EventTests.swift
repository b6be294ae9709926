import Testing
import Witan
import WitanDraw

@testable import WitanEvents

@Suite struct EventTests {
  @Test func `an event is 32 bytes, in memory and written`() {
    #expect(MemoryLayout<Event>.size == 32 && MemoryLayout<Event>.stride == 32)
    var writer = ByteWriter()
    Event(.blockReceived, at: 1).encode(to: &writer)
    #expect(writer.bytes.count == Event.byteCount)
  }

  /// Whoever reads an old file must find the same in it: a change here needs another version.
  @Test func `bytes and numbers are those of version 1`() {
    #expect(EventLog.version == 1)
    var writer = ByteWriter()
    Event(
      .attestationReceived, at: Micros(0x0102), slot: 3, actor: Party(4), subject: Party(5),
      value: 6, detail: 7, hops: 8
    ).encode(to: &writer)
    #expect(
      writer.bytes == [
        2, 1, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 12, 7,
        8, 0,
      ])
    #expect(
      EventKind.allCases.map(\.name) == [
        "SIMULATION_START", "SIMULATION_END", "EPOCH_START", "EPOCH_END", "SLOT_START", "SLOT_END",
        "COMMITTEE_SELECTED", "COMMITTEE_MEMBER", "PROPOSER_ASSIGNED", "BLOCK_PROPOSED",
        "BLOCK_RECEIVED_P2P", "ATTESTATION_CREATED", "ATTESTATION_RECEIVED_P2P",
        "ATTESTATION_RECEIVED_L1", "L1_SUBMISSION", "L1_FINALIZED", "NODE_ONLINE", "NODE_OFFLINE",
        "MESSAGE_DROPPED", "L2_PENDING_BLOCK_PROCESSED", "L2_PROVEN_BLOCK_PROCESSED",
        "L2_FINALIZED_BLOCK", "CALL_REFUSED", "L1_BLOCK", "L1_REORGANISED", "TX_SUBMITTED",
        "PROOF_STARTED", "PROOF_FINISHED", "WORLD_STATE_ADVANCED", "BLOCK_PREPARED",
        "BLOCK_VERIFIED", "SIGNATURES_COLLECTED", "REWARD_PAID", "SLASHED", "EQUIVOCATION_SEEN",
        "PARTITION_CHANGED", "PRESENCE_DECLARED", "SEQUENCER_AVAILABLE", "PROPOSAL_COMMITTED",
        "LEADER_SELECTED", "BLOCK_REVEALED", "ROUND_FAILED", "NODE_SYNCED", "L1_FEE_PAID",
      ])
  }

  @Test func `events come out in the order of time, and of one instant in that in which they came`()
  {
    for seed in UInt64(0)..<40 {
      var draw = Draw(seed: seed)
      let reach: UInt64 = [1, 10, 5_000, 40_000_000_000][Int(seed % 4)]
      let events = (0..<UInt64(draw.integer(in: 0...400))).map { number in
        Event(.slotStart, at: Micros(1_000 + draw.integer(in: 0...reach)), value: number)
      }
      var sorter = EventSorter()
      var released: [Event] = []
      for event in events { sorter.record(event) }
      let middle = Micros(1_000 + reach / 2)
      sorter.release(before: middle) { released += $0 }
      #expect(released.allSatisfy { $0.time < middle })
      sorter.release(before: Micros(.max)) { released += $0 }
      // Numbers were given in the order of recording.
      let expected = events.sorted {
        $0.time == $1.time ? $0.value < $1.value : $0.time < $1.time
      }
      #expect(released == expected)
    }
  }

  @Test func `a log gives back what was put in, across its pieces`() {
    var log = EventLog()
    let events = (0..<40_000).map { Event(.slotStart, at: Micros(UInt64($0)), value: UInt64($0)) }
    log.append(contentsOf: events[..<1])
    log.append(contentsOf: events[1..<33_000])
    log.append(contentsOf: events[33_000...])
    #expect(log.count == events.count && log.elementsEqual(events))
    #expect(log[16_384].value == 16_384)
  }
}
