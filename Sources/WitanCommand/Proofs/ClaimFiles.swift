import Glibc
import WitanNode
import WitanProofs
import WitanSimulation

/// A claim as a person gave it: from a file, or from standard input.
struct GivenClaim: Sendable {
  /// What to call it in results.
  let name: String
  /// What was read.
  let file: ClaimFile

  /// Reads a claim; `-` is standard input. What is expected of it goes before what it says.
  static func read(
    _ path: String, budget: UInt32, _ expected: Expected? = nil
  ) throws -> GivenClaim {
    let name = path == "-" ? "standard input" : path
    // What is too long for a claim is one that isn't admitted, and the scanner says so.
    let bytes = try TextFile.readBytes(path == "-" ? "/dev/stdin" : path, limit: 1 << 24)
    let title = String(name.split(separator: "/").last?.prefix(Claim.titleBytes / 4) ?? "claim")
    do throws(ClaimFile.Fault) {
      let file = try ClaimFile(bytes, title: title, budget: budget)
      return GivenClaim(name: name, file: try file.expecting(expected))
    } catch {
      // A script that isn't admitted is a bad claim, and no bad usage; the judge says so.
      if case .script = error {
        throw Unreadable(name: name, fault: "\(error)")
      }
      throw UsageError(
        "\(error)", remedy: "see witan help block for the form of a claim", at: Place(file: name))
    }
  }

  /// A file whose script isn't admitted.
  struct Unreadable: Error {
    let name: String
    let fault: String
  }

  /// The claim with its witness: found, where the file says that there is one and not what it is.
  func completed(by court: some Adjudicator) throws -> Completed {
    guard file.lacksWitness, case .satisfiable = file.claim.expectation else {
      return .claim(file.claim)
    }
    let claim = file.claim
    // Whether there is one is asked in a worker first; once that is known, finding it here is no risk.
    let denial = try Claim(claim.title, script: claim.script, budget: claim.budget)
    let ruling = court.rulings(on: [denial])[0]
    switch ruling.outcome {
    case .proved: return .ruling(Ruling(.refuted("no assignment satisfies it")))
    case .undecided, .rejected: return .ruling(ruling)
    case .refuted: break
    }
    let script = try Script(claim.script)
    guard let witness = try Judge().witness(of: script, budget: claim.budget) else {
      return .ruling(Ruling(.undecided(.overBudget)))
    }
    return .claim(
      try Claim(
        claim.title, script: claim.script, expectation: .satisfiable(witness: witness),
        budget: claim.budget, parties: claim.parties, spends: claim.spends))
  }

  /// A claim that can be judged, or what became of the attempt to make it one.
  enum Completed {
    case claim(Claim)
    case ruling(Ruling)
  }
}

/// Whether people want a claim to hold because nothing satisfies it, or because something does.
enum Expected: String, CaseIterable, Sendable {
  case unsat
  case sat
}

extension ProofPool {
  /// Workers of this very executable.
  static func ownWorkers(_ jobs: Int? = nil) -> ProofPool {
    ProofPool(
      .processes(executable: "/proc/self/exe", arguments: EntryPoint.workerArguments), lanes: jobs)
  }
}

extension ClaimFile {
  /// The same claim, said to be unsatisfiable or satisfiable.
  func expecting(_ expected: Expected?) throws(Fault) -> ClaimFile {
    guard let expected else { return self }
    let isSat = if case .satisfiable = claim.expectation { true } else { false }
    guard isSat != (expected == .sat) else { return self }
    let header =
      "(set-info :witan-asserts \(expected.rawValue))\n(set-info :witan-budget \(claim.budget))\n"
    return try ClaimFile(Array(header.utf8) + claim.script, title: claim.title)
  }
}
