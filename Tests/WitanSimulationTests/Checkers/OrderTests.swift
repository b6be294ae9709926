import Testing
import WitanCrypto

@testable import Witan
@testable import WitanSimulation

/// What the checkers of order and validity see, shown by planting each fault in what happened in an honest run.
@Suite struct OrderTests {
  private let recording: Recording

  init() throws { recording = try #require(Recording.usual) }

  private func kinds(_ violations: [Violation]) -> Set<Violation.Kind> {
    Set(violations.map(\.kind))
  }

  @Test func anHonestRunBreaksNothing() {
    #expect(recording.findings { [$0] } == [])
    #expect(recording.happenings.contains { $0.execution(at: 20, on: 3) != nil })
    let isRestarted = recording.happenings.contains {
      if case .restored(let sequence, _) = $0.event { sequence > 0 } else { false }
    }
    #expect(isRestarted, "a machine must have come back from a checkpoint")
  }

  @Test func anotherBlockAtOneSequenceIsAFork() {
    let found = recording.findings(once: { happening in
      happening.execution(at: 9, on: 2).map {
        [.executed($0.changed(block: recording.other(than: $0.header)))]
      }
    })
    #expect(found.first?.kind == .fork)
    #expect(found.first?.node == 2)
    #expect(found.first?.sequence == 9)
  }

  @Test func whatAMachineExecutesAfterItsRestartIsComparedAsWell() {
    var isBack = false
    let found = recording.findings(once: { happening in
      if happening.node == 3, case .restored = happening.event { isBack = true }
      guard isBack else { return nil }
      return happening.execution(on: 3).map {
        [.executed($0.changed(block: recording.other(than: $0.header)))]
      }
    })
    #expect(kinds(found).contains(.fork))
  }

  @Test func whatALiarExecutesIsNoFork() {
    let found = recording.findings(faulty: [2]) { happening in
      guard let execution = happening.execution(at: 9, on: 2) else { return [happening] }
      let block = recording.other(than: execution.header)
      return [
        Happening(
          time: happening.time, node: 2, event: .executed(execution.changed(block: block)))
      ]
    }
    #expect(found == [])
  }

  @Test func aSequenceThatIsLeftOutIsMissed() {
    let found = recording.findings(once: { $0.execution(at: 7, on: 1) == nil ? nil : [] })
    #expect(found.first?.kind == .order)
    #expect(found.first?.sequence == 8)
  }

  @Test func aBlockThatIsExecutedTwiceInOneLifeIsSeen() {
    let found = recording.findings(once: { happening in
      happening.execution(at: 7, on: 1).map { [.executed($0), .executed($0)] }
    })
    #expect(found.first?.kind == .order)
  }

  @Test func aBlockThatFollowsAnotherOneIsSeen() {
    let found = recording.findings(once: { happening in
      happening.execution(at: 7, on: 1).map {
        [.executed($0.changed(block: recording.other(than: $0.header, previous: .zero)))]
      }
    })
    #expect(kinds(found).isSuperset(of: [.chain, .fork]))
  }

  @Test func aMachineThatWakesFurtherThanItEverWasIsSeen() {
    let found = recording.findings(once: { happening in
      guard case .restored(_, let root) = happening.event else { return nil }
      return [.restored(16, root: root)]
    })
    #expect(kinds(found).contains(.order))
  }

  @Test func requestsThatRunOnOneMachineOnlyAreSeen() {
    let found = recording.findings(once: { happening in
      happening.execution(at: 7, on: 1).map { [.executed($0.changed(requests: []))] }
    })
    #expect(found.first?.kind == .sessions)
  }

  @Test func aBlockThatTooFewFoundValidIsSeen() throws {
    let block = try #require(recording.block(at: 6))
    func findings(without nodes: [Int]) -> [Violation] {
      recording.findings { happening in
        guard case .validated(let other, _) = happening.event, other.digest == block.digest,
          nodes.contains(happening.node)
        else { return [happening] }
        return []
      }
    }
    #expect(findings(without: [3]) == [])
    #expect(findings(without: [2, 3]).first?.kind == .unvouched)
    #expect(findings(without: [0, 1, 2, 3]).first?.kind == .unvouched)
  }

  @Test func aRequestThatNobodyAskedIsSeen() throws {
    let request = try #require(recording.block(at: 6)?.requests.first)
    let found = recording.findings { happening in
      guard case .asked(let other) = happening.event, other.digest == request.digest else {
        return [happening]
      }
      return []
    }
    #expect(found.first?.kind == .invalid)
  }

  /// What is found when a block has these requests instead of its own, of which these run.
  private func findings(
    at sequence: SequenceNumber, having requests: [Request], running runs: [Request]
  ) throws -> [Violation] {
    let own = try #require(recording.block(at: sequence))
    let header = own.header
    let block = Block(
      height: sequence, previous: header.previous, proposer: header.proposer,
      timestamp: header.timestamp, epoch: header.epoch, requests: requests)
    return recording.findings { happening in
      let event: Happening.Event
      switch happening.event {
      case .validated(let other, let verdict) where other.digest == own.digest:
        event = .validated(block, verdict)
      case .executed(let execution) where execution.sequence == sequence:
        event = .executed(execution.changed(block: block, requests: runs))
      default: event = happening.event
      }
      return [Happening(time: happening.time, node: happening.node, event: event)]
    }
  }

  @Test func aRequestThatItsClientDidntSignIsSeen() throws {
    let request = try #require(recording.block(at: 6)?.requests.first)
    let forged = Request(
      client: request.client, number: request.number, expiry: request.expiry,
      operations: request.operations, signature: Signature())
    let found = try findings(at: 6, having: [forged], running: [forged])
    #expect(found.first?.kind == .invalid)
  }

  @Test func aRequestThatRunsTwiceIsSeen() throws {
    let before = try #require(recording.block(at: 5)).requests
    let own = try #require(recording.block(at: 6)).requests
    let again = try findings(at: 6, having: own + before, running: own + before)
    #expect(kinds(again).contains(.sessions))
    // That it is there again is nothing to complain of, as long as it doesn't run.
    let isThere = try findings(at: 6, having: own + before, running: own)
    #expect(!kinds(isThere).contains(.sessions))
    let twice = try findings(at: 6, having: own + own, running: own + own)
    #expect(kinds(twice).contains(.sessions))
  }

  @Test func aRequestThatMustRunAndDoesntIsSeen() throws {
    let own = try #require(recording.block(at: 6)).requests
    let found = try findings(at: 6, having: own, running: [])
    #expect(kinds(found).contains(.sessions))
  }

  @Test func aBlockThatTheApplicationRefusesIsSeen() throws {
    var checker = ValidityChecker(recording.vantage)
    checker.judge = { $0.header.height == 3 ? .invalid(InvalidBlock("third")) : .valid }
    for happening in recording.happenings { checker.observe(happening) }
    #expect(checker.violations.map(\.sequence) == [3])
    #expect(checker.violations.first?.kind == .invalid)
  }
}
