import Testing
import WitanCrypto
import WitanSimulation

@testable import Witan

/// F29, F35 and F37 across epochs: how a replica gets from one epoch into the next, whatever it missed. Each test says
/// what change in the core turns it red.
@Suite("Known faults: epochs")
struct EpochFaults {
  // Red if `learn` takes only certificates of the present epoch's own checkpoints.
  @Test("F29: whoever lost the votes that end an epoch enters the next by their certificate")
  func f29LostVotesAtTheEnd() throws {
    var stage = try Stage(hostile: [3]) { $0.epochLength = 4 }
    stage.carries = { $0.to != 2 || $0.message.signed?.statement.kind != .checkpoint }
    try stage.submit(stage.request(1, .reconfigure(stage.reweighted([2, 2, 2, 2]))))
    for number in UInt64(2)...4 {
      stage.run()
      try stage.submit(stage.request(number))
    }
    stage.run()
    #expect(stage.correct.map { stage[$0].epoch } == [1, 1, 0])
    stage.carries = { _ in true }
    try stage.submit(stage.request(5))
    stage.elapse(.seconds(60))
    #expect(stage.correct.map { stage[$0].epoch } == [1, 1, 1])
    #expect(stage.correct.map { stage[$0].executed } == [5, 5, 5])
  }

  // Red if a transfer isn't begun because the next block is here, although it can't be executed.
  @Test(
    "F29: whoever stands at the end of its window with the next block in hand enters the next epoch"
  )
  func f29TheEndOfTheWindow() throws {
    var stage = try Stage { ($0.checkpointInterval, $0.window, $0.epochLength) = (1, 2, 3) }
    stage.carries = { $0.to != 3 || $0.message.signed?.statement.kind != .checkpoint }
    try stage.submit(stage.request(1, .reconfigure(stage.reweighted([2, 2, 2, 2]))))
    for number in UInt64(2)...3 {
      stage.run()
      try stage.submit(stage.request(number), to: [0, 1, 2])
    }
    stage.run()
    let last = try #require(stage[0].decision(at: 3))
    stage.give(.decision(stage.seal(.decision, last, by: 0)), to: 3)
    #expect(stage.correct.map { stage[$0].epoch } == [1, 1, 1, 0])
    #expect(stage[3].executed == 2 && stage[3].decision(at: 3) != nil)
    for number in UInt64(4)...8 {
      try stage.submit(stage.request(number), to: [0, 1, 2])
      stage.run()
    }
    stage.carries = { _ in true }
    stage.elapse(.seconds(60))
    #expect(stage.correct.map { stage[$0].epoch } == [1, 1, 1, 1])
    #expect(stage.correct.map { stage[$0].executed } == [8, 8, 8, 8])
  }

  // Red if a decision's epoch isn't compared with the epoch in office.
  @Test("F35: blocks of an epoch that a replica isn't in yet don't lead its state astray")
  func f35BlocksOfTheNextEpoch() throws {
    var stage = try Stage { $0.epochLength = 4 }
    stage.carries = { $0.to != 3 && $0.from != 3 }
    try stage.submit(
      stage.request(1, .reconfigure(stage.reweighted([2, 2, 2, 2]))), to: [0, 1, 2])
    for number in UInt64(2)...12 {
      stage.run()
      try stage.submit(stage.request(number), to: [0, 1, 2])
    }
    stage.run()
    #expect(stage[0].executed == 12 && stage[0].epoch == 1)
    let manifest = Manifest(lineage: stage[0].lineage, certificate: nil)
    stage.give(.manifest(stage.seal(.manifest, manifest, by: 0, epoch: 1)), to: 3)
    for raw in UInt64(1)...12 {
      let decision = try #require(stage[0].decision(at: SequenceNumber(raw)))
      stage.give(.decision(stage.seal(.decision, decision, by: 0, epoch: 1)), to: 3)
    }
    #expect(stage[3].executed == 4, "the rest waits until the epoch is entered")
    stage.carries = { _ in true }
    stage.elapse(.seconds(60))
    #expect(stage[3].epoch == 1 && stage[3].executed == 12)
    #expect(!stage.players[3].reports.contains { if case .diverged = $0 { true } else { false } })
  }

  // Red if a step is kept although the verifier couldn't take it.
  @Test("F35: a step that doesn't follow the last known epoch isn't kept, written down or shown")
  func f35StepsAreTakenInOrder() throws {
    var stage = try Stage { $0.epochLength = 4 }
    stage.crash(3)
    for number in UInt64(1)...8 {
      let powers: [VotingPower] = number == 1 ? [2, 2, 2, 2] : [1, 1, 1, 1]
      let isFirst = number % 4 == 1
      try stage.submit(
        stage.request(
          number, isFirst ? .reconfigure(stage.reweighted(powers)) : .get(key: [1])),
        to: [0, 1, 2])
      stage.run()
    }
    #expect(stage[0].epoch == 2 && stage[0].lineage.count == 2)
    stage.players[3].isUp = true
    for lineage in [Array(stage[0].lineage.dropFirst()), stage[0].lineage] {
      let manifest = Manifest(lineage: lineage, certificate: nil)
      // Checked where more is known than by the replica: checks run elsewhere, on copies.
      let checked = try stage[0].verifier.verify(
        .manifest(stage.seal(.manifest, manifest, by: 0, epoch: 2)))
      stage.handle(.message(checked), at: 3)
      let isWhole = lineage.count == 2
      #expect(stage[3].verifier.latestEpoch == (isWhole ? 2 : 0))
      #expect(stage[3].lineage == (isWhole ? lineage : []))
      let written = stage.players[3].records.filter { if case .epoch = $0 { true } else { false } }
      #expect(written.count == (isWhole ? 2 : 0))
    }
  }

  // Red if only members of the epoch that an asker names are helped.
  @Test("F36: a newcomer that knows only the genesis joins the epoch it is a member of")
  func f36NewcomersJoin() throws {
    var stage = try Stage(observers: 1) { $0.epochLength = 4 }
    stage.crash(4)
    try stage.submit(
      stage.request(1, .reconfigure(stage.reweighted([1, 1, 1, 1, 1]))), to: [0, 1, 2, 3])
    for number in UInt64(2)...6 {
      stage.run()
      try stage.submit(stage.request(number), to: [0, 1, 2, 3])
    }
    stage.elapse(.seconds(1))
    try stage.restart(4)
    stage.elapse(.seconds(60))
    #expect(stage[4].epoch == 1 && stage[4].executed == 6)
    // It counts: of five, four are needed, and one of the others is down.
    stage.crash(3)
    try stage.submit(stage.request(7), to: [0, 1, 2, 4])
    stage.elapse(.seconds(60))
    #expect([0, 1, 2, 4].allSatisfy { stage[$0].executed == 7 })
  }

  // Red if askers of an epoch that isn't remembered are refused, or a manifest that leads part of the way can't be
  // checked by whoever needs it.
  @Test("F36: a member that slept through more epochs than are remembered catches up")
  func f36LongSleep() throws {
    var stage = try Stage { $0.epochLength = 4 }
    stage.crash(3)
    let epochs = UInt64(Verifier.termLimit) + 3
    for number in UInt64(1)...epochs * 4 {
      if number % 4 == 1 {
        let power = VotingPower(number % 8 == 1 ? 2 : 1)
        let members = stage.reweighted([power, power, power, power])
        try stage.submit(stage.request(number, .reconfigure(members)))
      } else {
        try stage.submit(stage.request(number))
      }
      // The epochs whose first leader sleeps need time.
      if stage[0].currentLeader == 3 { stage.elapse(.seconds(20)) } else { stage.run() }
    }
    #expect(stage[0].epoch == Epoch(epochs))
    try stage.restart(3)
    stage.elapse(.seconds(60))
    #expect(stage[3].epoch == Epoch(epochs))
    #expect(stage[3].executed == stage[0].executed)
  }

  // Red if `Recovery` needs the epoch's own record to know its members.
  @Test("F19: a journal that ends anywhere in an epoch change recovers into one epoch or the other")
  func f19CutsInAnEpochChange() throws {
    var stage = try Stage { $0.epochLength = 4 }
    try stage.submit(stage.request(1, .reconfigure(stage.reweighted([2, 2, 2, 2]))))
    for number in UInt64(2)...6 {
      stage.run()
      try stage.submit(stage.request(number))
    }
    stage.run()
    #expect(stage.correct.allSatisfy { stage[$0].epoch == 1 })
    var epochs: Set<Epoch> = []
    for player in stage.players {
      for cut in 0...player.records.count {
        let replica = Replica(
          genesis: stage.genesis, identity: player.id, signer: player.signer,
          scheme: stage.scheme, recovering: Journal.Recovery(player.records.prefix(cut)))
        #expect(replica.invariantFault == nil, "\(player.id) cut at \(cut)")
        epochs.insert(replica.epoch)
      }
    }
    #expect(epochs == [0, 1])
  }
}
