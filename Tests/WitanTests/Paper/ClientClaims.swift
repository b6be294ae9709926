import Testing
import WitanCrypto

@testable import Witan

/// What the papers claim of clients: OSDI '99 §4.1, TOCS '02 §4.2.
@Suite("The papers: clients")
struct ClientClaims {
  @Test("OSDI §4.1: a client's requests are totally ordered, so that each runs exactly once")
  func timestampsOrderRequests() throws {
    var stage = try Stage()
    for number: UInt64 in [3, 3, 1, 7, 3, 7] {
      try stage.submit(stage.request(number))
      stage.run()
    }
    #expect(stage.players.map(\.host.machine.count) == [2, 2, 2, 2])
  }

  @Test("OSDI §4.1: a reply names view, request, client and result, and is signed by its replica")
  func replies() throws {
    var stage = try Stage()
    let request = stage.request(1)
    try stage.submit(request)
    stage.run()
    for player in stage.players {
      let reply = try #require(player.replies.last)
      #expect(reply.statement.view == 0 && reply.statement.sequence == 1)
      #expect(reply.body.client == request.client && reply.body.number == 1)
      #expect(reply.signer == player.id)
      #expect(throws: Never.self) { try stage[0].verifier.verify(reply) }
    }
  }

  @Test(
    "OSDI §4.1: a request that was executed already is answered again with the remembered reply")
  func repliesAreRemembered() throws {
    var stage = try Stage()
    let request = stage.request(1, .put(key: [1], value: [5]))
    for _ in 0..<3 {
      try stage.submit(request)
      stage.run()
    }
    #expect(stage.results(for: request, from: 2) == [.result([]), .result([]), .result([])])
    #expect(stage.players[2].host.machine.count == 1)
  }

  @Test("OSDI §4.1: a replica that isn't the primary relays the request to it")
  func relayed() throws {
    var stage = try Stage()
    try stage.submit(stage.request(1), to: [2])
    stage.elapse(.seconds(1))
    #expect(stage.players[2].said.contains { if case .request = $0 { true } else { false } })
    #expect(stage.correct.allSatisfy { stage[$0].executed == 1 })
  }

  @Test("OSDI §4.1: a primary that doesn't multicast the request is eventually suspected")
  func suspected() throws {
    var stage = try Stage(hostile: [0])
    try stage.submit(stage.request(1))
    stage.elapse(.seconds(5))
    #expect(stage.correct.allSatisfy { !stage.suspicions(of: $0).isEmpty })
    #expect(stage.correct.allSatisfy { stage[$0].executed == 1 })
  }

  @Test(
    "Deviation (OSDI §4.1, f + 1 replies): a client waits for a quorum's, so that fast reads see it"
  )
  func repliesNeedAQuorum() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 10)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = desk.request
    desk.hear(.result([1]), to: request, at: 12, from: [0, 1])
    #expect(desk.finished.isEmpty)
    desk.hear(.result([1]), to: request, at: 12, from: [2])
    #expect(desk.finished[1] == .executed([1], at: 12))
  }

  @Test("TOCS §4.2: a client that gets no reply in time sends its request to all replicas again")
  func retransmission() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 10)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let first = try #require(desk.request)
    desk.fire()
    #expect(desk.request == first)
  }

  @Test("TOCS §4.2: replicas check the client's signature and its place in the client's own order")
  func authenticated() throws {
    var stage = try Stage()
    let good = stage.request(1)
    let forged = Request(
      client: good.client, number: 2, expiry: good.expiry, operations: good.operations,
      signature: good.signature)
    #expect(throws: Rejection.badClientSignature) { try stage[0].verifier.verify(forged) }
    try stage.submit(stage.request(5))
    stage.run()
    let stale = stage.request(4)
    try stage.submit(stale)
    #expect(stage.results(for: stale, from: 0) == [.refused(.stale)])
  }
}
