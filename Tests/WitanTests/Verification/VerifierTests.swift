import Testing
import WitanCrypto

@testable import Witan

/// What the verifier lets in, and why it refuses the rest. View changes and manifests have suites of their own.
@Suite struct VerifierTests {
  let network: Network
  let block: Block

  init() throws {
    network = try Network()
    block = network.block()
  }

  private func rejection(of message: Message) -> Rejection? {
    do throws(Rejection) {
      _ = try network.verifier.verify(message)
      return nil
    } catch {
      return error
    }
  }

  private func rejection(of request: Request) -> Rejection? {
    rejection(of: .request(request))
  }

  private func fault(of messages: [Message]) -> [Rejection?] { messages.map(rejection) }

  // MARK: Who says so

  @Test("What is verified names its signer's seat; a client's request has none")
  func seats() throws {
    for id in network.ids {
      let verified = try network.verifier.verify(
        .commit(network.vote(.commit, for: block.digest, by: id)))
      #expect(verified.seat == network.members.seat(of: id))
    }
    #expect(try network.verifier.verify(.request(network.request())).seat == nil)
  }

  @Test("Nobody knows who serves in an epoch to come")
  func unknownEpoch() {
    for epoch in [1, Epoch(.max)] {
      let vote = network.vote(.prepare, for: block.digest, epoch: epoch, by: 1)
      #expect(rejection(of: .prepare(vote)) == .unknownEpoch(epoch))
    }
  }

  @Test("Only members are heard (F3)")
  func notMember() {
    for id in [4, 1_000, ReplicaID(.max)] {
      let vote = network.vote(.commit, for: block.digest, by: id)
      #expect(rejection(of: .commit(vote)) == .notMember(id))
    }
  }

  @Test("A member speaks for itself only (F2)")
  func wrongKey() {
    for id in network.ids {
      for other in network.ids where other != id {
        let vote = network.vote(.commit, for: block.digest, by: other)
        let forged = SignedStatement(
          statement: vote.statement, signer: id, signature: vote.signature)
        #expect(rejection(of: .commit(forged)) == .badSignature)
      }
    }
  }

  @Test("Each part of a statement is signed: its kind, epoch, view, sequence and digest")
  func badSignature() {
    let vote = network.vote(.commit, for: block.digest, at: 3, view: 2, by: 1)
    let statement = vote.statement
    let others = [
      Statement(.prepare, epoch: 0, view: 2, sequence: 3, digest: statement.digest),
      Statement(.commit, epoch: 0, view: 3, sequence: 3, digest: statement.digest),
      Statement(.commit, epoch: 0, view: 2, sequence: 4, digest: statement.digest),
      Statement(.commit, epoch: 0, view: 2, sequence: 3, digest: .zero),
    ]
    for other in others {
      let forged = SignedStatement(statement: other, signer: 1, signature: vote.signature)
      let message = other.kind == .commit ? Message.commit(forged) : .prepare(forged)
      #expect(rejection(of: message) == .badSignature)
    }
  }

  @Test("What was signed for another network means nothing here")
  func otherNetwork() throws {
    var parameters = Parameters()
    parameters.batchDelay = 1
    let others = try [Network(name: "other"), Network(parameters: parameters), Network(5)]
    for other in others {
      let vote = other.vote(.commit, for: block.digest, by: 1)
      #expect(rejection(of: .commit(vote)) == .badSignature)
      #expect(rejection(of: other.request()) == .badClientSignature)
    }
  }

  @Test("A statement of one kind isn't taken for a message of another (F38)")
  func kinds() {
    for kind in StatementKind.allCases {
      let vote = network.vote(kind, for: block.digest, by: 1)
      let messages: [Message] = [
        .prepare(vote), .commit(vote), .checkpoint(vote), .fetchBlock(vote),
      ]
      for message in messages where message.kind != kind {
        #expect(rejection(of: message) == .contradictory("the kind of the statement"))
      }
    }
    let sealed = network.seal(.block, block, sequence: 1, by: 0)
    #expect(rejection(of: .prePrepare(sealed)) == .contradictory("the kind of the statement"))
  }

  @Test("Bytes that are no message are malformed")
  func malformed() throws {
    let verifier = network.verifier
    #expect(throws: Rejection.malformed(.truncated)) { try verifier.verify(frame: []) }
    #expect(throws: Rejection.malformed(.unknownVersion(2))) {
      try verifier.verify(frame: [2, 3])
    }
    for tag in [0, 14, 15, 17, 31, 33, 255] as [UInt8] {
      #expect(throws: Rejection.malformed(.unknownTag(tag, of: "message"))) {
        try verifier.verify(frame: [1, tag])
      }
    }
    let frame = Message.commit(network.vote(.commit, for: block.digest, by: 1)).encoded
    #expect(try verifier.verify(frame: frame).seat == Seat(1))
    #expect(throws: Rejection.malformed(.trailingBytes(1))) {
      try verifier.verify(frame: frame + [0])
    }
  }

  // MARK: Proposals

  @Test("Only the leader of a view proposes in it")
  func notLeader() {
    #expect(rejection(of: .prePrepare(network.proposal(block))) == nil)
    for id in [1, 2, 3] as [ReplicaID] {
      let own = network.block(proposer: id)
      #expect(rejection(of: .prePrepare(network.proposal(own, by: id))) == .notLeader(id))
    }
    let last = network.block(proposer: network.leader(of: View(.max)))
    #expect(rejection(of: .prePrepare(network.proposal(last, view: View(.max)))) == nil)
  }

  @Test("A proposal's place is its block's: height, proposer and epoch")
  func places() {
    func rejection(_ block: Block, at sequence: SequenceNumber = 1) -> Rejection? {
      self.rejection(
        of: .prePrepare(network.seal(.prePrepare, block, sequence: sequence, by: 0)))
    }
    #expect(rejection(block) == nil)
    #expect(rejection(block, at: 2) == .contradictory("the block's height"))
    #expect(
      rejection(block, at: SequenceNumber(.max)) == .contradictory("the block's height"))
    #expect(rejection(network.block(proposer: 1)) == .contradictory("the block's proposer"))
    #expect(
      rejection(network.block(proposer: 0, epoch: 1)) == .contradictory("the block's epoch"))
  }

  @Test("A proposal orders something, and what its clients signed (F8)")
  func requests() {
    func rejection(_ requests: [Request]) -> Rejection? {
      self.rejection(of: .prePrepare(network.proposal(network.block(requests: requests))))
    }
    #expect(rejection([]) == .emptyBlock)
    let right = network.request()
    let forged = Request(
      client: right.client, number: 2, expiry: right.expiry, operations: right.operations,
      signature: right.signature)
    #expect(rejection([right, forged]) == .badClientSignature)
  }

  @Test("Blocks that were fetched are held to the same, whoever sends them")
  func fetchedBlocks() {
    #expect(rejection(of: .block(network.seal(.block, block, by: 3))) == nil)
    let empty = network.block(requests: [])
    #expect(rejection(of: .block(network.seal(.block, empty, by: 3))) == .emptyBlock)
  }

  @Test("Nothing is larger than the network's limits")
  func limits() throws {
    var parameters = Parameters()
    parameters.blockRequestLimit = 2
    parameters.blockByteLimit = 8
    parameters.requestByteLimit = 5
    let network = try Network(parameters: parameters)
    func rejection(_ operations: [[[UInt8]]]) -> Rejection? {
      let requests = operations.enumerated().map {
        network.request(UInt64($0), operations: $1)
      }
      do throws(Rejection) {
        _ = try network.verifier.verify(
          .prePrepare(network.proposal(network.block(requests: requests))))
        return nil
      } catch {
        return error
      }
    }
    #expect(rejection([[[1, 2, 3], [4, 5]], [[1, 2, 3]]]) == nil)
    #expect(rejection([[[1, 2, 3], [4, 5, 6]]]) == .overLimit("bytes of a request"))
    #expect(rejection([[[1]], [[1]], [[1]]]) == .overLimit("requests of a block"))
    #expect(rejection([[[1, 2, 3, 4, 5]], [[1, 2, 3, 4]]]) == .overLimit("bytes of a block"))
  }

  // MARK: Requests and queries

  @Test("A request is its client's, with every field (F8)")
  func clientSignatures() {
    let right = network.request()
    #expect(rejection(of: right) == nil)
    func changed(
      client: PublicKey? = nil, number: UInt64? = nil, expiry: SequenceNumber? = nil,
      operations: [[UInt8]]? = nil, signature: Signature? = nil
    ) -> Rejection? {
      rejection(
        of: Request(
          client: client ?? right.client, number: number ?? right.number,
          expiry: expiry ?? right.expiry, operations: operations ?? right.operations,
          signature: signature ?? right.signature))
    }
    #expect(changed() == nil)
    #expect(changed(client: network.client(1).publicKey) == .badClientSignature)
    #expect(changed(number: .max) == .badClientSignature)
    #expect(changed(expiry: SequenceNumber(.max)) == .badClientSignature)
    #expect(changed(operations: [[1, 2, 3, 4]]) == .badClientSignature)
    #expect(changed(signature: Signature()) == .badClientSignature)
  }

  @Test("A request that could not be read from bytes isn't let in from memory either")
  func unreadableRequests() {
    let nothing = Rejection.malformed(.invalid("request without operations"))
    #expect(rejection(of: network.request(operations: [])) == nothing)
    #expect(rejection(of: network.request(operations: [[1], []])) == nothing)
    let many = Array(repeating: [UInt8(1)], count: Bounds.operations + 1)
    #expect(
      rejection(of: network.request(operations: many)) == .overLimit("operations of a request"))
  }

  @Test("A query is its client's")
  func queries() throws {
    let query = Query(
      number: 1, mode: .fast, content: [1], signer: network.client(0), chain: network.chain)
    #expect(try network.verifier.verify(query).value == query)
    let other = try Network(name: "other").verifier
    #expect(throws: Rejection.badClientSignature) { try other.verify(query) }
  }

  // MARK: Decisions

  @Test("A decision is what a quorum committed")
  func decisions() {
    func rejection(_ decision: Decision) -> Rejection? {
      self.rejection(of: .decision(network.seal(.decision, decision, by: 2)))
    }
    let certificate = network.committed(block.header)
    #expect(rejection(Decision(certificate: certificate, block: block)) == nil)
    let weak = network.committed(block.header, by: [0, 1])
    #expect(
      rejection(Decision(certificate: weak, block: block))
        == .badCertificate(.noQuorum(2, needed: 3)))
    let other = network.block(requests: [network.request(2)])
    #expect(
      rejection(Decision(certificate: certificate, block: other))
        == .contradictory("the decided block"))
  }

  // MARK: Blame

  @Test("Only what a member signed and no correct one signs proves it faulty")
  func blame() {
    let proofs: [Rejection] = [
      .badCertificate(.leaderCountedTwice), .contradictory("x"), .overLimit("x"), .improper("x"),
      .badNewView("x"), .notLeader(1), .emptyBlock, .badClientSignature,
    ]
    let others: [Rejection] = [
      .malformed(.truncated), .unknownEpoch(1), .notMember(1), .badSignature, .staleView,
      .badCertificate(.unknownEpoch(1)), .duplicate, .overQuota, .aboveWindow,
    ]
    for proof in proofs { #expect(proof.provesFault, "\(proof)") }
    for other in others { #expect(!other.provesFault, "\(other)") }
  }

  @Test("Every message of the golden vectors is let in, with the largest numbers too")
  func largestNumbers() {
    let max = SequenceNumber(.max)
    let last = network.block(max, proposer: network.leader(of: View(.max)))
    let votes = [StatementKind.prepare, .commit, .checkpoint, .fetchBlock].map {
      network.vote($0, for: last.digest, at: max, view: View(.max), by: 1)
    }
    let status = StatusBody(isChangingView: true, stable: max, held: .max)
    let query = StateQuery(
      chunk: .application(UInt32(Bounds.chunks - 1)), knownEpoch: Epoch(.max))
    let messages: [Message] = [
      .prepare(votes[0]), .commit(votes[1]), .checkpoint(votes[2]), .fetchBlock(votes[3]),
      .prePrepare(network.proposal(last, view: View(.max))),
      .status(network.seal(.status, status, view: View(.max), sequence: max, by: 1)),
      .fetchState(
        network.seal(.fetchState, query, view: View(.max), sequence: max, by: 1)),
      .decision(
        network.seal(
          .decision,
          Decision(
            certificate: network.committed(last.header, view: View(.max)), block: last),
          view: View(.max), sequence: max, by: 1)),
      .request(network.request(.max, expiry: max)),
    ]
    #expect(fault(of: messages) == messages.map { _ in nil })
    for message in messages {
      #expect((try? Message(decoding: message.encoded)) == message)
    }
  }
}
