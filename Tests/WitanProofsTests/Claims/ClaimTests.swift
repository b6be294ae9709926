import Testing
import Witan
import WitanCrypto

@testable import WitanProofs

@Suite struct ClaimTests {
  private let x = Term.int("x")
  private let author: Signer
  private let party: Signer

  init() throws {
    author = Signer(try #require(Ed25519.SecretKey(seed: [UInt8](repeating: 1, count: 32))))
    party = Signer(try #require(Ed25519.SecretKey(seed: [UInt8](repeating: 2, count: 32))))
  }

  private func sample() throws -> SignedClaim {
    let claim = try Claim(
      "a \"quoted\" title; with (everything)",
      script: Array("(declare-const x Int)\n(assert (> x 3))\n; (done)\n".utf8),
      expectation: .satisfiable(witness: Array("(define-fun x () Int\n 4) ; \"four\"".utf8)),
      budget: 12_345, parties: [party.publicKey],
      spends: [
        Spend(owner: party.publicKey, thing: SHA256.hash([1])),
        Spend(owner: author.publicKey, thing: SHA256.hash([2])),
      ])
    return SignedClaim(claim, author: author, parties: [party])
  }

  @Test func `a claim built in Swift denies what it proves`() throws {
    let claim = try Claim("halves", logic: "QF_LIA") {
      Assume(x >= 0)
      Prove(x / 2 <= x)
    }
    #expect(
      String(decoding: claim.script, as: UTF8.self) == """
        (set-logic QF_LIA)
        (declare-fun x () Int)
        (assert (>= x 0))
        (assert (not (<= (div x 2) x)))

        """)
    #expect(Judge().ruling(on: claim).isProved)
    let wrong = try Claim("doubles") { Prove(x + x >= x) }
    #expect(Judge().ruling(on: wrong).outcome == .refuted("x = (- 1)"))
  }

  @Test func `an intent is proved when nothing breaks its posts, and refuted by name`() throws {
    let balance = Term.int("balance")
    let amount = Term.int("amount")
    let posts = [balance - amount >= 0]
    let guarded = Intent("withdraw", guards: [amount > 0, balance >= amount], posts: posts)
    #expect(try Judge().ruling(on: guarded.claim()).isProved)
    let careless = Intent("withdraw", guards: [amount > 0], posts: posts)
    let reason = try Judge().ruling(on: careless.claim()).outcome.reason
    #expect(reason?.contains("amount = ") == true && reason?.contains("balance = ") == true)
    // Guards and posts that can hold together are no proof: that is what the form's first home got wrong.
    #expect(try Judge().ruling(on: careless.claim()).outcome.word == "refuted")
  }

  @Test func `conservation holds for a transfer, and not for a payment out of nothing`() throws {
    let amount = Term.int("amount")
    let transfer = Intent.conservation(
      "transfer", accounts: [("alice", .number(0) - amount), ("bob", amount)], guards: [amount > 0])
    #expect(try Judge().ruling(on: transfer.claim()).isProved)
    let minting = Intent.conservation(
      "mint", accounts: [("alice", .number(0)), ("bob", amount)], guards: [amount > 0])
    #expect(try Judge().ruling(on: minting.claim()).outcome.reason?.contains("amount = 1") == true)
  }

  @Test func `claims and blocks read back as they were written`() throws {
    let signed = try sample()
    #expect(try SignedClaim(decoding: signed.encoded) == signed)
    let block = ProofBlock(
      previous: SHA256.hash([9]), timestamp: .seconds(7), claims: [signed, signed], proposer: author
    )
    #expect(try ProofBlock(decoding: block.encoded) == block)
    #expect(try ProofBlock(file: block.file) == block)
    #expect(block.isSigned(chain: .zero, scheme: .ed25519))
    #expect(!block.isSigned(chain: SHA256.hash([1]), scheme: .ed25519))
    for end in 0..<block.encoded.count {
      #expect(throws: Malformed.self) { try ProofBlock(decoding: Array(block.encoded[..<end])) }
    }
    #expect(throws: Malformed.self) { try ProofBlock(decoding: block.encoded + [0]) }
  }

  @Test func `any byte that differs makes another claim, or none`() throws {
    let bytes = try sample().encoded
    let digest = try sample().digest
    for place in bytes.indices {
      var other = bytes
      other[place] ^= 1
      guard let claim = try? SignedClaim(decoding: other) else { continue }
      #expect(claim.digest != digest)
      #expect(claim.encoded == other)
      #expect(claim.signatureFault(chain: .zero, scheme: .ed25519) != nil)
    }
  }

  @Test func `the bytes are those of the first version`() throws {
    let signed = try sample()
    let block = ProofBlock(timestamp: .seconds(7), claims: [signed], proposer: author)
    #expect(signed.claim.encodedDigest.hex == Golden.claim)
    #expect(signed.digest.hex == Golden.signedClaim)
    #expect(block.digest.hex == Golden.block)
    #expect(block.encodedDigest.hex == Golden.blockBytes)
    #expect(SHA256.hash(ClaimFile.text(of: signed.claim, signed)).hex == Golden.file)
  }

  @Test func `a claim's file reads back with its signatures`() throws {
    let signed = try sample()
    let file = try ClaimFile(ClaimFile.text(of: signed.claim, signed), title: "other")
    #expect(file.claim == signed.claim)
    #expect(file.signed == signed)
    #expect(!file.lacksWitness)
    #expect(file.signed?.signatureFault(chain: .zero, scheme: .ed25519) == nil)
    #expect(try ClaimFile(ClaimFile.text(of: signed.claim), title: "other").signed == nil)
  }

  @Test func `a bare script is a claim that its assertions contradict each other`() throws {
    let file = try ClaimFile(Array("(assert false)".utf8), title: "bare", budget: 77)
    #expect(file.claim.title == "bare")
    #expect(file.claim.budget == 77)
    #expect(file.claim.expectation == .unsatisfiable)
    #expect(
      try ClaimFile(Array("(set-info :status sat)(assert true)".utf8), title: "b").lacksWitness)
  }

  @Test func `a header that makes no sense is refused`() throws {
    func fault(_ header: String) -> String? {
      do throws(ClaimFile.Fault) {
        _ = try ClaimFile(Array("(set-info :witan-\(header))\n(assert false)".utf8), title: "t")
        return nil
      } catch { return error.description }
    }
    #expect(
      fault("colour \"blue\"") == "line 1, column 11: the attribute :witan-colour isn't admitted")
    #expect(fault("asserts maybe") == ":witan-asserts must be sat or unsat")
    #expect(fault("budget 4294967296") == ":witan-budget must be a number from 1 to 4294967295")
    #expect(fault("budget 0") == "budget has a value it can't have")
    #expect(fault("party \"12\"") == ":witan-party must be 64 hexadecimal digits in quotes")
    #expect(
      fault("author \"\(String(repeating: "0", count: 64))\"")
        == "an author needs a signature, and a signature an author")
    #expect(
      fault("title \"a\")\n(set-info :witan-title \"b\"")
        == "line 2, column 11: :witan-title may not stand here")
  }

  @Test func `the signatures of all whom a claim involves are checked before anything else`() throws
  {
    let signed = try sample()
    func fault(_ claim: SignedClaim) -> ClaimFault? {
      claim.signatureFault(chain: .zero, scheme: .ed25519)
    }
    #expect(fault(signed) == nil)
    #expect(
      signed.signatureFault(chain: SHA256.hash([1]), scheme: .ed25519)
        == .unsigned(author.publicKey))
    let unsigned = SignedClaim(
      signed.claim, author: author.publicKey, signature: Signature(),
      countersignatures: signed.countersignatures)
    #expect(fault(unsigned) == .unsigned(author.publicKey))
    #expect(fault(SignedClaim(signed.claim, author: author)) == .unsigned(party.publicKey))
    let fewer = SignedClaim(
      signed.claim, author: author.publicKey, signature: signed.signature, countersignatures: [])
    #expect(fault(fewer) == .unsigned(party.publicKey))
    let stranger = Spend(owner: party.publicKey, thing: SHA256.hash([1]))
    let theft = SignedClaim(try Claim("theft", script: [], spends: [stranger]), author: author)
    #expect(fault(theft) == .unsigned(party.publicKey))
  }
}

/// What the first version of the format made of the sample.
private enum Golden {
  static let claim = "4ebf28cf63b3b7929e5a6d3446e179d77c8787b24af1f70a38901e6c3de157f9"
  static let signedClaim = "86e893565e0e5eef43cdced2130cbec8b7cc97067c5395e7418f1e948a109b86"
  static let block = "55e53a055179ad761c66b5475d3f7bf8e17248700981d2a12025e814ae176c07"
  static let blockBytes = "535a56f89bf7d217d3b2baa940ece4c8d2725cbdf6b210f6b38cf759b1a85789"
  static let file = "85aa160e5c30af2b4ee21cfeb76854912dbd89633ec2fbe73e77725cd0d3fc68"
}
