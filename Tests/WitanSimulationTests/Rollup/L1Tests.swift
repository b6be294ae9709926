import Testing
import Witan
import WitanDraw
import WitanEvents
import WitanRollup

@testable import WitanSimulation

/// The two kinds of L1.
@Suite struct L1Tests {
  @Test func `D46 to D48 on an L1 of Witan's own replicas blocks are pending, proven and final`()
    throws
  {
    let done = try RolledUp { $0.l1 = .replicated }
    let tips = done.run.result.tips
    #expect(tips.pending >= 14 && tips.proven == tips.pending && tips.finalised == tips.proven)
    // A block is pending as soon as the replicas have agreed on it, soon after its slot is over.
    for event in done.events(.pendingBlock) {
      let due = Micros.seconds(12) * (UInt64(event.slot) + 1)
      #expect(event.time > due && event.time < due + .seconds(1))
    }
    // What is decided is final at once.
    let final = done.events(.finalisedBlock)
    #expect(final.map(\.value) == done.events(.provenBlock).map(\.value))
    #expect(done.run.metrics.takenBack == 0 && done.events(.l1Reorganised).isEmpty)
    #expect(done.run.metrics.refusals.isEmpty)
  }

  @Test func `both kinds of L1 come to the same chain of the same world`() throws {
    let (modelled, replicated) = (try RolledUp(), try RolledUp { $0.l1 = .replicated })
    // Their blocks have other randomness, and draw other committees; but as much comes of both.
    let (one, two) = (modelled.run.result, replicated.run.result)
    #expect(one.tips.pending.distance(after: two.tips.pending) <= 2)
    #expect(two.tips.pending.distance(after: one.tips.pending) <= 2)
  }

  @Test func `with a lottery, leaders are drawn on a replicated L1 too`() throws {
    let done = try RolledUp {
      $0.l1 = .replicated
      $0.selection = .fernet
      $0.epochs = 3
    }
    #expect(done.run.result.tips.pending >= 9)
    #expect(done.run.metrics.refusals.isEmpty)
    #expect(done.events(.leaderSelected).count >= 11)
  }

  @Test func `one of L1's four replicas may be gone, and of two that are nothing comes`() throws {
    // The first leader is gone: the others give it up and go on.
    let one = try RolledUp {
      $0.l1 = .replicated
      $0.l1Offline = 1
    }
    #expect(one.run.result.tips.pending >= 13)
    #expect(one.run.result.tips.finalised == one.run.result.tips.pending)
    let two = try RolledUp {
      $0.l1 = .replicated
      $0.l1Offline = 2
    }
    #expect(two.events(.l1Block).isEmpty && two.run.result.tips.pending == 0)
  }

  @Test func `the same seed gives the same events on a replicated L1`() throws {
    let (one, two) = (
      try RolledUp { $0.l1 = .replicated }, try RolledUp { $0.l1 = .replicated }
    )
    #expect(one.log.elementsEqual(two.log))
    #expect(zip(one.log, one.log.dropFirst()).allSatisfy { $0.time <= $1.time })
  }

  @Test func `C15 with one validator left, blocks come again on a replicated L1`() throws {
    let done = try RolledUp {
      $0.l1 = .replicated
      $0.offlineSequencers = 11
      $0.epochs = 12
    }
    #expect(done.events(.pendingBlock).count { $0.slot >= 24 } >= 20)
  }

  @Test func `a transaction is in no block of L1 that comes too soon after it`() throws {
    let done = try RolledUp {
      $0.l1Interval = .seconds(4)
      $0.l1Inclusion = .seconds(3)
      $0.epochs = 6
    }
    #expect(done.run.result.tips.pending >= 18)
    let finished = done.events(.proofFinished)
    for event in done.events(.provenBlock) {
      let last = finished.filter { $0.value <= event.value }.map(\.time).max() ?? 0
      #expect(event.time >= last + .seconds(3))
    }
  }

  @Test func `whoever has something on L1 pays for it, and the price moves`() throws {
    let done = try RolledUp()
    let paid = done.events(.l1FeePaid)
    #expect(paid.count >= done.events(.pendingBlock).count)
    #expect(done.run.result.l1Fees == paid.reduce(0) { $0 + $1.value })
    #expect(Set(paid.map(\.value)).count > paid.count / 2)
    var fees = L1Fees(Draw(seed: 3))
    var prices: Set<UInt64> = []
    for _ in 0..<400 {
      let before = fees.price
      fees.move(with: 0)
      #expect(fees.price >= 1_000 && fees.price <= before + before / 8 + 1)
      prices.insert(fees.price)
    }
    #expect(prices.count > 150)
    // Blocks that are always full make it dearer and dearer.
    let before = fees.price
    for _ in 0..<40 { fees.move(with: 60_000_000) }
    #expect(fees.price > 50 * before)
  }
}
