import Witan
import WitanCrypto

/// Phase 0: whether a replica may vote for a batch of claims. What costs no solver is checked first, and for all claims,
/// so that nobody's processor works for a block that is refused anyway.
public struct BlockExaminer: Sendable {
  /// The claim that an operation of a request carries; nil where it carries none.
  public typealias Reading = @Sendable (_ operation: [UInt8]) throws(Malformed) -> SignedClaim?

  /// What the network agrees on.
  public let rules: ProofRules
  /// The digest of the network's genesis.
  public let chain: Digest
  /// How signatures are checked.
  public let scheme: SignatureScheme
  /// Who rules.
  public let court: any Adjudicator
  private let reading: Reading

  /// An examiner for a network. Where nothing else is said, every operation is a claim.
  public init(
    rules: ProofRules, chain: Digest, scheme: SignatureScheme, court: any Adjudicator,
    reading: @escaping Reading = { (operation) throws(Malformed) in
      try SignedClaim(decoding: operation)
    }
  ) {
    self.rules = rules
    self.chain = chain
    self.scheme = scheme
    self.court = court
    self.reading = reading
  }

  /// Examines claims in their order.
  public func examine(_ claims: [SignedClaim]) -> Examination {
    if let fault = screen(claims) { return Examination(fault: fault, rulings: []) }
    let rulings = court.rulings(on: claims.map(\.claim))
    let failed = rulings.firstIndex { !$0.isProved }
    let fault = failed.map { BlockFault.claim($0, .ruled(rulings[$0])) }
    return Examination(fault: fault, rulings: rulings)
  }

  /// Examines a block that stands alone, its proposer's signature first.
  public func examine(_ block: ProofBlock) -> Examination {
    guard block.isSigned(chain: chain, scheme: scheme) else {
      return Examination(fault: .unsigned, rulings: [])
    }
    return examine(block.claims)
  }

  /// Examines requests of the engine's, whose operations carry claims.
  public func examine(requests: [Request]) -> Examination {
    do throws(BlockFault) {
      return examine(try claims(of: requests))
    } catch {
      return Examination(fault: error, rulings: [])
    }
  }

  /// What is wrong with requests of the engine's, and the places of the fewest that show it; nil when nothing is.
  public func findFault(in requests: [Request]) -> (fault: BlockFault, places: [Int])? {
    guard let fault = examine(requests: requests).fault else { return nil }
    // Whose each claim is. Where one can't be read none after it is counted, so that no later owner is ever asked for.
    var owners: [Int] = []
    for (place, request) in requests.enumerated() {
      let count = (try? claims(of: [request]).count) ?? request.operations.count
      owners += Array(repeating: place, count: count)
    }
    switch fault {
    case .claim(let index, .repeated(let other)), .claim(let index, .conflict(let other, _)):
      return (fault, [owners[other], owners[index]])
    case .claim(let index, _): return (fault, [owners[index]])
    case .tooManyClaims, .blockBudget, .unsigned: return (fault, Array(requests.indices))
    }
  }

  /// The claims of requests of the engine's, in order.
  public func claims(of requests: [Request]) throws(BlockFault) -> [SignedClaim] {
    var claims: [SignedClaim] = []
    for operation in requests.lazy.flatMap(\.operations) {
      do throws(Malformed) {
        if let claim = try reading(operation) { claims.append(claim) }
      } catch { throw .claim(claims.count, .malformed(error)) }
    }
    return claims
  }

  /// What is wrong with claims that can be told without a solver; nil when nothing is.
  public func screen(_ claims: [SignedClaim]) -> BlockFault? {
    for (index, claim) in claims.enumerated() {
      if let fault = claim.claim.budgetFault(rules) { return .claim(index, fault) }
    }
    if let fault = misfit(of: claims) { return fault }
    for (index, claim) in claims.enumerated() {
      if let fault = claim.signatureFault(chain: chain, scheme: scheme) {
        return .claim(index, fault)
      }
    }
    return nil
  }

  /// Why claims that may each stand in a block may not stand in one together; nil when they may.
  public func misfit(of claims: [SignedClaim]) -> BlockFault? {
    guard claims.count <= ProofBlock.claimLimit else { return .tooManyClaims(claims.count) }
    var seen: [Digest: Int] = [:]
    var spent: [Spend: Int] = [:]
    var budget: UInt64 = 0
    for (index, claim) in claims.enumerated() {
      budget += UInt64(claim.claim.budget)
      guard budget <= rules.blockBudget else {
        return .blockBudget(budget, limit: rules.blockBudget)
      }
      if let first = seen.updateValue(index, forKey: claim.digest) {
        return .claim(index, .repeated(first))
      }
      for spend in claim.claim.spends {
        if let first = spent.updateValue(index, forKey: spend) {
          return .claim(index, .conflict(with: first, over: spend))
        }
      }
    }
    return nil
  }
}

extension Claim {
  /// Whether the claim asks for more than the rules allow.
  func budgetFault(_ rules: ProofRules) -> ClaimFault? {
    budget <= rules.claimBudget ? nil : .budget(budget, limit: rules.claimBudget)
  }
}

/// What an examination found.
public struct Examination: Hashable, Sendable {
  /// Why the block is invalid; nil when it is valid.
  public let fault: BlockFault?
  /// The rulings on its claims in order; none where the block was refused before.
  public let rulings: [Ruling]

  /// What all claims are worth together: zero where the block is invalid.
  public var difficulty: UInt64 {
    fault == nil ? rulings.reduce(0) { $0 &+ $1.difficulty } : 0
  }

  /// The answer for the engine.
  public var verdict: Verdict {
    fault.map { .invalid($0.reason) } ?? .valid
  }
}

/// Why a block of claims is invalid.
public enum BlockFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// It has more claims than a block may.
  case tooManyClaims(Int)
  /// Its claims ask for more than a block may use.
  case blockBudget(UInt64, limit: UInt64)
  /// The proposer didn't sign it.
  case unsigned
  /// The claim at this place is at fault.
  case claim(Int, ClaimFault)

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .tooManyClaims(let count): "\(count) claims are too many; at most \(ProofBlock.claimLimit)"
    case .blockBudget(let budget, let limit):
      "its claims ask for \(budget) together; at most \(limit) is allowed"
    case .unsigned: "its proposer's signature is wrong"
    case .claim(let index, let fault): "claim \(index): \(fault)"
    }
  }

  /// Whether every replica finds the same.
  public var isReproducible: Bool {
    if case .claim(_, let fault) = self { return fault.isReproducible }
    return true
  }

  /// The reason, for the engine.
  public var reason: InvalidBlock { InvalidBlock(code: code, summary) }

  /// The kind of fault, for the engine's report.
  private var code: UInt32 {
    switch self {
    case .tooManyClaims: 16
    case .blockBudget: 17
    case .unsigned: 18
    case .claim(_, .malformed): 19
    case .claim(_, .unsigned): 20
    case .claim(_, .budget): 21
    case .claim(_, .repeated): 22
    case .claim(_, .conflict): 23
    case .claim(_, .ruled(let ruling)): ruling.outcome.code
    }
  }

  /// The kind of fault in words that carry nothing from the claims.
  private var summary: String {
    switch self {
    case .tooManyClaims: "it has too many claims"
    case .blockBudget: "its claims ask for too much together"
    case .unsigned: "its proposer's signature is wrong"
    case .claim(_, .malformed): "a claim can't be read"
    case .claim(_, .unsigned): "a claim lacks a signature"
    case .claim(_, .budget): "a claim asks for too much"
    case .claim(_, .repeated): "it has a claim twice"
    case .claim(_, .conflict): "two claims spend the same thing"
    case .claim(_, .ruled(let ruling)): ruling.outcome.summary
    }
  }
}

extension Ruling.Outcome {
  fileprivate var code: UInt32 {
    switch self {
    case .proved: 24
    case .refuted: 25
    case .undecided: 26
    case .rejected: 27
    }
  }

  fileprivate var summary: String {
    switch self {
    case .proved: "all claims are proved"
    case .refuted: "a claim is refuted"
    case .undecided: "a claim is undecided"
    case .rejected: "a claim is rejected"
    }
  }
}
