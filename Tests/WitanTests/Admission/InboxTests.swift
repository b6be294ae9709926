import Testing

@testable import Witan

@Suite("The inbox")
struct InboxTests {
  private let council: Council
  private var inbox: Inbox<Int>

  init() throws {
    council = try Council(4, parameters: Self.parameters)
    inbox = Inbox(members: council.members, parameters: Self.parameters)
  }

  private static var parameters: Parameters {
    var parameters = Parameters()
    parameters.checkpointInterval = 8
    parameters.window = 16
    return parameters
  }

  private static let vote = 128
  private static let block = 1 << 20

  /// What comes out until nothing is left, or so many times.
  private func drained(_ inbox: inout Inbox<Int>, atMost limit: Int = .max) -> [(
    frame: Int, source: Inbox<Int>.Source
  )] {
    var all: [(frame: Int, source: Inbox<Int>.Source)] = []
    while all.count < limit, let next = inbox.next() { all.append(next) }
    return all
  }

  @Test("What a sender sent comes out in its order")
  mutating func order() {
    for frame in 0..<60 {
      #expect(
        inbox.add(frame, bytes: frame * 40, from: .replica(ReplicaID(UInt32(frame % 4)))) == nil)
      #expect(inbox.add(frame, bytes: frame * 40, from: .client(UInt64(frame % 3))) == nil)
    }
    let all = drained(&inbox)
    #expect(all.count == 120 && inbox.isEmpty && inbox.bytes == 0)
    for source in (0..<4).map({ Inbox<Int>.Source.replica(ReplicaID($0)) })
      + (0..<3).map({ .client($0) })
    {
      let frames = all.filter { $0.source == source }.map(\.frame)
      #expect(frames == frames.sorted() && frames.count >= 15)
    }
  }

  @Test(
    "A replica that floods costs only its own messages, and no other's wait grows with the flood")
  mutating func flood() {
    var refused = 0
    for frame in 0..<10_000 where inbox.add(frame, bytes: Self.vote, from: .replica(3)) != nil {
      refused += 1
    }
    for id in [0, 1, 2] as [ReplicaID] {
      for frame in 0..<inbox.room.replicaFrames {
        #expect(inbox.add(frame, bytes: Self.vote, from: .replica(id)) == nil)
      }
    }
    #expect(inbox.tally(of: .replica(3))[.tooMany] == UInt64(refused))
    #expect(inbox.tally(of: .replica(3)).kept == UInt64(inbox.room.replicaFrames))
    #expect(refused == 10_000 - inbox.room.replicaFrames)
    let served = drained(&inbox, atMost: 200).filter { $0.source == .replica(3) }.count
    #expect((40...60).contains(served), "a quarter of the service, however much it sent")
  }

  @Test("A replica that sends large frames is served no more bytes than one that sends small ones")
  mutating func bytesCount() {
    for frame in 0..<64 { _ = inbox.add(frame, bytes: 10_000, from: .replica(0)) }
    for frame in 0..<64 { _ = inbox.add(frame, bytes: 1_000, from: .replica(1)) }
    var bytes = [0, 0]
    for _ in 0..<60 {
      guard let next = inbox.next() else { break }
      if next.source == .replica(0) { bytes[0] += 10_000 } else { bytes[1] += 1_000 }
    }
    #expect(abs(bytes[0] - bytes[1]) <= 20_000)
  }

  @Test("A vote that comes after a flood of blocks waits for one turn of each, not for the flood")
  mutating func shortWait() {
    for frame in 0..<16 {
      _ = inbox.add(frame, bytes: Self.block, from: .replica(0))
      _ = inbox.add(frame, bytes: Self.block, from: .replica(1))
    }
    #expect(inbox.add(7, bytes: Self.vote, from: .replica(2)) == nil)
    #expect(drained(&inbox, atMost: 2).contains { $0.source == .replica(2) })
  }

  @Test("What is too long for any correct sender is refused")
  mutating func tooLong() {
    #expect(inbox.add(1, bytes: Bounds.frameBytes + 1, from: .replica(0)) == .tooLong)
    #expect(inbox.add(1, bytes: -1, from: .replica(0)) == .tooLong)
    #expect(inbox.add(1, bytes: .max, from: .client(0)) == .tooLong)
    #expect(inbox.add(1, bytes: Bounds.frameBytes, from: .replica(0)) == nil)
    #expect(inbox.add(1, bytes: Bounds.queryBytes + 200, from: .client(0)) == nil)
    #expect(inbox.tally(of: .replica(0))[.tooLong] == 2)
    #expect(inbox.tally(of: .client(5))[.tooLong] == 1)
  }

  @Test("A leader's pipeline of full blocks is kept, whatever votes come with it")
  mutating func pipeline() {
    for frame in 0..<Int(Proposer.depth) {
      #expect(inbox.add(frame, bytes: Self.block + 20_000, from: .replica(0)) == nil)
    }
    for frame in 0..<32 { #expect(inbox.add(frame, bytes: Self.vote, from: .replica(0)) == nil) }
  }

  @Test("A new-view gets through although all others send as much as they can of the same size")
  mutating func newView() throws {
    let council = try Council(40, parameters: Self.parameters)
    var inbox = Inbox<Int>(members: council.members, parameters: Self.parameters)
    var attempts = 0
    var isKept = false
    while attempts < 200, !drained(&inbox, atMost: 1).contains(where: { $0.source == .replica(0) })
    {
      for id in 1..<UInt32(40) {
        while inbox.add(0, bytes: Bounds.frameBytes, from: .replica(ReplicaID(id))) == nil {}
      }
      if !isKept {
        isKept = inbox.add(1, bytes: Bounds.frameBytes, from: .replica(0)) == nil
        if inbox.tally(of: .replica(0))[.displaced] > 0 { isKept = false }
      }
      attempts += 1
      #expect(inbox.bytes <= inbox.room.bytes)
    }
    #expect(isKept && attempts <= 2 * 40, "one frame of each other one at most goes before")
  }

  @Test("Whoever must make room in the hall for another is told so, and what is left is served")
  mutating func displacement() {
    let half = Bounds.frameBytes
    #expect(inbox.add(1, bytes: half, from: .replica(1)) == nil)
    #expect(inbox.add(2, bytes: half, from: .replica(1)) == nil)
    #expect(inbox.add(3, bytes: half, from: .replica(2)) == .crowded, "as long ago: first come")
    #expect(inbox.next()?.frame == 1)
    #expect(inbox.add(4, bytes: half, from: .replica(1)) == nil)
    #expect(inbox.add(5, bytes: half, from: .replica(2)) == nil)
    #expect(inbox.tally(of: .replica(1))[.displaced] == 1)
    #expect(Set(drained(&inbox).map(\.frame)).isSuperset(of: [5]))
    #expect(inbox.bytes == 0)
  }

  @Test("Clients and replicas get half of the service each, while both wait")
  mutating func halves() {
    for frame in 0..<120 {
      for id in 0..<UInt32(2) {
        _ = inbox.add(frame, bytes: Self.vote, from: .replica(ReplicaID(id)))
      }
      for client in 0..<UInt64(20) { _ = inbox.add(frame, bytes: Self.vote, from: .client(client)) }
    }
    let first = drained(&inbox, atMost: 200)
    let replicas = first.count { if case .replica = $0.source { true } else { false } }
    #expect((98...102).contains(replicas))
    #expect(drained(&inbox).count == 120 * 22 - 200, "whoever is alone gets all of it")
  }

  @Test(
    "A client that floods leaves half of the room to others, and its turn is no longer than theirs")
  mutating func greedyClients() {
    var kept = 0
    for frame in 0..<10_000 {
      let overflow = inbox.add(frame, bytes: Self.vote, from: .client(1))
      if overflow == nil { kept += 1 } else { #expect(overflow == .tooMany) }
    }
    #expect(kept == inbox.room.clientFrames / 2)
    #expect(inbox.add(0, bytes: Self.vote, from: .client(2)) == nil)
    #expect(drained(&inbox, atMost: 20).contains { $0.source == .client(2) })
    var bytes = 0
    while inbox.add(0, bytes: Bounds.queryBytes, from: .client(3)) == nil { bytes += 1 }
    #expect(bytes == 16, "of thirty-two megabytes")
    #expect(inbox.tally(of: .client(9))[.tooMuch] == 1)
  }

  @Test("However many clients come, their room stays what it is, and is all given back")
  mutating func manyClients() {
    var crowded = 0
    for client in 0..<UInt64(9_000) {
      if inbox.add(0, bytes: Self.vote, from: .client(client)) == .crowded { crowded += 1 }
    }
    #expect(crowded == 9_000 - inbox.room.clientFrames)
    #expect(drained(&inbox).count == inbox.room.clientFrames)
    #expect(inbox.bytes == 0)
    for round in UInt64(1)...10 {
      let large = (0..<60).count { client in
        inbox.add(0, bytes: 1_000_000, from: .client(round << 32 | UInt64(client))) == nil
      }
      #expect(large == 33, "as many in each round")
      #expect(drained(&inbox).count == large && inbox.bytes == 0)
    }
  }

  @Test("Who sends what no correct replica does is served last while others wait, and only then")
  mutating func charges() {
    for _ in 0..<8 { inbox.charge(.malformed(.truncated), to: .replica(1)) }
    inbox.charge(.duplicate, to: .replica(0))
    inbox.charge(.badClientSignature, to: .client(1))
    #expect(inbox.tally(of: .replica(1)).refused == 8)
    #expect(inbox.tally(of: .replica(0)).refused == 1)
    #expect(inbox.tally(of: .client(0)).refused == 1)
    for frame in 0..<100 {
      _ = inbox.add(frame, bytes: Self.vote, from: .replica(0))
      _ = inbox.add(frame, bytes: Self.vote, from: .replica(1))
    }
    let first = drained(&inbox, atMost: 100)
    #expect(first.allSatisfy { $0.source == .replica(0) })
    #expect(drained(&inbox).count == 100)
  }

  @Test("Those who aren't members share one lane, at nobody else's cost")
  mutating func strangers() {
    for id in 10..<UInt32(2_000) {
      _ = inbox.add(0, bytes: Self.vote, from: .replica(ReplicaID(id)))
    }
    #expect(inbox.count == inbox.room.replicaFrames)
    #expect(inbox.add(0, bytes: Self.vote, from: .replica(77)) == .tooMany)
    #expect(inbox.add(0, bytes: Self.vote, from: .replica(3)) == nil)
    #expect(inbox.next()?.source == .replica(10))
  }

  @Test("When others become members, what waits stays, and what is known of those who stay")
  mutating func epochs() throws {
    for frame in 0..<10 {
      _ = inbox.add(frame, bytes: Self.vote, from: .replica(1))
      _ = inbox.add(frame, bytes: Self.vote, from: .replica(3))
      _ = inbox.add(frame, bytes: Self.vote, from: .client(1))
    }
    _ = inbox.add(0, bytes: .max, from: .replica(1))
    let bytes = inbox.bytes
    let next = try Membership(council.members.members.filter { $0.id != 3 })
    inbox.beginEpoch(next)
    #expect(inbox.count == 30 && inbox.bytes == bytes)
    #expect(inbox.tally(of: .replica(1)).kept == 10)
    #expect(inbox.tally(of: .replica(1))[.tooLong] == 1)
    #expect(inbox.room.bytes == InboxRoom(members: 3, parameters: Self.parameters).bytes)
    let all = drained(&inbox)
    for source in [.replica(1), .replica(3), .client(1)] as [Inbox<Int>.Source] {
      #expect(all.filter { $0.source == source }.map(\.frame) == Array(0..<10))
    }
    #expect(inbox.bytes == 0)
  }

  @Test("A thousand replicas and as many clients that all flood fill no more than the stated room")
  mutating func thousand() throws {
    let council = try Council(1_000, parameters: Self.parameters)
    var inbox = Inbox<Int>(members: council.members, parameters: Self.parameters)
    for round in 0..<4 {
      for id in 0..<UInt32(1_000) {
        for size in [Self.vote, 300_000, 5_000, 40_000_000] {
          _ = inbox.add(round, bytes: size, from: .replica(ReplicaID(id)))
          _ = inbox.add(round, bytes: min(size, 1_000_000), from: .client(UInt64(id)))
        }
      }
    }
    #expect(inbox.bytes <= inbox.room.bytes)
    #expect(inbox.room.bytes < 512 << 20)
    for members in [1, 4, 100, 1_000, Membership.memberLimit] {
      #expect(InboxRoom(members: members, parameters: Parameters()).bytes < 1 << 30)
    }
  }

  @Test(
    "What comes out is what was kept, whatever is sent by whom", arguments: 0..<20 as Range<UInt64>)
  mutating func conservation(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func draw(_ bound: UInt64) -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state % bound
    }
    let sizes = [100, 128, 4_000, 200_000, 1 << 20, 30 << 20]
    var waiting: [Inbox<Int>.Source: [Int]] = [:]
    var served: UInt64 = 0
    for frame in 0..<4_000 {
      if draw(3) == 0 {
        guard let (frame, source) = inbox.next() else { continue }
        served += 1
        // What was displaced is missing; what is there keeps its order.
        while let first = waiting[source]?.first, first != frame { waiting[source]?.removeFirst() }
        guard waiting[source]?.first == frame else {
          Issue.record("\(frame) of \(source) came out, and doesn't wait or comes too early")
          return
        }
        waiting[source]?.removeFirst()
      } else {
        let source: Inbox<Int>.Source =
          draw(2) == 0 ? .replica(ReplicaID(UInt32(draw(6)))) : .client(draw(8))
        let size = sizes[Int(draw(UInt64(sizes.count)))]
        if inbox.add(frame, bytes: size, from: source) == nil {
          waiting[source, default: []].append(frame)
        }
      }
      #expect(inbox.bytes <= inbox.room.bytes && inbox.bytes >= 0)
    }
    served += UInt64(drained(&inbox).count)
    var kept = inbox.tally(of: .client(0)).kept
    // Replica 4 and 5 are no members: one tally for both.
    for id in 0..<UInt32(5) {
      let tally = inbox.tally(of: .replica(ReplicaID(id)))
      kept += tally.kept - tally[.displaced]
    }
    #expect(served == kept)
    #expect(inbox.bytes == 0 && inbox.isEmpty)
  }
}
