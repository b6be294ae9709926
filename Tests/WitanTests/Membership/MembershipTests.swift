import Testing
import WitanCrypto
import WitanDraw

@testable import Witan

/// Who sits where, and who leads when.
@Suite struct MembershipTests {
  @Test("Seats follow the order of the names, and strangers have none")
  func seats() throws {
    let network = try Network()
    let ids: [ReplicaID] = [70, 3, 1, 400, 0, ReplicaID(.max)]
    let members = try Membership(ids.map { network.member($0) })
    for (index, id) in ids.sorted().enumerated() {
      #expect(members.seat(of: id) == Seat(index))
      #expect(members[Seat(index)].id == id)
    }
    for stranger in [2, 4, 69, 71, 399, 401, ReplicaID(.max - 1)] as [ReplicaID] {
      #expect(members.seat(of: stranger) == nil)
    }
  }

  @Test("Everyone leads in turn, and every epoch begins one seat further")
  func leaders() throws {
    let members = try Network(4).members
    for epoch in UInt64(0)..<6 {
      let leaders = (UInt64(0)..<8).map { members.leader(of: View($0), in: Epoch(epoch)).index }
      #expect(leaders == (0..<8).map { ($0 + Int(epoch)) % 4 })
    }
  }

  @Test("The last view of the last epoch has a leader too")
  func lastView() throws {
    for count in 1...7 {
      let members = try Network(count).members
      #expect(members.leader(of: View(.max), in: Epoch(.max)).index < count)
    }
  }

  @Test("The digest commits to every name, key and weight")
  func digests() throws {
    let network = try Network()
    let all = try [
      Membership([network.member(0), network.member(1)]),
      Membership([network.member(0), network.member(1, power: 2)]),
      Membership([network.member(0), network.member(2)]),
      Membership([network.member(0)]),
      Membership([network.member(0), Member(id: 1, key: network.signer(9).publicKey)]),
    ]
    #expect(Set(all.map(\.digest)).count == all.count)
  }

  @Test("A set of seats weighs what its members weigh")
  func power() throws {
    let members = try Network(powers: [1, 2, 4, 8]).members
    for subset in 0..<16 {
      var seats = SeatSet()
      for seat in 0..<4 where subset >> seat & 1 == 1 { seats.insert(Seat(seat)) }
      #expect(members.power(of: seats) == VotingPower(UInt64(subset)))
    }
  }
}

/// A set of seats does what a set of numbers does.
@Suite struct SeatSetTests {
  @Test("It holds what was put in and not taken out, in order")
  func model() {
    var draw = Draw(seed: 5)
    for limit in [1, 63, 64, 65, 128, 4_095] {
      var set = SeatSet()
      var model: Set<Int> = []
      for _ in 0..<300 {
        let index = draw.integer(in: 0...limit)
        if draw.chance(0.3) {
          set.remove(Seat(index))
          model.remove(index)
        } else {
          #expect(set.insert(Seat(index)) == model.insert(index).inserted)
        }
        #expect(set.contains(Seat(index)) == model.contains(index))
      }
      #expect(set.map(\.index) == model.sorted())
      #expect(set.count == model.count)
      #expect(set.last?.index == model.max())
      #expect(set.isEmpty == model.isEmpty)
      set.removeAll()
      #expect(set.isEmpty && set.count == 0 && set.last == nil && Array(set) == [])
    }
  }

  @Test("Sets of the same seats are equal and hash alike, whatever room they have")
  func equality() {
    var small = SeatSet()
    var large = SeatSet(capacity: 1_000)
    #expect(small == large && small.hashValue == large.hashValue)
    small.insert(Seat(3))
    #expect(small != large && large != small)
    large.insert(Seat(3))
    #expect(small == large && small.hashValue == large.hashValue)
    large.insert(Seat(900))
    #expect(small != large && large != small)
    large.remove(Seat(900))
    #expect(small == large)
  }

  @Test("A seat beyond the room is in no set, and taking it out changes nothing")
  func beyond() {
    var set = SeatSet(capacity: 64)
    #expect(!set.contains(Seat(64)) && !set.contains(Seat(1 << 40)))
    set.remove(Seat(1 << 40))
    #expect(set == SeatSet())
  }
}
