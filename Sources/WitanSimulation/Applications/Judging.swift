import Witan
import WitanCrypto
import WitanProofs

/// Who judges the claims that a simulated ledger is asked to take.
public enum Judging: String, CaseIterable, Hashable, Sendable {
  /// Nobody: none are asked.
  case none
  /// Somebody who believes what claims say of themselves.
  case simulated
  /// Z3.
  case real

  /// What a network agrees on beforehand that has its claims judged so; nil where it has none.
  var rules: ProofRules? {
    switch self {
    case .none: nil
    case .simulated: ProofRules(solver: CredulousCourt.name)
    case .real: ProofRules()
    }
  }

  /// A court that has heard nothing yet; nil where there is none.
  var court: RememberingCourt? {
    switch self {
    case .none: nil
    case .simulated: RememberingCourt(CredulousCourt())
    case .real: RememberingCourt(Judge())
    }
  }
}

/// Believes what a claim's script says of itself, in `(set-info :status …)`, and draws a difficulty from its bytes: for
/// runs in which it matters what becomes of claims, and not which they are.
public struct CredulousCourt: Adjudicator {
  /// A court.
  public init() {}

  /// It rules by no solver.
  public var solver: String { Self.name }

  static let name = "simulated"

  /// A ruling on each claim, in order.
  public func rulings(on claims: [Claim]) -> [Ruling] { claims.map(ruling) }

  private func ruling(on claim: Claim) -> Ruling {
    let script: Script
    do throws(ScriptRefusal) { script = try Script(claim.script) } catch {
      return Ruling(.rejected(.script(error.description)))
    }
    let resources = 1_000 + UInt64(claim.digest.bytes[0]) * 100
    guard resources <= UInt64(claim.budget) else {
      return Ruling(.undecided(.overBudget), resources: UInt64(claim.budget))
    }
    let claimed: Script.Status = claim.expectation == .unsatisfiable ? .unsat : .sat
    let outcome: Ruling.Outcome =
      switch script.status {
      case claimed: .proved
      case .sat, .unsat: .refuted("it says so itself")
      case .unknown, nil: .undecided(.incomplete)
      }
    return Ruling(outcome, resources: resources, size: claim.size)
  }
}

/// Claims for a ledger in a simulation: small ones of several kinds, no two alike, and each says truly what it is.
enum ClaimMill {
  /// A claim that holds. Every fourth spends something of its author's.
  static func claim(_ number: UInt64, by author: Signer, chain: Digest) -> SignedClaim? {
    var spends: [Spend] = []
    if number.isMultiple(of: 4) {
      spends = [Spend(owner: author.publicKey, thing: SHA256.hash(number.encoded))]
    }
    return signed(
      script(number), "claim \(number)", spends: spends, by: author, chain: chain)
  }

  /// A claim that doesn't hold.
  static func falseClaim(_ number: UInt64, by author: Signer, chain: Digest) -> SignedClaim? {
    signed(
      "(set-info :status sat)(declare-const x Int)(assert (> x \(number)))", "lie \(number)",
      by: author, chain: chain)
  }

  static func signed(
    _ script: String, _ title: String, budget: UInt32 = 100_000, spends: [Spend] = [],
    by author: Signer, chain: Digest
  ) -> SignedClaim? {
    let claim = try? Claim(title, script: Array(script.utf8), budget: budget, spends: spends)
    return claim.map { SignedClaim($0, author: author, chain: chain) }
  }

  private static func script(_ number: UInt64) -> String {
    switch number % 4 {
    case 0:
      """
      (set-info :status unsat)
      (declare-const alice Int)(declare-const bob Int)(declare-const amount Int)
      (assert (> amount \(number)))(assert (>= alice amount))
      (assert (not (= (+ (- alice amount) (+ bob amount)) (+ alice bob))))
      """
    case 1:
      """
      (set-info :status unsat)(set-logic QF_LIA)
      (declare-const x Int)(declare-const y Int)
      (assert (> x \(number)))(assert (< y x))(assert (> y (+ x 5)))
      """
    case 2:
      """
      (set-info :status unsat)(set-logic QF_ALIA)
      (declare-const m (Array Int Int))(declare-const i Int)
      (assert (not (= (select (store m i \(number)) i) \(number))))
      """
    default:
      """
      (set-info :status unsat)(set-logic QF_UF)
      (declare-sort S 0)(declare-fun f (S) S)(declare-const a\(number) S)(declare-const b S)
      (assert (= a\(number) b))(assert (not (= (f (f a\(number))) (f (f b)))))
      """
    }
  }
}

extension UInt64 {
  fileprivate var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.write(self)
    return writer.bytes
  }
}
