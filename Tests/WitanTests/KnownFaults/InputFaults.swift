import Testing
import WitanCrypto
import WitanSimulation

@testable import Witan

/// F38–F40, F42 and F43: hostile bytes and numbers. Each test says what change in the core turns it red.
@Suite("Known faults: input")
struct InputFaults {
  /// One frame of every kind that replicas said in a run with a view change and a state transfer.
  private func frames() throws -> (stage: Stage, frames: [[UInt8]]) {
    var stage = try Stage()
    stage.carries = { $0.to != 3 && $0.from != 3 }
    for number in UInt64(1)...30 {
      try stage.submit(stage.request(number), to: [0, 1, 2])
      stage.run()
    }
    for index in 0...2 { stage.fire(.progress, at: index) }
    stage.carries = { letter in letter.from != 0 || letter.message.signed?.statement.sequence != 31
    }
    try stage.submit(stage.request(31), to: [1, 3])
    stage.elapse(.seconds(60))
    #expect(stage.isUnited && stage[0].executed == 31)
    var byKind: [UInt8: [UInt8]] = [:]
    for message in stage.players.flatMap(\.said) {
      let frame = message.encoded
      let tag = frame[1]
      if byKind[tag].map({ $0.count < frame.count }) ?? true, frame.count < 4_000 {
        byKind[tag] = frame
      }
    }
    byKind[Message.requestTag] = Message.request(stage.request(99)).encoded
    return (stage, byKind.sorted { $0.key < $1.key }.map(\.value))
  }

  // Red if the payload's type isn't the tag's alone, or reading one as another traps.
  @Test("F38: a frame whose header names another type is refused, whatever the two types are")
  func f38HeaderAndPayload() throws {
    let (stage, frames) = try frames()
    #expect(frames.count >= 10)
    for frame in frames {
      #expect(throws: Never.self) { try stage[0].verifier.verify(frame: frame) }
      for tag in UInt8.min...UInt8.max where tag != frame[1] {
        var changed = frame
        changed[1] = tag
        #expect(throws: Rejection.self) { try stage[0].verifier.verify(frame: changed) }
      }
      for version in UInt8.min...UInt8.max where version != frame[0] {
        var changed = frame
        changed[0] = version
        #expect(throws: Rejection.malformed(.unknownVersion(version))) {
          try stage[0].verifier.verify(frame: changed)
        }
      }
    }
  }

  // Red if any count, length or index is used before it is compared with what is there.
  @Test("F39: no number in any frame, however large or inconsistent, does more than get it refused")
  func f39LengthsAndIndices() throws {
    let (stage, frames) = try frames()
    for frame in frames {
      for offset in stride(from: 2, to: frame.count - 4, by: frame.count < 500 ? 1 : 7) {
        for bytes: [UInt8] in [[255, 255, 255, 255], [255, 255, 255, 127], [0, 0, 0, 128]] {
          var changed = frame
          changed.replaceSubrange(offset..<offset + 4, with: bytes)
          guard changed != frame else { continue }
          #expect(throws: Rejection.self) { try stage[0].verifier.verify(frame: changed) }
        }
      }
      for length in stride(from: 0, to: frame.count, by: frame.count < 500 ? 1 : 7) {
        #expect(throws: Rejection.self) {
          try stage[0].verifier.verify(frame: Array(frame.prefix(length)))
        }
      }
      #expect(throws: Rejection.malformed(.trailingBytes(1))) {
        try stage[0].verifier.verify(frame: frame + [0])
      }
    }
  }

  // Red if serving a chunk trusts the index.
  @Test("F39: chunks of impossible indices are asked for in vain")
  func f39ChunkIndices() throws {
    var (stage, _) = try frames()
    let stable = try #require(stage[0].stableCheckpoint?.sequence)
    for index: UInt32 in [1, UInt32(Bounds.chunks) - 1] {
      stage.now = stage.now + .seconds(10)
      for address in [ChunkAddress.sessions(index), .application(index)] {
        let query = StateQuery(chunk: address, knownEpoch: 0)
        let message = Message.fetchState(stage.seal(.fetchState, query, by: 1, at: stable))
        #expect(
          stage.give(message, to: 0) == .improper("a query for a piece that the state hasn't"))
      }
    }
  }

  // Red if one bad input stops those after it.
  @Test("F40: bad messages among good ones cost the good ones nothing")
  func f40TheRestGoesOn() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let blocks = stage.blocks(1...8)
    let stranger = Statement(.commit, epoch: 0, view: 0, sequence: 1, digest: blocks[0].digest)
      .signed(by: 77, with: stage.client(), chain: stage.chain)
    for block in blocks {
      for good in [
        stage.propose(block, by: 0), stage.prepare(block, by: 1), stage.prepare(block, by: 2),
        stage.commit(block, by: 0), stage.commit(block, by: 1), stage.commit(block, by: 2),
      ] {
        #expect(throws: Rejection.self) { try stage[3].verifier.verify(frame: [1, 2, 3]) }
        #expect(stage.give(.commit(stranger), to: 3) == .notMember(77))
        stage.give(stage.commit(block, by: 1, view: View(.max)), to: 3)
        #expect(stage.give(stage.prepare(block, by: 0), to: 3) != nil)
        stage.handle(.validated(SHA256.hash([1]), .invalid(InvalidBlock("?"))), at: 3)
        #expect(stage.give(good, to: 3) == nil)
      }
    }
    #expect(stage[3].executed == 8)
    #expect(stage[3].view == 0)
  }

  // Red if any counter is added to with `+`.
  @Test("F42: the largest view, sequence and epoch are only numbers, in every kind of statement")
  func f42Overflow() throws {
    var stage = try Stage(hostile: [1, 2, 3])
    let extremes: [UInt64] = [0, 1, .max - 1, .max]
    for view in extremes {
      for sequence in extremes {
        for kind in [StatementKind.prepare, .commit, .checkpoint, .fetchBlock] {
          let signed = stage.say(
            kind, by: 2, view: View(view), at: SequenceNumber(sequence), stage.chain)
          switch kind {
          case .prepare: stage.give(.prepare(signed), to: 0)
          case .commit: stage.give(.commit(signed), to: 0)
          case .checkpoint: stage.give(.checkpoint(signed), to: 0)
          default: stage.give(.fetchBlock(signed), to: 0)
          }
        }
        let place = SequenceNumber(sequence)
        let status = StatusBody(isChangingView: true, stable: place, held: .max)
        stage.give(
          .status(stage.seal(.status, status, by: 2, view: View(view), at: place)), to: 0)
        let query = StateQuery(chunk: nil, knownEpoch: Epoch(view))
        stage.give(.fetchState(stage.seal(.fetchState, query, by: 2, at: place)), to: 0)
        let block = stage.block(place, by: 1, timestamp: Micros(.max), [stage.request(.max)])
        stage.give(stage.propose(block, by: 1, view: View(view)), to: 0)
        let decision = stage.decision(block, view: View(view), by: [1, 2, 3])
        stage.give(.decision(stage.seal(.decision, decision, by: 2, at: place)), to: 0)
      }
    }
    // A quorum that asks for the last view of all gets it, and no other comes after it.
    for index in 1...3 {
      stage.give(.viewChange(stage.viewChange(to: View(.max), by: index)), to: 0)
    }
    stage.elapse(.seconds(10))
    #expect(stage[0].view == View(.max))
  }

  // Red if the early messages of one peer aren't counted, or take another's room.
  @Test("F43: what lies ahead is kept up to a quota a peer, and the others' isn't touched")
  func f43BoundedBuffers() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let block = stage.blocks(1...1, by: 1)[0]
    var kept = 0
    for view in UInt64(1)...2_000 {
      for message in [
        stage.prepare(block, by: 2, view: View(view)), stage.commit(block, by: 2, view: View(view)),
      ] where stage.give(message, to: 3) == nil { kept += 1 }
    }
    #expect(kept <= 3 * 16)
    // Sequences and checkpoints without end, from the same peer.
    for height in UInt64(1)...2_000 {
      let place = SequenceNumber(height * 4)
      stage.give(.commit(stage.say(.commit, by: 2, view: 1, at: place, stage.chain)), to: 3)
      stage.give(.checkpoint(stage.say(.checkpoint, by: 2, at: place, stage.chain)), to: 3)
    }
    #expect(stage[3].checkpoints.votes(of: Seat(2)).count <= 16 / 4)
    // The room of others is as it was.
    for index in 0...1 {
      #expect(stage.give(stage.commit(block, by: index, view: 1), to: 3) == nil)
    }
  }

  // Red if proposals of far views are kept by their number and not by their size.
  @Test("F43: large proposals ahead are kept by their bytes")
  func f43BoundedBytes() throws {
    var stage = try Stage(hostile: [0, 1, 2]) { $0.blockByteLimit = 1 << 16 }
    let value = [UInt8](repeating: 7, count: 60_000)
    var kept = 0
    for view in UInt64(1)...40 where view % 4 == 1 {
      let block = stage.block(1, by: 1, [stage.request(view, .put(key: [1], value: value))])
      if stage.give(stage.propose(block, by: 1, view: View(view)), to: 3) == nil { kept += 1 }
    }
    #expect(kept <= 2)
  }
}
