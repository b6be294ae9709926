import Testing
import Witan
import WitanDraw

@testable import WitanSimulation

/// What becomes of messages and announcements, good and bad.
@Suite struct GossipMessageTests {
  private let topic = LoneRouter.topic

  @Test func `a new message is delivered and passed on to the mesh but not back`() throws {
    var lone = try LoneRouter(neighbours: 8)
    lone.message(1, from: 3)
    #expect(lone.delivered == [1])
    #expect(lone.sent.map(\.peer).sorted() == [1, 2, 4, 5, 6, 7, 8])
    lone.clear()
    lone.message(1, from: 4)
    #expect(lone.effects.isEmpty)
  }

  @Test func `a message of a topic it isn't in is no concern of it`() throws {
    var lone = try LoneRouter(neighbours: 8, joined: false)
    lone.message(1, from: 3)
    #expect(lone.effects.isEmpty)
    lone.give(.subscribe(topic))
    lone.message(1, from: 99)
    #expect(lone.delivered.isEmpty)
  }

  @Test func `one's own message goes to all in the topic, or to the mesh`() throws {
    for (isFlooding, count) in [(true, 20), (false, 8)] {
      var lone = try LoneRouter(neighbours: 20) { $0.floodPublish = isFlooding }
      lone.give(.publish(topic, 1, 0))
      #expect(lone.sent.count == count)
      lone.clear()
      lone.message(1, from: 1)
      lone.give(.publish(topic, 1, 0))
      #expect(lone.effects.isEmpty)
    }
  }

  @Test func `one's own messages of a topic it isn't in go to the same D, until long after`() throws
  {
    var lone = try LoneRouter(neighbours: 20, joined: false) { $0.floodPublish = false }
    lone.give(.publish(topic, 1, 0))
    let first = lone.sent.map(\.peer)
    #expect(first.count == 8)
    lone.clear()
    lone.heartbeats(30)
    lone.give(.publish(topic, 2, 0))
    #expect(lone.sent.map(\.peer) == first)
    lone.heartbeats(62)
    lone.clear()
    lone.give(.publish(topic, 3, 0))
    #expect(lone.sent.count == 8)
    #expect(lone.sent.map(\.peer) != first)
  }

  @Test func `a message that must be judged goes on only when it is accepted`() throws {
    for (judgement, copies) in [
      (LoneRouter.Router.Judgement.accept, 7), (.ignore, 0), (.reject, 0),
    ] {
      var lone = try LoneRouter(neighbours: 8) { $0.awaitsJudgement = true }
      lone.message(1, from: 1)
      lone.message(1, from: 2)
      #expect(lone.delivered == [1])
      #expect(lone.sent.isEmpty)
      lone.give(.judged(1, judgement))
      lone.give(.judged(1, judgement))
      #expect(lone.sent.count == copies)
      let blame: Double? = judgement == .reject ? -10 : 0
      #expect(lone.router.score(of: 2) == blame)
      lone.heartbeats(1)
      // The first to bring a good one has a point, which a heartbeat makes 0.9, and a hundredth for its time.
      let credit = judgement == .accept ? 0.91 : judgement == .ignore ? 0.01 : -9.791
      #expect(abs((lone.router.score(of: 1) ?? 0) - credit) < 1e-9)
    }
  }

  @Test func `a message that was passed on and then rejected is blamed on its bringer`() throws {
    var lone = try LoneRouter(neighbours: 8)
    lone.message(1, from: 1)
    lone.give(.judged(1, .reject))
    #expect(lone.router.score(of: 1) == -9)
    lone.message(1, from: 2)
    #expect(lone.router.score(of: 2) == -10)
  }

  @Test func `three invalid messages and nothing of a neighbour is heard`() throws {
    var lone = try LoneRouter(neighbours: 8) { $0.awaitsJudgement = true }
    for id in 1...3 as ClosedRange<UInt64> {
      lone.message(MessageID(id), from: 1)
      lone.give(.judged(MessageID(id), .reject))
    }
    #expect(lone.closed == [1])
    lone.clear()
    lone.message(9, from: 1)
    lone.control(from: 1) { $0.graft = [topic] }
    #expect(lone.effects.isEmpty)
    // Leaving and coming back changes nothing.
    lone.give(.disconnected(1))
    lone.connect(1)
    #expect(lone.router.score(of: 1) ?? 0 < -80)
  }

  @Test func `what there is is announced to some outside the mesh, and given to who asks`() throws {
    var lone = try LoneRouter(neighbours: 40)
    lone.give(.publish(topic, 1, 0))
    lone.clear()
    lone.heartbeats(1)
    let heard = lone.told.filter { $0.control.have == [.init(topic, [1])] }.map(\.peer)
    // A quarter of 32 is more than D_lazy.
    #expect(heard.count == 8)
    #expect(heard.allSatisfy { !lone.mesh.contains($0) })
    lone.clear()
    for _ in 0..<5 { lone.control(from: heard[0]) { $0.want = [1, 2] } }
    #expect(lone.sent.map(\.id) == [1, 1, 1])
    lone.heartbeats(3)
    lone.clear()
    lone.control(from: heard[1]) { $0.want = [1] }
    #expect(lone.sent.count == 1)
    lone.heartbeats(1)
    // It is announced for three heartbeats and kept for five.
    #expect(lone.told.allSatisfy { $0.control.have.isEmpty })
    lone.clear()
    lone.control(from: heard[2]) { $0.want = [1] }
    #expect(lone.sent.isEmpty)
  }

  @Test func `what is announced and new is asked for, within bounds`() throws {
    var lone = try LoneRouter(neighbours: 8) { $0.maxHaveLength = 100 }
    lone.message(1, from: 2)
    lone.clear()
    lone.control(from: 1) { $0.have = [.init(topic, [1, 2, 3]), .init(99, [4])] }
    #expect(Set(lone.told.first?.control.want ?? []) == [2, 3])
    lone.clear()
    for start in stride(from: 1_000, to: 100_000, by: 1_000) {
      lone.control(from: 1) {
        $0.have = [.init(topic, (start..<start + 999).map { MessageID(UInt64($0)) })]
      }
    }
    #expect(lone.told.map(\.control.want.count) == [98])
    lone.clear()
    for id in 0..<50 as Range<UInt64> {
      lone.control(from: 2) { $0.have = [.init(topic, [MessageID(500 + id)])] }
    }
    #expect(lone.told.count == 10)
    lone.heartbeats(1)
    lone.clear()
    lone.control(from: 1) { $0.have = [.init(topic, [700])] }
    #expect(lone.told.count == 1)
  }

  @Test func `what one neighbour asks for in a heartbeat is bounded`() throws {
    var lone = try LoneRouter(neighbours: 8) { $0.maxHaveLength = 100 }
    for id in 1...50 as ClosedRange<UInt64> { lone.give(.publish(topic, MessageID(id), 0)) }
    lone.clear()
    for _ in 0..<3 { lone.control(from: 1) { $0.want = (1...50).map { MessageID($0) } } }
    #expect(lone.sent.count == 100)
  }

  @Test func `who announces and doesn't send is found out`() throws {
    var lone = try LoneRouter(neighbours: 8)
    for beat in 0..<6 as Range<UInt64> {
      for id in 0..<10 as Range<UInt64> {
        lone.control(from: 1) { $0.have = [.init(topic, [MessageID(1 + beat * 10 + id)])] }
        // Another does as it says.
        let kept = MessageID(1_000 + beat * 10 + id)
        lone.control(from: 2) { $0.have = [.init(topic, [kept])] }
        lone.message(kept, from: 2)
      }
      lone.heartbeats(1)
    }
    #expect(lone.closed == [1])
    #expect(lone.router.score(of: 2) ?? 0 > 0)
  }

  @Test func `a neighbour in debt is told of nothing and isn't listened to`() throws {
    var lone = try LoneRouter(neighbours: 8)
    lone.connect(9)
    lone.give(.rated(9, -11))
    lone.give(.publish(topic, 1, 0))
    lone.heartbeats(1)
    #expect(lone.told.allSatisfy { $0.peer != 9 || $0.control.have.isEmpty })
    lone.clear()
    lone.control(from: 9) { $0.have = [.init(topic, [2])] }
    lone.control(from: 9) { $0.want = [1] }
    #expect(lone.effects.isEmpty)
    lone.give(.rated(9, -51))
    lone.give(.publish(topic, 3, 0))
    #expect(!lone.sent.map(\.peer).contains(9))
  }

  @Test func `silence in the mesh costs, where messages are expected`() throws {
    var lone = try LoneRouter(neighbours: 8) {
      $0.score.meshDeliveryWeight = -1
      $0.score.meshFailureWeight = -1
      $0.score.meshDeliveryThreshold = 3
    }
    for beat in 0..<10 as Range<UInt64> {
      for peer in 1...7 as ClosedRange<Int32> {
        lone.message(MessageID(beat + 1), from: NodeIndex(peer))
      }
      lone.heartbeats(1)
    }
    #expect(lone.mesh == [1, 2, 3, 4, 5, 6, 7])
    // Its debt outlives its place in the mesh.
    #expect(lone.router.score(of: 8) ?? 0 < -8)
  }

  @Test func `a crowd at one address costs each of it`() throws {
    var lone = try LoneRouter(neighbours: 4)
    for number in 10..<18 { lone.connect(NodeIndex(number), address: 77) }
    lone.heartbeats(1)
    #expect(lone.router.score(of: 10) == 0)
    for number in 18..<20 { lone.connect(NodeIndex(number), address: 77) }
    lone.heartbeats(1)
    #expect(lone.router.score(of: 10) == -20)
    lone.give(.disconnected(18))
    lone.give(.disconnected(19))
    lone.heartbeats(1)
    #expect(lone.router.score(of: 10) == 0)
  }

  @Test func `memory of messages agrees with a plain list, and forgets the oldest first`() {
    var seen = SeenMessages(salt: 5)
    var model: [MessageID] = []
    var draw = Draw(seed: 9)
    for step in 0..<4_000 as Range<UInt64> {
      let id = MessageID(draw.integer(in: 0...900))
      #expect((seen.find(id) != nil) == model.contains(id))
      if seen.find(id) == nil {
        seen.insert(
          .init(
            id: id, arrived: Micros(step), judgedAt: 0, first: 0, window: 0, place: 0, topic: 1,
            verdict: .accepted))
        model.append(id)
      }
      if let place = seen.find(id) { #expect(seen[place].id == id) }
      while model.count > 300 {
        model.removeFirst()
        if let oldest = model.first, let place = seen.find(oldest) {
          seen.removeAll(before: seen[place].arrived)
        }
      }
      #expect(seen.count == model.count)
    }
  }

  @Test func `a flood of messages is remembered up to a bound`() {
    var seen = SeenMessages(salt: 5)
    for id in 0..<UInt64(SeenMessages.limit + 100) {
      seen.insert(
        .init(
          id: MessageID(id), arrived: 0, judgedAt: 0, first: 0, window: 0, place: 0, topic: 1,
          verdict: .accepted))
    }
    #expect(seen.count == SeenMessages.limit)
    #expect(seen.find(99) == nil)
    #expect(seen.find(100) != nil)
    #expect(MemoryLayout<SeenMessages.Entry>.stride == 40)
  }
}
