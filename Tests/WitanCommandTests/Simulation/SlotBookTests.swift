import Testing
import WitanDraw

@testable import Witan
@testable import WitanCommand
@testable import WitanSimulation

/// The book is put together from outside; here it is held against what the replicas have inside.
@Suite struct SlotBookTests {
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `what happened tells how far each replica has come, and who voted`(_ seed: UInt64) throws {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.replicas = 4 + Int(seed % 4)
    scenario.blocks = 60
    scenario.clients = 3
    scenario.checkpoint = 8
    scenario.window = 16
    scenario.quality.latency = .uniform(low: 5_000, high: 60_000)
    scenario.quality.loss = 0.05
    scenario.faults = [
      Fault(.crash([0]), from: .milliseconds(700), until: .seconds(3)),
      Fault(.crash([2], afterEffects: 5), from: .seconds(4), until: .seconds(6)),
      Fault(.partition([[0, 1], [2, 3]]), from: .seconds(5), until: .seconds(8)),
    ]
    var run = try Run(scenario)
    var book = SlotBook(of: run.cluster)
    run.cluster.watch.formUnion(SlotBook.watch)
    var compared = Set<SlotBook.Slot.Stage>()
    // What was under way when a machine died may be lost with its disk's last writes, which nobody tells.
    var doubtful: [Int: SequenceNumber] = [:]
    for step in 1...150 as ClosedRange<UInt64> {
      run.advance(scenario, until: .milliseconds(70 * step)) { book.note($0) }
      for machine in 0..<run.cluster.machineCount
      where run.cluster.standing(of: machine) == .down {
        doubtful[machine] = max(
          run.cluster.replica(at: machine).executed, book.slots(of: machine).last?.sequence ?? 0)
      }
      for machine in 0..<run.cluster.machineCount
      where run.cluster.standing(of: machine) == .running {
        compared.formUnion(compare(book, run.cluster, machine, after: doubtful[machine] ?? 0))
      }
    }
    #expect(compared.isSuperset(of: [.open, .proposed, .prepared, .executed]))
  }

  private func compare(
    _ book: SlotBook, _ cluster: Cluster, _ machine: Int, after doubtful: SequenceNumber
  ) -> Set<SlotBook.Slot.Stage> {
    let replica = cluster.replica(at: machine)
    let known = Dictionary(uniqueKeysWithValues: book.slots(of: machine).map { ($0.0, $0.1) })
    var compared = Set<SlotBook.Slot.Stage>()
    for sequence in replica.window.sequences.map({ SequenceNumber($0) })
    where replica.window.contains(sequence) && sequence > doubtful {
      let slot = replica.window[sequence]
      let stage = stage(of: slot, at: sequence, executed: replica.executed)
      let told = known[sequence]?.stage ?? .open
      compared.insert(stage)
      let place = "r\(machine) #\(sequence) at \(cluster.now)"
      #expect(told == stage, "\(place)")
      guard let proposal = slot.proposal, told == stage else { continue }
      let isProposed = known[sequence]?.block == proposal.header.digest
      let isOver = stage == .executed || stage == .decided
      // Another block than the one that was proposed here may have been decided elsewhere.
      #expect(isProposed || isOver, "\(place)")
      guard isProposed else { continue }
      let members = replica.currentMembers
      let power = { (voters: [ReplicaID]?) in
        (voters ?? []).reduce(VotingPower(0)) { sum, voter in
          members.seat(of: voter).map { sum + members[$0].power } ?? sum
        }
      }
      // The leader's proposal is its prepare, and stands in no tally.
      guard replica.phase == .active else { continue }
      let backups = known[sequence]?.prepares.filter { $0 != replica.currentLeader }
      #expect(power(backups) == slot.prepares.power, "prepares of \(place)")
      let hasLeader = known[sequence]?.prepares.contains(replica.currentLeader)
      #expect(hasLeader == true || isOver, "\(place)")
      #expect(power(known[sequence]?.commits) == slot.commits.power, "commits of \(place)")
    }
    return compared
  }

  private func stage(
    of slot: Witan.Slot, at sequence: SequenceNumber, executed: SequenceNumber
  ) -> SlotBook.Slot.Stage {
    if sequence <= executed { return .executed }
    if slot.isDecided { return .decided }
    if slot.isPrepared { return .prepared }
    guard let proposal = slot.proposal else { return .open }
    if case .invalid = proposal.verdict { return .refused }
    return .proposed
  }
}
