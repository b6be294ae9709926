import WitanCrypto

@testable import Witan

extension GoldenVector {
  /// All of the byte format, in one fixed network of four.
  static let all: [GoldenVector] = (try? Fixture()).map { $0.all } ?? []

  private struct Fixture {
    let network: Network
    let blocks: [Block]
    let next: Membership

    init() throws {
      var parameters = Parameters()
      parameters.checkpointInterval = 1
      parameters.epochLength = 4
      network = try Network(parameters: parameters, name: "golden", seed: 0x601d)
      blocks = network.blocks(3)
      next = try Membership([
        network.member(1), network.member(2), network.member(3, power: 3), network.member(9),
      ])
    }

    var all: [GoldenVector] {
      votes + proposals + viewChanges + transfers + clients + certificates + records + evidence
        + foundations
    }

    private func message(_ name: String, _ about: String, _ message: Message) -> GoldenVector {
      let verifier = network.verifier
      return GoldenVector(name, about, message) { _ = try verifier.verify($0) }
    }

    private func certificate<Value: Canonical & Equatable>(
      _ name: String, _ about: String, _ value: Value,
      fault: @escaping @Sendable (Value, Verifier) -> CertificateFault?
    ) -> GoldenVector {
      let verifier = network.verifier
      return GoldenVector(name, about, value) {
        if let fault = fault($0, verifier) { throw fault }
      }
    }

    private var stable: CheckpointCertificate {
      network.certificate(network.summary(after: blocks[0].header))
    }
    private var change: EpochChange { network.change(to: next, at: 4) }
    private var viewChange: ViewChange {
      network.viewChange(
        to: 2, by: 3, stable: stable,
        locks: [
          network.lock(blocks[1], view: 1),
          .committed(network.committed(blocks[2].header, view: 1), blocks[2].header),
        ])
    }
    private var newView: NewView {
      network.newView(
        2,
        [
          network.viewChange(to: 2, by: 0), network.viewChange(to: 2, by: 1, stable: stable),
          viewChange,
        ])
    }
    private var decision: Decision {
      Decision(certificate: network.committed(blocks[0].header), block: blocks[0])
    }
    private var image: CheckpointImage {
      var sessions = SessionTable(parameters: network.genesis.parameters)
      sessions.record(network.request(), outcome: .result([5, 6]), at: 1)
      sessions.record(network.request(client: 1), outcome: .refused(.resultTooLong), at: 2)
      return CheckpointImage(
        summary: change.certificate.summary, sessions: sessions.snapshot(), nextMembers: next)
    }

    private var votes: [GoldenVector] {
      let digest = blocks[0].digest
      return [
        message(
          "message-prepare", "A vote for a proposal",
          .prepare(network.vote(.prepare, for: digest, by: 1))),
        message(
          "message-commit", "A vote to decide", .commit(network.vote(.commit, for: digest, by: 2))),
        message(
          "message-checkpoint", "A vote for a state",
          .checkpoint(network.vote(.checkpoint, for: stable.summary.digest, by: 3))),
        message(
          "message-fetch-block", "Asks for a block",
          .fetchBlock(network.vote(.fetchBlock, for: digest, by: 1))),
        GoldenVector(
          "statement", "A signed statement by itself", network.vote(.commit, for: digest, by: 2)),
      ]
    }

    private var proposals: [GoldenVector] {
      [
        message(
          "message-pre-prepare", "The leader's proposal of a block",
          .prePrepare(network.proposal(blocks[0]))),
        message(
          "message-block", "A block that was asked for",
          .block(network.seal(.block, blocks[0], view: 1, sequence: 1, by: 2))),
        message(
          "message-decision", "A decided block",
          .decision(network.seal(.decision, decision, view: 1, sequence: 1, by: 2))),
        GoldenVector("block", "A block of one request", blocks[1]),
        GoldenVector("block-header", "A block's header", blocks[1].header),
      ]
    }

    private var viewChanges: [GoldenVector] {
      [
        message(
          "message-view-change", "Leaving a view, with a checkpoint and two locks",
          .viewChange(viewChange)),
        message("message-new-view", "Opening a view with two proposals", .newView(newView)),
        message(
          "message-fetch-view-changes", "Asks for view-changes that a new-view names",
          .fetchViewChanges(
            network.seal(
              .fetchViewChanges,
              ViewChangeQuery(
                wanted: [
                  ViewChangeQuery.Name(signer: 0, digest: SHA256.hash([1])),
                  ViewChangeQuery.Name(signer: 3, digest: viewChange.statement.digest),
                ]), view: 2, by: 1))),
        message(
          "message-status", "Where a replica stands",
          .status(
            network.seal(
              .status, StatusBody(isChangingView: true, stable: 1, held: 5), view: 2,
              sequence: 3, by: 1))),
      ]
    }

    private var transfers: [GoldenVector] {
      [
        message(
          "message-fetch-manifest", "Asks for the latest checkpoint",
          .fetchState(
            network.seal(.fetchState, StateQuery(chunk: nil, knownEpoch: 0), view: 1, by: 3))),
        message(
          "message-fetch-chunk", "Asks for a piece of the application's state",
          .fetchState(
            network.seal(
              .fetchState, StateQuery(chunk: .application(2), knownEpoch: 1), sequence: 4,
              by: 3))),
        message(
          "message-manifest", "A checkpoint, and one change of members that leads to it",
          .manifest(
            network.seal(
              .manifest, Manifest(lineage: [change], certificate: change.certificate),
              sequence: 4, by: 0))),
        message(
          "message-chunk", "A piece of the sessions",
          .chunk(
            network.seal(
              .chunk,
              StateChunk(
                address: .sessions(0), bytes: [1, 2, 3],
                proof: [SHA256.hash([1]), SHA256.hash([2])]), sequence: 4, by: 0))),
      ]
    }

    private var clients: [GoldenVector] {
      let verifier = network.verifier
      let members = network.members
      func query(_ name: String, _ about: String, _ mode: Query.Mode) -> GoldenVector {
        GoldenVector(
          name, about,
          Query(
            number: 8, mode: mode, knownEpoch: 1, content: [1, 2], signer: network.client(0),
            chain: network.chain)
        ) { _ = try verifier.verify($0) }
      }
      func answer<Body: StatementBody>(
        _ name: String, _ about: String, _ kind: StatementKind, _ body: Body
      ) -> GoldenVector {
        GoldenVector(
          name, about, network.seal(kind, body, view: 1, sequence: 3, by: 2)
        ) { sealed in
          guard let seat = members.seat(of: sealed.signer), sealed.statement.kind == kind,
            sealed.statement.isSigned(
              sealed.signed.signature, by: members[seat].key, chain: verifier.chain,
              scheme: verifier.scheme)
          else { throw Rejection.badSignature }
        }
      }
      let client = network.client(0).publicKey
      return [
        message("message-request", "A request, passed on", .request(network.request())),
        GoldenVector("request", "A client's request", network.request()) {
          _ = try verifier.verify($0)
        },
        query("query-fast", "A question about the latest state", .fast),
        query("query-certified", "A question about a certified state", .certified(since: 2)),
        answer(
          "reply-result", "What a request gave", .reply,
          ReplyBody(client: client, number: 1, outcome: .result([4, 5, 6]))),
        answer(
          "reply-refusal", "Why a request wasn't served", .reply,
          ReplyBody(client: client, number: 1, outcome: .refused(.expired))),
        answer(
          "answer-fast", "An answer without proof", .answer,
          AnswerBody(client: client, number: 8, outcome: .result([1]))),
        answer(
          "answer-certified", "An answer with proof", .answer,
          AnswerBody(
            client: client, number: 8, outcome: .result([1]), lineage: [change],
            certification: .init(certificate: change.certificate, proof: [3, 2, 1]))),
      ]
    }

    private var certificates: [GoldenVector] {
      let header = blocks[0].header
      let lockFault: @Sendable (Lock, Verifier) -> CertificateFault? = { lock, verifier in
        guard let members = verifier.members(of: lock.epoch) else {
          return .unknownEpoch(lock.epoch)
        }
        return lock.fault(members: members, chain: verifier.chain, scheme: verifier.scheme)
      }
      return [
        certificate(
          "certificate-prepared", "Proof that a block was prepared", network.prepared(header)
        ) { lockFault(.prepared($0), $1) },
        certificate(
          "certificate-commit", "Proof that a block was decided", network.committed(header)
        ) { $1.fault(of: $0) },
        certificate(
          "certificate-checkpoint", "Proof of a state", stable
        ) { $1.fault(of: $0) },
        certificate(
          "lock-prepared", "A lock on a prepared block", network.lock(blocks[0]),
          fault: lockFault),
        certificate(
          "lock-committed", "A lock on a decided block",
          Lock.committed(network.committed(header), header), fault: lockFault),
        GoldenVector("checkpoint-summary", "A state, as digests", stable.summary),
        certificate("epoch-change", "From one epoch to the next", change) { $1.fault(of: $0) },
      ]
    }

    private var records: [GoldenVector] {
      func record(_ name: String, _ about: String, _ record: Journal.Record) -> GoldenVector {
        GoldenVector("record-" + name, "In the journal: " + about, record)
      }
      return [
        record("accepted", "an accepted proposal", .accepted(network.proposal(blocks[0]))),
        record("block", "a block that was fetched", .block(blocks[0])),
        record("view-change", "what the view that opens rests on", .viewChange(viewChange)),
        record("opened", "what opened the view", .opened(newView)),
        record("locked", "a lock", .locked(network.lock(blocks[0]))),
        record("decided", "a decision", .decided(network.committed(blocks[0].header))),
        record("left-view", "leaving a view", .leftView(viewChange)),
        record("checkpoint", "the own state", .checkpoint(image)),
        record("stable", "a certified state", .stable(stable)),
        record("epoch", "an epoch that began", .epoch(change)),
        GoldenVector("checkpoint-image", "A replica's own state at a checkpoint", image),
      ]
    }

    private var evidence: [GoldenVector] {
      let verifier = network.verifier
      return [
        GoldenVector(
          "evidence-conflict", "Two commits where a correct replica makes one",
          Evidence.conflict(
            network.vote(.commit, for: blocks[0].digest, by: 2),
            network.vote(.commit, for: blocks[1].digest, by: 2))
        ) { try $0.verify(by: verifier) },
        GoldenVector(
          "evidence-omission", "A view-change that hides what its signer committed",
          Evidence.omission(
            commit: network.vote(.commit, for: blocks[1].digest, at: 2, by: 2),
            viewChange: network.viewChange(to: 1, by: 2))
        ) { try $0.verify(by: verifier) },
      ]
    }

    private var foundations: [GoldenVector] {
      [
        GoldenVector("genesis", "What a network begins with", network.genesis),
        GoldenVector("membership", "The members of an epoch", next),
        GoldenVector("parameters", "What all replicas agree on beforehand", Parameters()),
      ]
    }
  }
}
