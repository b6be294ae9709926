import Testing
import WitanCrypto
import WitanDraw

@testable import Witan

@Suite("The requests that wait")
struct IntakeTests {
  static let authority = SimulatedAuthority(seed: 3)

  /// A request whose signature doesn't matter here.
  private func request(_ number: UInt64, of client: UInt64, bytes: Int = 8) -> Request {
    Request(
      client: Self.authority.signer(client).publicKey, number: number, expiry: 9,
      operations: [Array(repeating: 1, count: bytes)], signature: Signature())
  }

  @Test("One client alone may fill half of the room, by number and by bytes")
  func oneClient() {
    var intake = Intake()
    var number: UInt64 = 0
    while intake.admit(request(number, of: 1), at: 0) == nil { number += 1 }
    #expect(intake.count == Intake.requestLimit / 2)
    intake = Intake()
    number = 0
    while intake.admit(request(number, of: 1, bytes: 1 << 16), at: 0) == nil { number += 1 }
    #expect(intake.bytes <= Intake.byteLimit / 2 + (1 << 17))
    #expect(intake.bytes > Intake.byteLimit / 2 - (1 << 17))
  }

  @Test("While one floods, others get in, and the flood gets less as they come")
  func flood() {
    var intake = Intake()
    var number: UInt64 = 0
    while intake.admit(request(number, of: 0), at: 0) == nil { number += 1 }
    for client in UInt64(1)...100 {
      for number in UInt64(0)..<10 {
        #expect(intake.admit(request(number, of: client), at: 0) == nil)
      }
      #expect(intake.admit(request(number, of: 0), at: 0) == .refused(.busy))
    }
  }

  @Test("No number of greedy clients exceeds the bounds", arguments: [8, 60_000])
  func bounded(bytes: Int) {
    var intake = Intake()
    for client in UInt64(0)..<40 {
      var number: UInt64 = 0
      while intake.admit(request(number, of: client, bytes: bytes), at: 0) == nil { number += 1 }
      #expect(intake.count <= Intake.requestLimit)
      #expect(intake.bytes <= Intake.byteLimit)
    }
  }

  @Test("Tiny operations count for the memory they take")
  func tinyOperations() {
    let tiny = Request(
      client: Self.authority.signer(0).publicKey, number: 1, expiry: 1,
      operations: Array(repeating: [1], count: 4_096), signature: Signature())
    #expect(tiny.footprint > 40 * tiny.operationBytes)
  }

  @Test("What was let go leaves nothing behind")
  func memoryReturns() {
    var intake = Intake()
    for round in UInt64(0)..<3 {
      let requests = (0..<1_000).map { request(round * 1_000 + $0, of: $0 % 7) }
      for request in requests { #expect(intake.admit(request, at: Micros(round)) == nil) }
      for request in requests {
        let isGone = intake.remove(request.digest)
        #expect(isGone)
      }
      #expect(intake.count == 0 && intake.bytes == 0 && intake.unproposed == 0)
      #expect(intake.oldest == nil)
    }
    #expect(Self.queued(intake) <= 1_024)
  }

  @Test("One that waits for ever holds no memory of those that pass")
  func stuckHead() {
    var intake = Intake()
    let stuck = request(0, of: 1)
    #expect(intake.admit(stuck, at: 0) == nil)
    for number in UInt64(1)...20_000 {
      let passing = request(number, of: 2)
      #expect(intake.admit(passing, at: Micros(number)) == nil)
      intake.remove(passing.digest)
    }
    #expect(intake.oldest?.request == stuck)
    #expect(Self.queued(intake) <= 2 * 1 + 1_024 + 1)
  }

  private static func queued(_ intake: Intake) -> Int {
    Mirror(reflecting: intake).children.compactMap { child in
      child.label == "queue" ? Mirror(reflecting: child.value).children.count : nil
    }.first ?? .max
  }

  @Test("The oldest comes first, however often it came and went")
  func order() {
    var intake = Intake()
    let requests = (0..<6).map { request(UInt64($0), of: 1) }
    for (time, request) in requests.enumerated() {
      _ = intake.admit(request, at: Micros(UInt64(time)))
    }
    intake.remove(requests[0].digest)
    _ = intake.admit(requests[0], at: 10)
    intake.remove(requests[3].digest)
    #expect(intake.inOrder.map(\.request.number) == [1, 2, 4, 5, 0])
    #expect(intake.oldest?.arrivedAt == 1)
    #expect(intake.admit(requests[1], at: 11) == .duplicate)
  }

  @Test("What is proposed is counted once, and a new view counts all again")
  func proposed() {
    var intake = Intake()
    let requests = (0..<3).map { request(UInt64($0), of: 1) }
    for request in requests { _ = intake.admit(request, at: 5) }
    #expect(intake.noteProposed(requests[0].digest, at: 9)?.since == 5)
    #expect(intake.noteProposed(requests[0].digest, at: 9) == nil)
    #expect(intake.unproposed == 2)
    intake.noteUnproposed(requests[0].digest)
    intake.noteUnproposed(requests[0].digest)
    #expect(intake.unproposed == 3)
    _ = intake.noteProposed(requests[1].digest, at: 9)
    intake.remove(requests[1].digest)
    #expect(intake.unproposed == 2)
    #expect(intake.noteForwarded(requests[2].digest, at: 1) == true)
    #expect(intake.noteForwarded(requests[2].digest, at: 1) == false)
    intake.beginView()
    #expect(intake.unproposed == 2)
    #expect(intake.noteForwarded(requests[2].digest, at: 1) == true)
    let stranger = request(9, of: 1)
    #expect(intake.noteProposed(stranger.digest, at: 1) == nil)
    #expect(intake.noteForwarded(stranger.digest, at: 1) == false)
    let wasThere = intake.remove(stranger.digest)
    #expect(!wasThere)
  }

  @Test("A request that found a crowd waiting is no measure of the leader")
  func crowd() {
    var intake = Intake()
    let requests = (0..<300).map { request(UInt64($0), of: 1) }
    for request in requests { _ = intake.admit(request, at: 5) }
    let measured = requests.filter { intake.noteProposed($0.digest, at: 9) != nil }
    #expect(measured.count == Intake.crowd + 1)
    #expect(intake.unproposed == 0)
  }
}
