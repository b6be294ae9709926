import Testing
import Witan
import WitanCrypto

@testable import WitanProofs

@Suite struct FalseVoteTests {
  private let authority = SimulatedAuthority(seed: 1)
  private let genesis: Genesis
  private let verifier: Verifier
  private let examiner: BlockExaminer<Judge>

  init() throws {
    let authority = authority
    genesis = try Genesis(
      name: "proofs",
      members: (0..<4).map {
        Member(id: ReplicaID(UInt32($0)), key: authority.signer(UInt64($0)).publicKey)
      },
      application: ProofRules().encoded)
    verifier = Verifier(genesis: genesis, scheme: .simulated(authority))
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
    return FalseVote(vote: signed, block: block)
  }

  private func fault(_ vote: FalseVote) -> FalseVote.Fault? {
    do throws(FalseVote.Fault) {
      _ = try vote.verify(by: verifier, examiner)
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
      guard case .claim(0, .ruled(let ruling)) = try read.verify(by: verifier, examiner) else {
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
      vote: vote(.prepare, for: invalid, by: 2).vote, block: try block("(assert (= 1 1))"))
    #expect(fault(other) == .otherBlock)
  }
}
