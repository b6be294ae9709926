import Testing
import Witan
import WitanDraw
import WitanEvents
import WitanRollup

@testable import WitanSimulation

/// A run with all its events.
struct RolledUp {
  let run: RollupRun
  let log: EventLog

  init(_ change: (inout RollupScenario) -> Void = { _ in }) throws {
    // A dozen honest validators, whose blocks nothing delays.
    var scenario = RollupCluster.sprtn.scenario
    scenario.validators = 12
    scenario.committee = 9
    scenario.epochs = 4
    scenario.l1Finality = 8
    change(&scenario)
    var run = try RollupRun(scenario)
    var log = EventLog()
    try run.complete { log.append(contentsOf: $0) }
    self.run = run
    self.log = log
  }

  func events(_ kind: EventKind) -> [Event] { log.filter { $0.kind == kind } }
}

/// D46 to D51: the core cases of the network.
@Suite struct EndToEndTests {
  @Test func `D46 a block is proposed and added to the pending chain`() throws {
    let done = try RolledUp()
    let first = try #require(done.events(.pendingBlock).first)
    #expect(first.value == 1)
    let proposal = try #require(done.events(.blockProposed).first { $0.slot == first.slot })
    #expect(proposal.actor == first.actor && proposal.time < first.time)
    // Two thirds and one more had signed, and stand on L1.
    let signed = done.events(.attestationOnL1).filter { $0.slot == first.slot }
    #expect(signed.count == Committee.threshold(of: 9))
    #expect(done.run.result.tips.pending >= 14)
  }

  @Test func `D47 a block is proven and added to the proven chain`() throws {
    let done = try RolledUp()
    let proven = try #require(done.events(.provenBlock).first)
    let last = try #require(
      done.events(.pendingBlock).last { $0.value == proven.value })
    // It is the last of its epoch, and the epoch was over.
    #expect(proven.time >= .seconds(4 * 12) && last.slot <= 3)
    #expect(done.run.result.tips.proven == done.run.result.tips.pending)
    let coordinator = try #require(
      done.events(.proposerAssigned).first { $0.slot == 3 }
    ).subject
    #expect(proven.actor == coordinator)
  }

  @Test func `D48 a block is finalised once L1 can't take its proof back`() throws {
    let done = try RolledUp()
    let final = try #require(done.events(.finalisedBlock).first)
    let proven = try #require(done.events(.provenBlock).first)
    #expect(final.value == proven.value)
    #expect(final.time == proven.time + .seconds(12 * 8))
    #expect(done.run.result.tips.finalised == done.run.result.tips.pending)
  }

  @Test func `D49 the network tolerates a sequencer going offline`() throws {
    let done = try RolledUp { $0.offlineSequencers = 1 }
    let slots = Set(done.events(.pendingBlock).map(\.slot))
    let absent = try #require(done.run.population.isAbsent.firstIndex(of: true))
    let own = done.events(.proposerAssigned).filter { $0.subject == Party(absent) }.map(\.slot)
    #expect(own.allSatisfy { !slots.contains($0) })
    // Nobody else's slots are lost for it, but where somebody chose not to propose.
    #expect(slots.count >= 16 - own.count - 1)
    #expect(done.run.result.tips.finalised == done.run.result.tips.pending)
  }

  @Test func `D50 the network tolerates a prover going offline`() throws {
    let done = try RolledUp {
      $0.provers = 2
      $0.offlineProvers = 1
      $0.epochs = 8
    }
    let epochs = Set(done.events(.provenBlock).map(\.value)).count
    // Coordinators of the prover that is gone prove nothing; those that come after them prove their epochs too.
    #expect((1..<8).contains(epochs))
    #expect(done.events(.proofStarted).allSatisfy { $0.actor == Party(1) })
    #expect(done.run.result.tips.proven.rawValue > 0)
    #expect(done.run.result.tips.pending.rawValue >= 28)
  }

  @Test func `D51 the network tolerates a sequencer submitting an invalid block`() throws {
    let done = try RolledUp { $0.invalidBlocks = 1 }
    let wrong = done.events(.blockProposed).filter { $0.detail == 1 }
    #expect(!wrong.isEmpty)
    let pending = Set(done.events(.pendingBlock).map(\.slot))
    for event in wrong {
      #expect(!pending.contains(event.slot))
      // Whoever executed it saw that it isn't right, and didn't sign.
      let verified = done.events(.blockVerified).filter { $0.slot == event.slot }
      #expect(!verified.isEmpty && verified.allSatisfy { $0.detail == 0 })
      let attested = done.events(.attestationCreated).filter { $0.slot == event.slot }
      #expect(attested.allSatisfy { $0.actor == event.actor })
    }
    #expect(pending.count >= 16 - wrong.count - 1)
    #expect(done.run.result.tips.finalised == done.run.result.tips.pending)
  }
}

@Suite struct RollupRunTests {
  @Test func `A4 the same seed gives the same events, and another seed others`() throws {
    let (one, two) = (try RolledUp(), try RolledUp())
    #expect(one.log.elementsEqual(two.log))
    let other = try RolledUp { $0.seed = 2 }
    #expect(!one.log.elementsEqual(other.log))
  }

  @Test func `events come in the order of time, and say how many there are`() throws {
    let log = try RolledUp().log
    #expect(zip(log, log.dropFirst()).allSatisfy { $0.time <= $1.time })
    #expect(log.first?.kind == .simulationStart)
    let last = try #require(log.last)
    #expect(last.kind == .simulationEnd && Int(last.value) == log.count)
  }

  @Test func `A6 to A19 every kind of event is recorded`() throws {
    let done = try RolledUp {
      $0 = RollupScenario()
      $0.validators = 60
      $0.committee = 16
      $0.loss = 0.05
      $0.l1Finality = 4
      $0.l1Reorganisation = 0.1
      $0.offlineProvers = 0
      $0.invalidBlocks = 2
      $0.withheldEffects = 5
      $0.equivocating = 8
    }
    let fernet = try RolledUp {
      $0.selection = .fernet
      $0.epochs = 6
      $0.proposing.honest = 0.6
    }
    let alone = try RolledUp {
      $0.offlineSequencers = 11
      $0.epochs = 10
    }
    let seen = Set((Array(done.log) + Array(fernet.log) + Array(alone.log)).map(\.kind))
    let missing = EventKind.allCases.filter { !seen.contains($0) }
    #expect(missing.isEmpty, "\(missing.map(\.name)) never happened")
  }

  @Test func `A35 blocks reach L1 when their slot is over, attested in half of it`() throws {
    let done = try RolledUp { $0.slot = .seconds(36) }
    for event in done.events(.l1Submission) where event.detail == 0 {
      #expect(event.time <= .seconds(36 * UInt64(event.slot) + 18))
    }
    for event in done.events(.pendingBlock) {
      #expect(event.time == .seconds(36 * (UInt64(event.slot) + 1)))
    }
  }

  @Test func `D15 and D16 ten transactions a second go through, every block within 30 s`() throws {
    let done = try RolledUp { $0.epochs = 10 }
    let metrics = done.run.metrics
    #expect(metrics.updates.longest <= .seconds(30))
    let result = done.run.result
    #expect(Double(result.pendingTransactions) >= 0.9 * Double(metrics.submittedTransactions))
  }

  @Test func `D26 and D3 however L1 reorganises, what was final stays`() throws {
    for seed in UInt64(1)...6 {
      let done = try RolledUp {
        $0.seed = seed
        $0.l1Reorganisation = 0.3
        $0.l1Missed = 0.2
        $0.epochs = 8
      }
      let final = done.events(.finalisedBlock).map(\.value)
      #expect(final == final.sorted() && Set(final).count == final.count)
      let tips = done.run.result.tips
      #expect(tips.finalised <= tips.proven && tips.proven <= tips.pending)
      #expect(done.run.metrics.takenBack > 0)
      // The network gets over it.
      #expect(tips.pending.rawValue > 12)
    }
  }

  @Test func `C15 with one validator left, blocks come again`() throws {
    let done = try RolledUp {
      $0.offlineSequencers = 11
      $0.epochs = 12
    }
    let slots = done.events(.pendingBlock).map(\.slot)
    let present = done.events(.presenceDeclared).map(\.actor)
    #expect(Set(present).count == 1)
    // Four epochs are patience; after that only who is there is drawn.
    #expect(slots.filter { $0 >= 24 }.count >= 20)
  }

  @Test func `withheld effects keep a block from the pending chain, and L1 says why`() throws {
    let done = try RolledUp { $0.withheldEffects = 12 }
    #expect(done.run.result.tips.pending == 0)
    #expect(done.run.metrics.refusals[.effectsUnavailable] == done.run.metrics.submitted)
  }

  @Test func `B7 and B12 with a lottery, an uncle takes over where the leader fails`() throws {
    let done = try RolledUp {
      $0.selection = .fernet
      $0.proposing.honest = 0.5
    }
    let revealed = done.events(.blockRevealed)
    let late = Set(revealed.filter { $0.hops > 0 }.map(\.slot))
    let pending = Set(done.events(.pendingBlock).map(\.slot))
    #expect(!late.isDisjoint(with: pending))
    let shown = Set(revealed.map(\.slot))
    #expect(pending.isSubset(of: shown))
    // A slot that comes to nothing says in which phase.
    let failed = done.events(.roundFailed)
    for slot in UInt32(0)..<16 where !pending.contains(slot) {
      #expect(failed.contains { $0.slot == slot })
    }
    #expect(failed.contains { $0.detail == 2 })
  }

  @Test func `without gossip everyone hears of everything directly`() throws {
    let done = try RolledUp { $0.p2p = false }
    #expect(done.events(.blockReceived).allSatisfy { $0.hops == 1 })
    #expect(done.run.result.tips.pending >= 14)
  }

  @Test func `without proving nothing is proven, and without fees nothing is paid`() throws {
    let done = try RolledUp { $0.proving = .off }
    #expect(done.run.result.tips.proven == 0 && done.events(.proofStarted).isEmpty)
    let free = try RolledUp { $0.fees = false }
    #expect(free.events(.rewardPaid).allSatisfy { $0.detail != ContractEvent.Merit.fees.rawValue })
    #expect(done.events(.rewardPaid).contains { $0.detail == ContractEvent.Merit.fees.rawValue })
  }

  @Test func `scenarios that can't be are refused with the rule and the values`() {
    let wrong: [((inout RollupScenario) -> Void, String)] = [
      ({ $0.shares.honest = 0.5 }, "0.5 + 0.1 + 0.05 is 0.65, and shares must add up to 1"),
      ({ $0.committee = 101 }, "a committee of 101 can't be drawn from 100 validators"),
      ({ $0.mesh.low = 9 }, "D_low 9, D 8 and D_high 12 are out of order"),
      ({ $0.offlineProvers = 2 }, "2 provers can't be offline of 1"),
      (
        {
          $0.equivocating = 60; $0.invalidBlocks = 41
        },
        "101 faulty sequencers are more than the 100 there are"
      ),
      (
        {
          $0.equivocating = 1; $0.p2p = false
        },
        "without gossip nobody passes on the second of two blocks"
      ),
      ({ $0.l1Offline = 1 }, "a modelled L1 has no replicas"),
      (
        {
          $0.l1 = .replicated; $0.l1Offline = 5
        }, "5 of L1's 4 replicas can't be offline"
      ),
      (
        {
          $0.l1 = .replicated; $0.l1Reorganisation = 0.1
        },
        "a replicated L1 takes no block back and misses no transaction"
      ),
      (
        { $0.partitions = [.init(from: 5, until: 5, share: 0.5)] },
        "a partition from 5us to 5us has no time"
      ),
      ({ $0.slot = 0 }, "there is no time without slots"),
    ]
    for (change, problem) in wrong {
      var scenario = RollupScenario()
      change(&scenario)
      #expect(throws: RollupFlaw.self) { try RollupRun(scenario) }
      do { _ = try RollupRun(scenario) } catch {
        #expect((error as? RollupFlaw)?.problem == problem)
      }
    }
  }
}
