import Testing
import Witan
import WitanCrypto

@Suite("A client's reads")
struct ClientReadTests {
  @Test("A fast read takes what a quorum tells of the same state, in one round trip")
  func fast() throws {
    var desk = Desk(try Council(4))
    desk.give(.read(tag: 1, question: [5], .fast(operation: [2])))
    let query = try #require(desk.query).query
    #expect(query.mode == .fast && query.content == [5])
    desk.hear(.result([7]), to: query, at: 9, from: [0, 1])
    desk.hear(.result([7]), to: query, at: 9, from: [0, 1])
    #expect(desk.finished.isEmpty)
    desk.hear(.result([7]), to: query, at: 9, from: [2])
    #expect(desk.finished[1] == .answered([7], at: 9))
    #expect(desk.session.unfinished == 0)
  }

  @Test("With one replica kept behind and one lying, the read is ordered instead")
  func blocked() throws {
    var desk = Desk(try Council(4))
    desk.give(.read(tag: 1, question: [5], .fast(operation: [2])))
    let query = desk.query?.query
    desk.hear(.result([6]), to: query, at: 8, from: [0])
    desk.hear(.result([7]), to: query, at: 9, from: [1])
    #expect(desk.request == nil)
    desk.hear(.result([0]), to: query, at: 9, from: [3])
    #expect(desk.request != nil, "as soon as no quorum can be alike")
    desk.hear(.refused(.expired), to: desk.request, at: 9, from: [0, 1, 2])
    #expect(desk.request?.operations == [[2]])
    desk.hear(.result([7]), to: desk.request, at: 10, from: [0, 1, 2])
    #expect(desk.finished[1] == .answered([7], at: 10))
  }

  @Test("With one replica behind and one silent, the read is ordered when its time is over")
  func timeOut() throws {
    var desk = Desk(try Council(4))
    desk.give(.read(tag: 1, question: [5], .fast(operation: [2])))
    let query = desk.query?.query
    let timer = try #require(desk.timers.last)
    desk.hear(.result([6]), to: query, at: 8, from: [0])
    desk.hear(.result([7]), to: query, at: 9, from: [1, 2])
    desk.now = timer.span
    desk.give(.timer(timer.timer))
    #expect(desk.request != nil)
    desk.hear(.result([7]), to: query, at: 9, from: [3])
    #expect(desk.finished.isEmpty, "answers to what is over are too late")
  }

  @Test("The same value from different states isn't the same answer, unless it names its version")
  func comingBack() throws {
    for agreement in [ClientSession.Agreement.sameState, .sameAnswer] {
      var desk = Desk(try Council(4))
      desk.give(.read(tag: 1, question: [5], .fast(operation: [2], agreement)))
      let query = desk.query?.query
      desk.hear(.result([1]), to: query, at: 5, from: [0])
      desk.hear(.result([1]), to: query, at: 9, from: [1, 2])
      #expect((desk.finished[1] != nil) == (agreement == .sameAnswer))
    }
  }

  @Test("After the last sequence of an epoch, no fast answer counts")
  func boundary() throws {
    var parameters = Parameters()
    parameters.epochLength = 128
    var desk = Desk(try Council(4, parameters: parameters))
    desk.give(.read(tag: 1, question: [5], .fast(operation: [2])))
    desk.hear(.result([7]), to: desk.query?.query, at: 128, from: [0, 1, 2, 3])
    #expect(desk.finished.isEmpty)
    #expect(desk.request != nil)
  }

  @Test("A certified read takes one replica's proved word")
  func certified() throws {
    let council = try Council(4)
    let root = SHA256.hash([1])
    var desk = Desk(council) { (question, answer, proof, state) throws(Unproved) in
      guard question == [5], answer == [7], proof == [8], state.applicationRoot == root else {
        throw .otherAnswer
      }
    }
    desk.give(.read(tag: 1, question: [5], .certified(since: 60)))
    let (query, to) = try #require(desk.query)
    let replica = try #require(to)
    #expect(query.mode == .certified(since: 60))
    let certificate = council.certificate(of: council.summary(at: 64, root: root))
    desk.hear(
      .result([7]), to: query, at: 64, from: [replica],
      certification: .init(certificate: certificate, proof: [8]))
    #expect(desk.finished[1] == .answered([7], at: 64))
    desk.give(.read(tag: 2, question: [5], .certified(since: 0)))
    #expect(
      desk.query?.query.mode == .certified(since: 64), "certified reads don't go back in time")
  }

  @Test("Whoever's word is not proved is reported, and the next is asked")
  func unproved() throws {
    let council = try Council(4)
    let good = council.certificate(of: council.summary(at: 64))
    let few = council.certificate(of: council.summary(at: 64), by: [0, 1])
    let old = council.certificate(of: council.summary(at: 32))
    let elsewhere = council.certificate(of: council.summary(at: 96))
    for (certificate, proof, isLie) in [
      (good, [9] as [UInt8], true), (good, [], true), (few, [8], true), (old, [8], false),
      (elsewhere, [8], true),
    ] {
      var desk = Desk(council) { (_, _, proof, _) throws(Unproved) in
        guard proof == [8] else { throw .otherAnswer }
      }
      desk.give(.read(tag: 1, question: [5], .certified(since: 60)))
      let (query, to) = try #require(desk.query)
      let replica = try #require(to)
      let at: SequenceNumber = certificate == old ? 32 : 64
      desk.hear(
        .result([7]), to: query, at: at, from: [replica],
        certification: .init(certificate: certificate, proof: proof))
      #expect(desk.finished.isEmpty)
      #expect(desk.reports == (isLie ? [replica] : []))
      #expect(desk.query?.to != replica && desk.query?.to != nil)
    }
  }

  @Test("A read that all refuse ends with their reason, after some rounds")
  func refused() throws {
    let council = try Council(4)
    var desk = Desk(council)
    desk.give(.read(tag: 1, question: [5], .certified(since: 60)))
    var asked: [ReplicaID] = []
    while let (query, to) = desk.query, let to, asked.count < 100 {
      asked.append(to)
      desk.hear(.refused(.notYetCertified), to: query, at: 9, from: [to])
    }
    #expect(desk.finished[1] == .unanswered(.notYetCertified))
    #expect(asked.count == 12)
    #expect(Set(asked).count == 4)
  }

  @Test("A certified answer of a later epoch is taken with the lineage that leads there")
  func laterEpoch() throws {
    let council = try Council(4)
    var desk = Desk(council)
    desk.give(.read(tag: 1, question: [5], .certified(since: 0)))
    let (query, to) = try #require(desk.query)
    let replica = try #require(to)
    let lineage = [try council.change(to: 1, at: 128), try council.change(to: 2, at: 256)]
    let certificate = council.certificate(
      of: council.summary(at: 300, epoch: 2, members: try council.members(of: 2)), epoch: 2,
      keys: Council.keys(of: 2))
    // The first answer has room for one step only: the same replica is asked again, from there.
    desk.hear(
      .result([7]), to: query, at: 300, from: [replica], lineage: [lineage[0]],
      certification: .init(certificate: certificate, proof: [8]), epoch: 2)
    #expect(desk.session.light.epoch == 1)
    let again = try #require(desk.query)
    #expect(again.to == replica && again.query.knownEpoch == 1)
    desk.hear(
      .result([7]), to: again.query, at: 300, from: [replica], lineage: [lineage[1]],
      certification: .init(certificate: certificate, proof: [8]), epoch: 2)
    #expect(desk.finished[1] == .answered([7], at: 300))
    #expect(desk.session.light.epoch == 2)
  }

  @Test("No more reads are under way than may")
  func limit() throws {
    var options = ClientSession.Options()
    options.readLimit = 2
    var desk = Desk(try Council(4), options: options)
    desk.give([
      .read(tag: 1, question: [], .fast(operation: [2])),
      .read(tag: 2, question: [], .certified(since: 0)),
      .read(tag: 3, question: [], .ordered(operation: [2])),
    ])
    #expect(desk.finished == [3: .notTaken(.queueFull)])
    desk.give(.abandon(tag: 1))
    #expect(desk.finished == [1: .unanswered(nil)])
    desk.give(.read(tag: 4, question: [], .ordered(operation: [2])))
    #expect(desk.finished.isEmpty)
  }

  @Test("Ordered reads and bundles take turns")
  func turns() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 1)
    desk.give([
      .submit(tag: 1, operations: [[1]]), .submit(tag: 2, operations: [[2]]),
      .read(tag: 3, question: [], .ordered(operation: [3])),
      .read(tag: 4, question: [], .ordered(operation: [4])),
    ])
    var order: [[UInt8]] = []
    while let request = desk.request {
      order += request.operations
      desk.hear(.result([]), to: request, at: 9, from: desk.council.ids)
    }
    #expect(order == [[1], [3], [2], [4]])
  }
}
