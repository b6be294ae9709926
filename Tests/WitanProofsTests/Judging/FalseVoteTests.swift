import Testing
import Witan
import WitanCrypto

@testable import WitanProofs

@Suite struct FalseVoteTests {
  private let authority = SimulatedAuthority(seed: 1)
  private let genesis: Genesis
  private let examiner: BlockExaminer

  init() throws {
    let authority = authority
    genesis = try Genesis(
      name: "proofs",
      members: (0..<4).map {
        Member(id: ReplicaID(UInt32($0)), key: authority.signer(UInt64($0)).publicKey)
      },
      application: ProofRules().encoded)
    examiner = BlockExaminer(
      rules: try ProofRules(of: genesis), chain: genesis.digest, scheme: .simulated(authority),
      court: Judge())
  }

  private func block(_ script: String) throws -> Block {
    let author = authority.signer(9)
    let claim = SignedClaim(
      try Claim("c", script: Array(script.utf8)), author: author, chain: genesis.digest)
    let request = Request(
      number: 1, expiry: 9, operations: [claim.encoded], signer: author, chain: genesis.digest)
    return Block(
      height: 5, previous: .zero, proposer: 0, timestamp: 1, epoch: 0, requests: [request])
  }

  private func vote(
    _ kind: StatementKind, for block: Block, by id: UInt32, signer: UInt64? = nil,
    sequence: SequenceNumber = 5
  ) -> FalseVote {
    let statement = Statement(kind, epoch: 0, view: 2, sequence: sequence, digest: block.digest)
    let signed = statement.signed(
      by: ReplicaID(id), with: authority.signer(signer ?? UInt64(id)), chain: genesis.digest)
    return FalseVote(vote: signed, block: BlockExcerpt(block, at: [0]))
  }

  private func fault(_ vote: FalseVote) -> FalseVote.Fault? {
    do throws(FalseVote.Fault) {
      _ = try vote.verify(genesis, examiner)
      return nil
    } catch { return error }
  }

  @Test func `who votes for an invalid block is convicted by its vote and the block`() throws {
    let invalid = try block("(assert true)")
    for kind in [StatementKind.prePrepare, .prepare] {
      let evidence = vote(kind, for: invalid, by: 2)
      let read = try FalseVote(decoding: evidence.encoded)
      #expect(read == evidence)
      #expect(read.culprit == 2)
      guard case .claim(0, .ruled(let ruling)) = try read.verify(genesis, examiner) else {
        Issue.record("another fault")
        return
      }
      #expect(ruling.outcome.word == "refuted")
    }
  }

  @Test func `nothing else convicts anyone`() throws {
    let invalid = try block("(assert true)")
    #expect(fault(vote(.prepare, for: try block("(assert false)"), by: 2)) == .validBlock)
    #expect(fault(vote(.commit, for: invalid, by: 2)) == .noVote(.commit))
    #expect(fault(vote(.prepare, for: invalid, by: 2, signer: 3)) == .badSignature)
    #expect(fault(vote(.prepare, for: invalid, by: 7)) == .notMember(7))
    #expect(fault(vote(.prepare, for: invalid, by: 2, sequence: 6)) == .otherBlock)
    let other = FalseVote(
      vote: vote(.prepare, for: invalid, by: 2).vote,
      block: BlockExcerpt(try block("(assert (= 1 1))"), at: [0]))
    let nothingShown = FalseVote(
      vote: vote(.prepare, for: invalid, by: 2).vote, block: BlockExcerpt(invalid, at: []))
    #expect(fault(nothingShown) == .validBlock)
    #expect(fault(other) == .otherBlock)
  }

  /// A block of several requests: the scripts of each one's claims.
  private func block(of requests: [[String]], spends: [Spend] = []) throws -> Block {
    let author = authority.signer(9)
    let all = try requests.enumerated().map { number, scripts in
      Request(
        number: UInt64(number), expiry: 9,
        operations: try scripts.enumerated().map { place, script in
          SignedClaim(
            try Claim("c\(number).\(place)", script: Array(script.utf8), spends: spends),
            author: author, chain: genesis.digest
          ).encoded
        }, signer: author, chain: genesis.digest)
    }
    return Block(height: 5, previous: .zero, proposer: 0, timestamp: 1, epoch: 0, requests: all)
  }

  @Test func `evidence carries the requests that are to blame, and no others`() throws {
    let (good, bad) = ("(assert false)", "(assert true)")
    let refuted = try block(of: [[good, good], [good], [good, bad], [good]])
    #expect(examiner.findFault(in: refuted.requests)?.places == [2])
    let coin = Spend(owner: authority.signer(9).publicKey, thing: SHA256.hash([1]))
    let conflicting = try block(of: [[good], [good]], spends: [coin])
    #expect(examiner.findFault(in: conflicting.requests)?.places == [0, 1])
    let rubbish = Request(
      number: 7, expiry: 9, operations: [[1, 2, 3]], signer: authority.signer(9),
      chain: genesis.digest)
    let unreadable = try block(of: [[good], [good]]).requests + [rubbish]
    #expect(examiner.findFault(in: unreadable)?.places == [2])
    #expect(try examiner.findFault(in: block(of: [[good]]).requests) == nil)
  }

  @Test func `an excerpt reads back only as part of the block that it is of`() throws {
    let whole = try block(of: [["(assert false)"], ["(assert true)"], ["(assert (= 1 2))"]])
    let excerpt = BlockExcerpt(whole, at: [2, 0, 9])
    #expect(excerpt.places == [0, 2])
    #expect(excerpt.requests == [whole.requests[0], whole.requests[2]])
    let bytes = excerpt.encoded
    #expect(try BlockExcerpt(decoding: bytes) == excerpt)
    for place in bytes.indices {
      var other = bytes
      other[place] ^= 1
      // A header of which nothing but the payload is checked names another block: no vote is for that.
      guard let read = try? BlockExcerpt(decoding: other) else { continue }
      #expect(read.header.digest != whole.digest)
    }
    for end in bytes.indices {
      #expect(throws: Malformed.self) { try BlockExcerpt(decoding: Array(bytes[..<end])) }
    }
  }

  @Test func `a vote and a refusal make a proof, whichever comes first, and memory is bounded`()
    throws
  {
    let invalid = try block("(assert true)")
    let early = vote(.prePrepare, for: invalid, by: 0).vote
    let late = vote(.prepare, for: invalid, by: 1).vote
    var watch = VoteWatch()
    #expect(watch.saw(early) == nil)
    #expect(watch.refuse(invalid, examiner).map(\.culprit) == [0])
    #expect(watch.refuse(invalid, examiner).isEmpty, "once is enough")
    #expect(watch.saw(late)?.culprit == 1)
    #expect(watch.saw(vote(.commit, for: invalid, by: 2).vote) == nil)
    #expect(try watch.refuse(block("(assert false)"), examiner).isEmpty, "its claims hold")
    var memory = VoteWatch.Memory()
    (memory.votes, memory.blocks) = (2, 1)
    var small = VoteWatch(memory)
    #expect(small.saw(early) == nil)
    for sequence in UInt64(1)...2 {
      let other = vote(
        .prepare, for: try block("(assert (= 1 1))"), by: 3, sequence: SequenceNumber(sequence))
      #expect(small.saw(other.vote) == nil)
    }
    #expect(small.refuse(invalid, examiner).isEmpty, "the vote was forgotten")
    #expect(try small.refuse(block("(assert (= 2 2))"), examiner).isEmpty)
    #expect(small.saw(late) == nil, "the refusal was forgotten")
  }
}
