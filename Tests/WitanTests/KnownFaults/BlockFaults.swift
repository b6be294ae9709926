import Testing
import WitanCrypto

@testable import Witan

/// F8 and F11–F15: what blocks hold, and what becomes of it. Each test says what change in the core turns it red.
@Suite("Known faults: blocks and execution")
struct BlockFaults {
  // Red if `Block.init(from:)` takes the header's payload for granted.
  @Test("F8: a header that doesn't commit to its requests can't even be read")
  func f8PayloadsAreRecomputed() throws {
    let stage = try Stage(hostile: [0, 1, 2])
    let frame = stage.propose(stage.blocks(1...1)[0], by: 0).encoded
    let body = frame.count - 64 - 10  // Inside of the operation, before the client's signature.
    var changed = frame
    changed[body] ^= 1
    #expect(throws: Rejection.malformed(.invalid("block's payload"))) {
      try stage[3].verifier.verify(frame: changed)
    }
  }

  // Red if `Verifier.checkContent` doesn't check each request's signature.
  @Test("F8: a block with a request that no client signed is refused")
  func f8ClientsSign() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let signed = stage.request(1)
    let forged = Request(
      client: signed.client, number: 1, expiry: signed.expiry, operations: [[7]],
      signature: signed.signature)
    let block = stage.block(1, [forged])
    #expect(stage.give(stage.propose(block, by: 0), to: 3) == .badClientSignature)
    #expect(stage.give(.request(forged), to: 3) == .badClientSignature)
    #expect(stage.said(.prepare, by: 3).isEmpty)
    #expect(stage[3].waitingRequests == 0)
  }

  // Red if `executeNext` takes any decision but the next.
  @Test("F11: decisions that come in any order are executed in theirs, once each")
  func f11NoGapsNoRepeats() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let blocks = stage.blocks(1...6)
    for index in [3, 1, 5, 0, 4, 2, 0, 5] {
      let decision = stage.decision(blocks[index], by: [0, 1, 2])
      stage.give(.decision(stage.seal(.decision, decision, by: 1)), to: 3)
    }
    #expect(stage.executed(by: 3) == [1, 2, 3, 4, 5, 6])
    #expect(stage.players[3].host.machine.count == 6)
  }

  // Red if a view or a watermark that moves makes anything run again.
  @Test("F11: nothing runs twice when the view and the window move")
  func f11MovingViewsAndWindows() throws {
    var stage = try Stage()
    for number in UInt64(1)...30 {
      try stage.submit(stage.request(number))
      if number % 7 == 0 {
        stage.carries = { _ in false }
        stage.run()
        for index in 0...3 { stage.fire(.progress, at: index) }
        stage.carries = { _ in true }
      }
      stage.elapse(.seconds(3))
    }
    #expect(stage[0].view > 2)
    #expect(stage[0].stableCheckpoint?.sequence ?? 0 >= 28)
    for index in 0...3 {
      #expect(stage.executed(by: index) == (1...30).map { SequenceNumber($0) })
      #expect(stage.players[index].host.machine.count == 30)
    }
  }

  // Red if `SessionTable.judge` lets a number at or below the last one run.
  @Test("F12: a replayed request doesn't run again, whatever block it is in")
  func f12ReplaysDontRun() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let request = stage.request(1)
    let first = stage.block(1, [request])
    let second = stage.block(2, after: first.digest, [request, stage.request(1, by: 1)])
    for block in [first, second] {
      let decision = stage.decision(block, by: [0, 1, 2])
      stage.give(.decision(stage.seal(.decision, decision, by: 1)), to: 3)
    }
    #expect(stage[3].executed == 2)
    #expect(stage.players[3].host.machine.count == 2)
    #expect(Set(stage.results(for: request, from: 3)).count == 1)
  }

  // Red if numbers are compared as signed ones, or with arithmetic that wraps.
  @Test("F12: the extremes of request numbers are numbers as any other")
  func f12ExtremeNumbers() throws {
    var stage = try Stage()
    for number: UInt64 in [0, 1, .max - 1, .max, .max, .max - 1, 1, 0] {
      try stage.submit(stage.request(number))
      stage.run()
    }
    #expect(stage.isUnited)
    #expect(stage.players[0].host.machine.count == 4)
  }

  // Red if `checkContent` doesn't look for repetitions.
  @Test("F12: a block that holds a request twice is refused")
  func f12NoRequestTwiceInABlock() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let request = stage.request(1)
    let block = stage.block(1, [request, request])
    #expect(
      stage.give(stage.propose(block, by: 0), to: 3)
        == .improper("a block with one request twice"))
  }

  // Red if a repetition that was decided runs, or is answered as stale.
  @Test("F12: if it is decided all the same, it runs once, and its client hears of nothing else")
  func f12ARequestTwiceInADecision() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let request = stage.request(1)
    let decision = stage.decision(stage.block(1, [request, request]), by: [0, 1, 2])
    stage.give(.decision(stage.seal(.decision, decision, by: 0)), to: 3)
    #expect(stage.players[3].host.machine.count == 1)
    #expect(Set(stage.results(for: request, from: 3)) == [.result([])])
  }

  // Red if `SessionTable.judge` compares numbers only.
  @Test("F13: a cached reply answers its own request alone")
  func f13CachedRepliesAreTheirRequests() throws {
    var stage = try Stage()
    let first = stage.request(4, .put(key: [1], value: [10]))
    try stage.submit(first)
    stage.run()
    let other = stage.request(4, .put(key: [1], value: [11]))
    for index in 0...3 {
      stage.players[index].replies = []
      stage.handle(.request(try stage[index].verifier.verify(other)), at: index)
      #expect(stage.results(for: other, from: index) == [.refused(.stale)])
      stage.players[index].replies = []
      stage.handle(.request(try stage[index].verifier.verify(first)), at: index)
      #expect(stage.results(for: first, from: index) == [.result([])])
    }
  }

  // Red if a client adds up replies that differ.
  @Test("F13: a client takes no result from replies that don't match")
  func f13RepliesMustMatch() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 10)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = try #require(desk.request)
    desk.hear(.result([1]), to: request, at: 12, from: [0, 1])
    #expect(desk.finished.isEmpty)
    desk.hear(.result([2]), to: request, at: 12, from: [2, 3])
    #expect(desk.finished.isEmpty)
  }

  // Red if a prepare is sent before, or in spite of, the verdict.
  @Test("F14: a block that the application refuses is never prepared, and its leader is given up")
  func f14ValidationComesFirst() throws {
    var stage = try Stage(hostile: [0])
    let poison = stage.request(1, by: 3)
    stage.verdict = { _, block in
      block.requests.contains(poison) ? .invalid(InvalidBlock("it proves nothing")) : .valid
    }
    let block = stage.block(1, [poison])
    for index in 1...3 { stage.give(stage.propose(block, by: 0), to: index) }
    stage.run()
    #expect(stage.correct.allSatisfy { stage.said(.prepare, by: $0).isEmpty })
    #expect(stage.suspicions(of: 2).first == .refusedBlock(InvalidBlock("it proves nothing")))
    try stage.submit(stage.request(1))
    stage.run()
    #expect(stage.views == [1, 1, 1])
    #expect(stage.correct.map { stage[$0].executed } == [1, 1, 1])
  }

  // Red if `plan` asks anything that replicas may know differently: the intake, the clock, who sent what.
  @Test("F15: what runs depends on the order alone, not on what a replica saw or when")
  func f15OnlyReplicatedStateDecides() throws {
    var stage = try Stage { $0.sessionLimit = 3 }
    stage.carries = { $0.to != 3 && $0.from != 3 }
    // More clients than sessions, requests that expire, and numbers out of order, unknown to r3.
    for number in UInt64(1)...8 {
      for client in UInt64(0)...4 {
        let expiry = SequenceNumber(client == 2 ? 3 : 10_000)
        try stage.submit(
          stage.request(number ^ 1, by: client, expiry: expiry), to: [0, 1, 2])
      }
      stage.run()
    }
    let executed = stage[0].executed
    #expect(executed >= 8)
    stage.now = .seconds(100_000)
    for raw in 1...executed.rawValue {
      guard let decision = stage[0].decision(at: SequenceNumber(raw)) else { continue }
      stage.give(.decision(stage.seal(.decision, decision, by: 0)), to: 3)
    }
    #expect(stage[3].executed == executed)
    #expect(stage.players[3].host.machine.snapshot == stage.players[0].host.machine.snapshot)
    #expect(
      stage.said(.checkpoint, by: 3).map(\.statement)
        == stage.said(.checkpoint, by: 0).map(\.statement))
    #expect(stage[3].sessions.snapshot() == stage[0].sessions.snapshot())
  }
}
