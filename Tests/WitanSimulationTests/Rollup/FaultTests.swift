import Testing
import Witan
import WitanDraw
import WitanEvents
import WitanRollup

@testable import WitanSimulation

/// Faults of validators and of the network, beyond the core cases.
@Suite struct RollupFaultTests {
  @Test func `a proposer of two blocks is seen, gets neither through, and is slashed`() throws {
    let done = try RolledUp {
      $0.validators = 24
      $0.equivocating = 3
      $0.epochs = 8
    }
    let twice = done.events(.blockProposed).filter { $0.detail == 2 }
    #expect(!twice.isEmpty && twice.count.isMultiple(of: 2))
    #expect(done.run.metrics.equivocations == twice.count / 2)
    let seen = done.events(.equivocationSeen)
    let pending = Set(done.events(.pendingBlock).map(\.slot))
    for slot in Set(twice.map(\.slot)) {
      #expect(!pending.contains(slot))
      // Everybody who is there knows soon, and most before they would have signed.
      #expect(seen.count { $0.slot == slot } >= 20)
      let signed = done.events(.attestationCreated).filter { $0.slot == slot }
      #expect(signed.count < Committee.threshold(of: 9))
    }
    let culprits = Set(twice.map(\.actor))
    let slashed = done.events(.slashed)
    #expect(Set(slashed.map(\.subject)) == culprits)
    // A tenth each time.
    #expect(slashed.allSatisfy { $0.value > 8_000_000 && $0.value <= 10_000_000 })
    #expect(done.run.result.slashed == slashed.reduce(0) { $0 + $1.value })
    // With too little left at stake nobody is drawn again, from the second epoch after on.
    for event in slashed {
      let epoch = event.time.rawValue / Micros.seconds(48).rawValue
      let later = done.events(.committeeMember).filter {
        $0.subject == event.subject && $0.time.rawValue / Micros.seconds(48).rawValue > epoch + 1
      }
      #expect(later.isEmpty)
    }
  }

  @Test func `nobody who keeps to the rules is ever slashed`() throws {
    for seed in UInt64(1)...3 {
      let done = try RolledUp {
        $0.seed = seed
        $0.invalidBlocks = 2
        $0.withheldEffects = 2
        $0.offlineSequencers = 2
        $0.loss = 0.05
      }
      #expect(done.events(.slashed).isEmpty && done.events(.equivocationSeen).isEmpty)
    }
  }

  @Test func `while the network is cut in two without a quorum no block comes, and then they do`()
    throws
  {
    let span = Micros.seconds(12)
    let done = try RolledUp {
      $0.validators = 24
      $0.epochs = 8
      $0.partitions = [.init(from: span * 8, until: span * 14, share: 0.5)]
    }
    let pending = done.events(.pendingBlock).map(\.slot)
    #expect(pending.count { (8..<14).contains($0) } == 0)
    #expect(pending.count { $0 < 8 } >= 7 && pending.count { $0 >= 14 } >= 14)
    let parts = done.events(.partitionChanged)
    #expect(parts.first?.time == span * 8 && (parts.first?.hops ?? 0) >= 2)
    #expect(parts.last?.time == span * 14 && parts.last?.hops == 1)
    // What is received comes from one's own side.
    let run = done.run
    let word = UInt64(share: 0.5)
    let dice = run.dice.dividing.narrowed(to: 0)
    for event in done.events(.blockReceived) where (8..<14).contains(event.slot) {
      let sides = [event.actor, event.subject].map { dice.word(UInt64($0.rawValue)) < word }
      #expect(sides[0] == sides[1])
    }
  }

  @Test func `the larger side of a partition goes on alone where it has a quorum`() throws {
    let done = try RolledUp {
      $0.validators = 40
      $0.committee = 12
      $0.epochs = 6
      $0.partitions = [.init(from: 0, until: Micros(.max), share: 0.08)]
    }
    #expect(done.run.result.tips.pending >= 12)
  }

  @Test func `whoever comes back fetches what it missed, and does nothing before that`() throws {
    let done = try RolledUp {
      $0.downtime = .init(0.05, 0.05, 0.05)
      $0.recovery = .init(0.3, 0.3, 0.3)
      $0.application = .milliseconds(15)
      $0.epochs = 8
    }
    let synced = done.events(.nodeSynced)
    #expect(synced.count > 5)
    let online = done.events(.nodeOnline)
    for event in synced {
      #expect(event.value >= 50_000 * UInt64(event.hops) && event.hops > 0)
      #expect(
        online.contains {
          $0.subject == event.subject && $0.time + Micros(event.value) == event.time
        })
      let early = done.log.filter {
        ($0.kind == .attestationCreated || $0.kind == .blockProposed) && $0.actor == event.subject
          && $0.slot == event.slot && $0.time < event.time
      }
      #expect(early.isEmpty)
    }
  }

  @Test func `a private transaction is in no block but the next proposer's, for a slot`() throws {
    let done = try RolledUp { $0.privateShare = 1 }
    let sent = done.events(.transactionSubmitted)
    #expect(!sent.isEmpty && sent.allSatisfy { $0.detail == 1 })
    for event in sent where event.slot < 15 {
      let next = done.events(.proposerAssigned).first { $0.slot == event.slot + 1 }
      #expect(next?.subject == event.subject)
    }
    // When nobody proposes, the user tells everybody, and another takes it.
    let result = done.run.result
    #expect(Double(result.pendingTransactions) >= 0.8 * Double(sent.count))
    let open = try RolledUp()
    #expect(open.events(.transactionSubmitted).allSatisfy { $0.detail == 0 })
  }

  @Test func `proofs that Z3 judges and those that are added up come to the same`() throws {
    let judged = try RolledUp()
    let added = try RolledUp { $0.proving = .modelled }
    #expect(judged.log.elementsEqual(added.log))
    #expect(judged.run.result.tips.proven > 0)
  }

  @Test func `by stake, who has more is in more committees`() throws {
    let done = try RolledUp {
      $0.validators = 30
      $0.committee = 3
      $0.epochs = 200
      $0.slotsPerEpoch = 1
      $0.tps = 0
      $0.proving = .off
      $0.stakes = .spread
    }
    let contracts = done.run.l1.contracts
    let stakes = done.run.keys.map { contracts.stake(of: $0)?.amount.units ?? 0 }
    let members = done.events(.committeeMember).map { Int($0.subject.rawValue) }
    let counts = (0..<30).map { node in members.count { $0 == node } }
    let order = stakes.indices.sorted { stakes[$0] < stakes[$1] }
    let (poor, rich) = (Array(order.prefix(10)), Array(order.suffix(10)))
    let drawn = { (nodes: [Int]) -> Double in Double(nodes.map { counts[$0] }.reduce(0, +)) }
    let staked = { (nodes: [Int]) -> Double in Double(nodes.map { stakes[$0] }.reduce(0, +)) }
    let ratio = drawn(rich) / max(1, drawn(poor))
    let expected = staked(rich) / staked(poor)
    #expect(ratio > 0.6 * expected && ratio < 1.6 * expected)
  }
}
