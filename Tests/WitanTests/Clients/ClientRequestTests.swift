import Testing
import Witan
import WitanCrypto

@Suite("A client's requests")
struct ClientRequestTests {
  @Test("The first request is preceded by one that is void and asks where the network stands")
  func sounding() throws {
    var desk = Desk(try Council(4))
    desk.give(.submit(tag: 1, operations: [[1]]))
    let void = try #require(desk.request)
    #expect(void.expiry == 0 && void.number == 0)
    desk.hear(.refused(.expired), to: void, at: 1_000, from: [0, 1])
    #expect(desk.request == nil, "f + 1 aren't enough: the slower of them may be the liar")
    desk.hear(.refused(.expired), to: void, at: 1_000, from: [2])
    let request = try #require(desk.request)
    #expect(request.number == 1)
    #expect(request.operations == [[1]])
    #expect(request.expiry.rawValue == 1_000 + 65_536 / 4)
  }

  @Test("A session that heard lately sounds no more; one that was idle does")
  func soundsAgain() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 10)
    desk.give(.submit(tag: 1, operations: [[1]]))
    #expect(desk.request?.number == 2)
    desk.hear(.result([9]), to: desk.request, at: 12, from: desk.council.ids)
    desk.now = .seconds(60)
    desk.give(.submit(tag: 2, operations: [[1]]))
    #expect(desk.request?.number == 0)
  }

  @Test("One liar can't move a request's expiry, neither up nor down", arguments: [0, UInt64.max])
  func expiryFollowsTheCredible(lie: UInt64) throws {
    var desk = Desk(try Council(4))
    desk.give(.submit(tag: 1, operations: [[1]]))
    let void = desk.request
    desk.hear(.refused(.expired), to: void, at: SequenceNumber(lie), from: [3])
    desk.hear(.refused(.expired), to: void, at: 500, from: [0])
    desk.hear(.refused(.expired), to: void, at: 510, from: [1])
    let expiry = try #require(desk.request?.expiry.rawValue)
    let believed = expiry - 65_536 / 4
    #expect(believed == 500 || believed == 510)
  }

  @Test("A result is taken from a quorum by weight and from no less", arguments: 1...10)
  func quorum(count: Int) throws {
    let powers = (0..<count).map { VotingPower(UInt64(1 + $0 % 3)) }
    let council = try Council(powers: powers)
    var desk = Desk(council)
    desk.sound(at: 1)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = desk.request
    var power: VotingPower = 0
    for id in council.ids {
      desk.hear(.result([7]), to: request, at: 3, from: [id])
      power += powers[Int(id.rawValue)]
      let isDone = desk.finished[1] != nil
      #expect(isDone == council.members.quorum.isReached(by: power))
      if isDone {
        #expect(desk.finished[1] == .executed([7], at: 3))
        return
      }
    }
    Issue.record("all replied and nothing finished")
  }

  @Test("One replica counts once, whatever it repeats and revises")
  func onceEach() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 1)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = desk.request
    for _ in 0..<3 {
      desk.hear(.result([6]), to: request, at: 3, from: [0, 1])
      desk.hear(.result([7]), to: request, at: 3, from: [0, 1])
      #expect(desk.finished.isEmpty)
    }
    desk.hear(.result([6]), to: request, at: 3, from: [2])
    #expect(desk.finished.isEmpty, "the two now say something else")
    desk.hear(.result([7]), to: request, at: 3, from: [3])
    #expect(desk.finished[1] == .executed([7], at: 3))
  }

  @Test("Results of different sequences don't add up")
  func sameSequence() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 1)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = desk.request
    for id in desk.council.ids {
      desk.hear(.result([7]), to: request, at: SequenceNumber(UInt64(id.rawValue) + 3), from: [id])
      #expect(desk.finished.isEmpty)
    }
  }

  @Test("Replies that aren't signed by a member, or are to something else, count nothing")
  func foreign() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 1)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = try #require(desk.request)
    desk.hear(.result([7]), to: request, at: 3, from: [0, 1])
    let council = desk.council
    let other = Request(
      number: request.number, expiry: 9, operations: [[1]], signer: council.client(1),
      chain: council.chain)
    let next = Request(
      number: request.number + 1, expiry: 9, operations: [[1]], signer: council.client(),
      chain: council.chain)
    let body = ReplyBody(
      client: request.client, number: request.number, outcome: .result([7]))
    let stranger = Reply(
      .reply, body, epoch: 0, sequence: 3, by: 9, with: council.signer(9), chain: council.chain)
    let forged = Reply(
      .reply, body, epoch: 0, sequence: 3, by: 2, with: council.signer(3), chain: council.chain)
    let kind = Reply(
      .answer, body, epoch: 0, sequence: 3, by: 2, with: council.signer(2), chain: council.chain)
    let chain = Reply(
      .reply, body, epoch: 0, sequence: 3, by: 2, with: council.signer(2), chain: .zero)
    for reply in [
      council.reply(to: other, .result([7]), at: 3, by: 2),
      council.reply(to: next, .result([7]), at: 3, by: 2), stranger, forged, kind, chain,
    ] {
      desk.give(.reply(reply))
      #expect(desk.finished.isEmpty)
    }
    desk.hear(.result([7]), to: request, at: 3, from: [2])
    #expect(desk.finished[1] == .executed([7], at: 3))
  }

  @Test("What isn't answered is said again to all, less and less often")
  func repetition() throws {
    var desk = Desk(try Council(4))
    desk.give(.submit(tag: 1, operations: [[1]]))
    var spans: [Micros] = []
    let first = desk.request
    for _ in 0..<8 {
      spans.append(try #require(desk.timers.last).span)
      desk.fire()
      #expect(desk.request == first)
    }
    #expect(spans.first == .seconds(1))
    #expect(spans == spans.sorted())
    #expect(spans.last == .seconds(30))
  }

  @Test(
    "While ever more members answer, what they may have missed is said again as soon as at first")
  func repetitionUnderLoss() throws {
    var desk = Desk(try Council(10))
    desk.give(.submit(tag: 1, operations: [[1]]))
    let first = desk.request
    for id in desk.council.ids.prefix(6) {
      let (timer, span) = try #require(desk.timers.last)
      #expect(span == .seconds(1))
      desk.hear(.refused(.expired), to: first, at: 5, from: [id])
      desk.give(.timer(timer))
      #expect(desk.request == first)
    }
    // The same ones again are no news.
    for wait in [1, 2, 4] as [UInt64] {
      let (timer, span) = try #require(desk.timers.last)
      #expect(span == .seconds(wait))
      desk.hear(.refused(.expired), to: first, at: 6, from: Array(desk.council.ids.prefix(6)))
      desk.give(.timer(timer))
    }
  }

  @Test("A timer of the past does nothing")
  func oldTimer() throws {
    var desk = Desk(try Council(4))
    desk.give(.submit(tag: 1, operations: [[1]]))
    let old = try #require(desk.timers.last).timer
    desk.fire()
    desk.give(.timer(old))
    #expect(desk.effects.isEmpty)
  }

  @Test("A request that expired is signed anew under its number once f + 1 vouch for it")
  func expired() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 100)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = try #require(desk.request)
    desk.hear(.refused(.expired), to: request, at: request.expiry, from: [3])
    #expect(desk.request == nil, "one may lie")
    let before = SequenceNumber(request.expiry.rawValue - 1)
    desk.hear(.refused(.expired), to: request, at: before, from: [0, 1])
    #expect(desk.request == nil, "those that are behind refuse it for now only")
    desk.hear(.refused(.expired), to: request, at: request.expiry, from: [0])
    let again = try #require(desk.request)
    #expect(again.number == request.number)
    #expect(again.expiry > request.expiry)
    #expect(again.operations == request.operations)
    desk.hear(.result([7]), to: again, at: 20_000, from: [0, 1, 2])
    #expect(desk.finished[1] == .executed([7], at: 20_000))
  }

  @Test("When nobody could remember whether it ran, it isn't signed anew")
  func forgotten() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 100)
    desk.give(.submit(tag: 1, operations: [[1]]))
    desk.hear(.refused(.expired), to: desk.request, at: 65_638, from: [0, 1])
    #expect(desk.finished[1] == .unknown)
    desk.give(.submit(tag: 2, operations: [[1]]))
    #expect(desk.request?.number == 3, "the number isn't used again")
  }

  @Test("A busy network is visible, and the request gets through later")
  func busy() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 100)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = desk.request
    func congestions() -> Int {
      desk.effects.filter { if case .congested(.busy) = $0 { true } else { false } }.count
    }
    desk.hear(.refused(.busy), to: request, at: 101, from: [3])
    #expect(congestions() == 0, "one may lie")
    desk.hear(.refused(.busy), to: request, at: 101, from: [0, 1, 2])
    #expect(congestions() == 1)
    desk.hear(.result([7]), to: request, at: 105, from: [0, 1, 2])
    #expect(desk.finished[1] == .executed([7], at: 105))
    #expect(desk.effects.contains { if case .relieved = $0 { true } else { false } })
  }

  @Test("A late refusal takes no replica's result back")
  func lateRefusal() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 100)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = desk.request
    desk.hear(.result([7]), to: request, at: 105, from: [0, 1])
    desk.hear(.refused(.busy), to: request, at: 101, from: [0, 1])
    desk.hear(.result([7]), to: request, at: 105, from: [2])
    #expect(desk.finished[1] == .executed([7], at: 105))
  }

  @Test(
    "Refusals end a request when enough vouch for them",
    arguments: [
      (Refusal.stale, 2, ClientSession.Completion.superseded), (.declined, 3, .declined),
      (.resultTooLong, 3, .executedSilently(at: 102)),
    ])
  func refusals(refusal: Refusal, needed: Int, completion: ClientSession.Completion) throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 100)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = desk.request
    for id in desk.council.ids.prefix(needed) {
      #expect(desk.finished.isEmpty)
      desk.hear(.refused(refusal), to: request, at: 102, from: [id])
    }
    #expect(desk.finished[1] == completion)
  }

  @Test("Bundles go out one by one in order, and no more wait than may")
  func queue() throws {
    var options = ClientSession.Options()
    options.waitingLimit = 3
    options.waitingByteLimit = 10
    var desk = Desk(try Council(4), options: options)
    desk.give(.submit(tag: 0, operations: [[1]]))
    desk.give((1...4).map { .submit(tag: $0, operations: [[UInt8($0)]]) })
    #expect(desk.finished == [4: .notTaken(.queueFull)])
    desk.hear(
      .refused(.expired), to: desk.session.unfinished == 4 ? void(desk) : nil, at: 1,
      from: desk.council.ids)
    for number in UInt64(1)...4 {
      let request = try #require(desk.request)
      #expect(request.number == number)
      #expect(request.operations == [[UInt8(max(1, number - 1))]])
      desk.hear(.result([]), to: request, at: SequenceNumber(number + 1), from: desk.council.ids)
    }
    #expect(desk.session.unfinished == 0)
    desk.give(.submit(tag: 9, operations: [Array(repeating: 1, count: 11)]))
    #expect(desk.finished[9] == .notTaken(.queueFull), "bytes are counted too")
  }

  private func void(_ desk: Desk) -> Request {
    Request(
      number: 0, expiry: 0, operations: [[0]], signer: desk.council.client(),
      chain: desk.council.chain)
  }

  @Test("What no network takes isn't sent")
  func objections() throws {
    var desk = Desk(try Council(4))
    let large = [UInt8](repeating: 1, count: 65_537)
    for (operations, objection) in [
      ([], ClientSession.Objection.empty), ([[]], .empty), ([[1], []], .empty),
      ([large], .tooLarge), (Array(repeating: [1], count: 4_097), .tooLarge),
    ] {
      desk.give(.submit(tag: 1, operations: operations))
      #expect(desk.finished[1] == .notTaken(objection))
      #expect(desk.request == nil)
    }
  }

  @Test("What is abandoned ends, and the next goes on")
  func abandon() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 100)
    desk.give([
      .submit(tag: 1, operations: [[1]]), .submit(tag: 2, operations: [[2]]),
      .submit(tag: 3, operations: [[3]]),
    ])
    desk.give(.abandon(tag: 2))
    #expect(desk.finished == [2: .notTaken(.abandoned)])
    desk.give(.abandon(tag: 1))
    #expect(desk.finished == [1: .unknown])
    #expect(desk.request?.operations == [[3]])
    #expect(desk.request?.number == 3)
  }

  @Test("In another epoch, only its members' replies count, after its lineage was checked")
  func epochs() throws {
    let council = try Council(4)
    var desk = Desk(council)
    desk.sound(at: 100)
    desk.give(.submit(tag: 1, operations: [[1]]))
    let request = desk.request
    desk.hear(.result([7]), to: request, at: 102, from: [0, 1])
    desk.hear(.result([7]), to: request, at: 102, from: [0, 1, 2], epoch: 1)
    #expect(desk.finished.isEmpty)
    let (query, to) = try #require(desk.query)
    #expect(to == 0, "who spoke of the epoch is asked about it")
    desk.hear(.result([7]), to: request, at: 102, from: [3], epoch: 1)
    #expect(desk.query == nil, "and nobody else for now")
    let change = try council.change(to: 1, at: 128)
    desk.hear(
      .refused(.unprovable), to: query, at: 128, from: [0], lineage: [change], epoch: 1)
    #expect(desk.session.light.epoch == 1)
    #expect(desk.session.members.digest == change.members.digest)
    #expect(desk.request == request, "the new members are asked at once")
    desk.hear(.result([7]), to: request, at: 102, from: [2])
    #expect(desk.finished.isEmpty, "former members don't count any more")
    desk.hear(.result([7]), to: request, at: 102, from: [0, 1, 2], epoch: 1)
    #expect(desk.finished[1] == .executed([7], at: 102))
  }

  @Test("A lineage that its members didn't sign changes nothing")
  func forgedLineage() throws {
    let council = try Council(4)
    var desk = Desk(council)
    desk.sound(at: 100)
    desk.give(.submit(tag: 1, operations: [[1]]))
    desk.hear(.result([7]), to: desk.request, at: 102, from: [3], epoch: 7)
    let query = try #require(desk.query).query
    let forged = EpochChange(
      certificate: council.certificate(
        of: council.summary(at: 128, epoch: 1, members: try council.members(of: 1)), by: [3]),
      members: try council.members(of: 1))
    desk.hear(.refused(.unprovable), to: query, at: 128, from: [3], lineage: [forged])
    #expect(desk.session.light.epoch == 0)
    #expect(desk.reports == [3])
    #expect(desk.query?.to != 3, "another is asked")
  }
}
