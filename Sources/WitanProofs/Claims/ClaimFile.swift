import Witan
import WitanCrypto

/// A claim as an `.smt2` file: what SMT-LIB has no word for stands before the script, in `set-info` commands that every
/// solver skips.
///
/// ```
/// (set-info :witan-title "a sum of squares isn't negative")
/// (set-info :witan-budget 1000000)
/// (set-info :witan-author "d75a980182b1…")
/// (set-info :witan-signature "9d61b19deffd…")
/// (declare-const x Int)
/// (assert (< (* x x) 0))
/// ```
///
/// All of it may be left out: then it is a script that anyone wrote, whose assertions are claimed to contradict each other.
public struct ClaimFile: Hashable, Sendable {
  /// What is claimed.
  public let claim: Claim
  /// The signatures, where the file has them.
  public let signed: SignedClaim?
  /// Whether the claim is said to be satisfiable without saying how: a witness is yet to be found.
  public let lacksWitness: Bool
  /// How many lines stand before the script's own.
  public let lines: Int

  static let keywordPrefix = ":witan-"

  /// Why a file isn't a claim.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The script isn't admitted.
    case script(ScriptRefusal)
    /// What stands before the script has this wrong.
    case header(String)
    /// No claim may be so.
    case claim(Malformed)

    /// What is wrong, for people.
    public var description: String {
      switch self {
      case .script(let refusal): refusal.description
      case .header(let problem): problem
      case .claim(let fault): fault.description
      }
    }

    /// The line to blame, where one is.
    public var line: Int? { if case .script(let refusal) = self { refusal.line } else { nil } }
  }

  /// Reads a file; `title` and `budget` are for one that says none.
  public init(
    _ bytes: [UInt8], title: String, budget: UInt32 = Claim.defaultBudget
  ) throws(Fault) {
    let header: ClaimHeader
    let script: Script
    do throws(ScriptRefusal) {
      header = try ClaimHeader(bytes)
      // Blanked out and not cut off, so that refusals name the file's own lines.
      let blanks = bytes[..<header.end].map { $0.isBlank ? $0 : UInt8(ascii: " ") }
      script = try Script(blanks + bytes[header.end...])
    } catch { throw .script(error) }
    lines = bytes[..<header.end].count { $0 == UInt8(ascii: "\n") }
    let claimsSat = try header.asserts() ?? (script.status == .sat)
    let witness = header["witness"].map { Array($0.utf8) }
    lacksWitness = claimsSat && witness == nil
    let expectation: Claim.Expectation =
      claimsSat ? .satisfiable(witness: witness ?? []) : .unsatisfiable
    let spent = try header.number("budget") ?? budget
    let parties: [PublicKey] = try header.values("party")
    let spends = try header.spends()
    do throws(Malformed) {
      claim = try Claim(
        header["title"] ?? title, script: Array(bytes[header.end...]), expectation: expectation,
        budget: spent, parties: parties, spends: spends)
    } catch { throw .claim(error) }
    signed = try header.signatures(of: claim)
  }

  /// The file of a claim: signed, or not yet.
  public static func text(of claim: Claim, _ signed: SignedClaim? = nil) -> [UInt8] {
    var lines: [String] = []
    func say(_ key: String, _ value: String) {
      lines.append("(set-info \(keywordPrefix)\(key) \(value))")
    }
    func quote(_ text: String) -> String {
      "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
    say("title", quote(claim.title))
    if case .satisfiable(let witness) = claim.expectation {
      say("asserts", "sat")
      say("witness", quote(String(decoding: witness, as: UTF8.self)))
    } else {
      say("asserts", "unsat")
    }
    say("budget", "\(claim.budget)")
    for party in claim.parties { say("party", quote(party.hex)) }
    for spend in claim.spends { say("spends", quote(spend.owner.hex + spend.thing.hex)) }
    if let signed {
      say("author", quote(signed.author.hex))
      say("signature", quote(signed.signature.hex))
      for signature in signed.countersignatures { say("countersignature", quote(signature.hex)) }
    }
    return Array(lines.map { $0 + "\n" }.joined().utf8) + claim.script
  }
}
