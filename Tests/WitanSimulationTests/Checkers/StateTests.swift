import Testing
import WitanCrypto

@testable import Witan
@testable import WitanSimulation

/// What the checkers of states, certificates and clients' answers see.
@Suite struct StateTests {
  private let recording: Recording

  init() throws { recording = try #require(Recording.usual) }

  @Test func aStateThatTheOrderDoesntLeadToIsSeen() {
    let found = recording.findings(once: { happening in
      guard happening.node == 2, case .reached(let sequence, _) = happening.event else {
        return nil
      }
      return [.reached(sequence, root: .zero)]
    })
    #expect(found.map(\.kind) == [.state])
    #expect(found.first?.node == 2)
  }

  @Test func aStateThatComesBackChangedFromADiskIsSeen() {
    let found = recording.findings(once: { happening in
      guard case .restored(let sequence, _) = happening.event else { return nil }
      return [.restored(sequence, root: .zero)]
    })
    #expect(found.map(\.kind) == [.state])
  }

  @Test func aStateThatWasInstalledFromALiarIsSeen() throws {
    var certificate: CheckpointCertificate?
    for happening in recording.happenings {
      if case .report(.stable(let stable)) = happening.event { certificate = stable }
    }
    let summary = try #require(certificate?.summary)
    #expect(recording.findings(after: [(1, .installed(summary))]) == [])
    let other = CheckpointSummary(
      sequence: summary.sequence, lastBlock: summary.lastBlock, timestamp: summary.timestamp,
      applicationRoot: .zero, applicationChunks: 1, sessionsRoot: summary.sessionsRoot,
      sessionChunks: 1, epoch: 0, members: summary.members)
    #expect(recording.findings(after: [(1, .installed(other))]).map(\.kind) == [.state])
  }

  @Test func aVoteForAnotherStateThanOthersHaveIsSeen() {
    let found = recording.findings(once: { happening in
      guard happening.node == 2, case .sent(.checkpoint(let signed), let receiver) = happening.event
      else { return nil }
      let lie = Statement(
        .checkpoint, epoch: 0, sequence: signed.statement.sequence, digest: .zero)
      return [.sent(.checkpoint(recording.sign(lie, by: 2)), to: receiver)]
    })
    #expect(found.first?.kind == .state)
  }

  @Test func aResultThatAClientIsToldWronglyIsSeen() {
    let found = recording.findings(once: { happening in
      guard happening.node == 1, happening.time > .seconds(4),
        case .replied(let reply) = happening.event, case .result = reply.body.outcome
      else { return nil }
      let body = ReplyBody(
        client: reply.body.client, number: reply.body.number, outcome: .result([9, 9, 9]))
      return [
        .replied(
          Reply(
            .reply, body, epoch: 0, sequence: reply.statement.sequence, by: 1,
            with: recording.members[1], chain: recording.vantage.genesis.digest))
      ]
    })
    #expect(found.map(\.kind) == [.state])
  }

  @Test func aDecisionWithoutAQuorumsCommitsIsSeen() {
    func found(_ change: (CommitCertificate) -> CommitCertificate) -> [Violation.Kind] {
      recording.findings(once: { happening in
        guard happening.node == 1,
          case .report(.decided(let certificate, let header)) = happening.event
        else { return nil }
        return [.report(.decided(change(certificate), header))]
      }).map(\.kind)
    }
    func with(_ certificate: CommitCertificate, _ commits: SignatureSet) -> CommitCertificate {
      CommitCertificate(
        epoch: certificate.epoch, view: certificate.view, sequence: certificate.sequence,
        digest: certificate.digest, commits: commits)
    }
    #expect(found { $0 } == [])
    let tooFew = found {
      var seats = $0.commits.seats
      seats.remove(seats.last ?? Seat(0))
      return with(
        $0, SignatureSet(seats: seats, signatures: Array($0.commits.signatures.dropLast())))
    }
    #expect(tooFew == [.certificate])
    let forged = found {
      with(
        $0,
        SignatureSet(
          seats: $0.commits.seats,
          signatures: Array($0.commits.signatures.dropLast()) + [Signature()]))
    }
    #expect(forged == [.certificate])
  }

  @Test func aDecisionOfAnotherBlockIsSeen() {
    let found = recording.findings(once: { happening in
      guard happening.node == 1,
        case .report(.decided(let certificate, let header)) = happening.event
      else { return nil }
      return [.report(.decided(certificate, recording.other(than: header).header))]
    })
    #expect(found.map(\.kind) == [.certificate])
  }

  @Test func aCheckpointWithoutAQuorumIsSeen() {
    let found = recording.findings(once: { happening in
      guard case .report(.stable(let stable)) = happening.event else { return nil }
      var seats = stable.signatures.seats
      seats.remove(seats.last ?? Seat(0))
      let signatures = SignatureSet(
        seats: seats, signatures: Array(stable.signatures.signatures.dropLast()))
      return [
        .report(
          .stable(
            CheckpointCertificate(
              summary: stable.summary, epoch: stable.epoch, signatures: signatures)))
      ]
    })
    #expect(found.map(\.kind) == [.certificate])
  }

  @Test func aReplicaThatFindsItsOwnStateBrokenIsSeen() {
    let event = Happening.Event.report(.diverged(4, own: .zero, certified: .zero))
    #expect(recording.findings(after: [(1, event)]).map(\.kind) == [.state])
    #expect(recording.findings(faulty: [1], after: [(1, event)]) == [])
  }

  @Test func aCertifiedReadThatTellsWhatWasntSoIsSeen() {
    func found(_ change: (Cluster.Finished) -> Cluster.Finished) -> [Violation.Kind] {
      recording.findings(once: { happening in
        guard happening.node == 5, case .finished(let finished) = happening.event,
          finished.tag >= 100, case .answered = finished.completion
        else { return nil }
        return [.finished(change(finished))]
      }).map(\.kind)
    }
    func with(
      _ finished: Cluster.Finished, _ completion: ClientSession.Completion
    ) -> Cluster.Finished {
      Cluster.Finished(
        time: finished.time, client: finished.client, tag: finished.tag, completion: completion)
    }
    #expect(found { $0 } == [])
    let other = KeyValueStore.Operation.put(key: [0], value: [77]).bytes.dropFirst()
    let wrong = found { finished in
      guard case .answered(_, let sequence) = finished.completion else { return finished }
      return with(finished, .answered(Array(other), at: sequence))
    }
    #expect(wrong == [.state])
    let old = found { finished in
      guard case .answered(let answer, _) = finished.completion else { return finished }
      return with(finished, .answered(answer, at: 3))
    }
    #expect(old == [.linearisability])
  }

  @Test func aFastReadThatMissesAFinishedWriteIsSeen() {
    let found = recording.findings(once: { happening in
      guard happening.node == 4, case .finished(let finished) = happening.event,
        finished.tag == 105, case .answered(_, let sequence) = finished.completion
      else { return nil }
      return [
        .finished(
          Cluster.Finished(
            time: finished.time, client: finished.client, tag: finished.tag,
            completion: .answered([2, 0], at: sequence)))
      ]
    })
    #expect(found.map(\.kind) == [.linearisability])
  }

  @Test func aWriteThatOverlooksAnotherIsSeen() {
    let found = recording.findings(once: { happening in
      guard case .finished(let finished) = happening.event, finished.tag == 9,
        case .executed(_, let sequence) = finished.completion
      else { return nil }
      return [
        .finished(
          Cluster.Finished(
            time: finished.time, client: finished.client, tag: finished.tag,
            completion: .executed([], at: sequence)))
      ]
    })
    #expect(found.first?.kind == .linearisability)
  }
}
