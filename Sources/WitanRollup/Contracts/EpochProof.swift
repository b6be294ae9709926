import Witan
import WitanCrypto
import WitanLedger
import WitanProofs

/// What there is to prove about a stretch of blocks: that no value appears or vanishes in any of them, nor between them.
public struct EpochStatement: Hashable, Sendable {
  /// The blocks, in order.
  public let headers: [RollupHeader]

  /// How many blocks one claim is about: so many are a small thing for a solver.
  static let blocksPerClaim = 64

  /// The statement about these.
  public init(_ headers: [RollupHeader]) { self.headers = headers }

  /// The statement as claims, each about some of the blocks and what leads to them: whatever the blocks' numbers say of
  /// value, what leaves the rollup is what proposers are paid.
  public var claims: [Claim] {
    get throws(Malformed) {
      var claims: [Claim] = []
      for start in stride(from: 0, to: headers.count, by: Self.blocksPerClaim) {
        let end = min(start + Self.blocksPerClaim, headers.count)
        claims.append(try claim(about: start..<end))
      }
      return claims
    }
  }

  private func claim(about range: Range<Int>) throws(Malformed) -> Claim {
    var guards: [Term] = []
    var posts: [Term] = []
    // What the block before left, where it is in another claim.
    if range.lowerBound > 0 { guards.append(after(range.lowerBound - 1)) }
    for index in range {
      let header = headers[index]
      let (before, fees) = (Self.term("before", index), Self.term("fees", index))
      guards += [
        before .== Self.number(header.valueBefore), after(index), fees .== Self.number(header.fees),
      ]
      posts.append(before .== Self.term("after", index) + fees)
      if index > 0 { posts.append(before .== Self.term("after", index - 1)) }
    }
    let (first, last) = (range.lowerBound, range.upperBound - 1)
    var intent = Intent.conservation(
      "blocks \(headers[first].number) to \(headers[last].number) conserve value",
      accounts: [
        ("rollup", Self.term("after", last) - Self.term("before", first)),
        ("proposers", Term.sum(range.map { Self.term("fees", $0) })),
      ], guards: guards)
    intent.posts += posts
    return try intent.claim()
  }

  private func after(_ index: Int) -> Term {
    Self.term("after", index) .== Self.number(headers[index].valueAfter)
  }

  private static func term(_ name: String, _ index: Int) -> Term { .int("\(name)\(index)") }

  /// What there may be of anything is less than 2⁶³.
  private static func number(_ amount: Amount) -> Term { .number(Int(clamping: amount.units)) }

  /// Whether what it states is so, as anybody can see who adds: it is asked before a solver is troubled.
  public var holds: Bool {
    for (index, header) in headers.enumerated() {
      let (sum, overflow) = header.valueAfter.units.addingReportingOverflow(header.fees.units)
      guard !overflow, sum == header.valueBefore.units else { return false }
      if index > 0, headers[index - 1].valueAfter != header.valueBefore { return false }
    }
    return true
  }
}

/// A prover's proof of a stretch of blocks: a proof block, in which the prover claims of these very blocks that they
/// conserve value.
///
/// It stands on the archive of the last of them, so that no proof is one of other blocks with the same numbers. Judging
/// its claims is the solver's work: the contract takes it only where the court proves them all.
public struct EpochProof: Hashable, Sendable, Canonical {
  /// The claims, signed by the prover.
  public let block: ProofBlock

  /// A prover's proof; refused where a statement is too long to be claimed.
  public init(
    _ statement: EpochStatement, archive: Digest, at time: Micros, by signer: Signer, chain: Digest
  ) throws(Malformed) {
    block = ProofBlock(
      previous: archive, timestamp: time,
      claims: try statement.claims.map { SignedClaim($0, author: signer, chain: chain) },
      proposer: signer, chain: chain)
  }

  /// A proof as somebody gives it.
  public init(_ block: ProofBlock) { self.block = block }

  /// Whether it proves a statement: it is about these very blocks, its prover says so, and the court finds the same.
  func verifies(
    _ statement: EpochStatement, archive: Digest, before examiner: BlockExaminer
  ) -> Bool {
    guard block.previous == archive, statement.holds, let claims = try? statement.claims,
      block.claims.map(\.claim) == claims,
      block.claims.allSatisfy({ $0.author == block.proposer })
    else { return false }
    return examiner.examine(block).fault == nil
  }

  /// Writes the block.
  public func encode(to writer: inout ByteWriter) { writer.write(block) }

  /// Reads the block.
  public init(from reader: inout ByteReader) throws(Malformed) {
    block = try ProofBlock(from: &reader)
  }
}
