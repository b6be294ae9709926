import WitanProofs

/// `witan prove`: proofs about Witan itself.
enum ProveCommand {
  /// It takes nothing.
  struct Options: Sendable {}

  /// The command.
  static let command: Command = Command(
    "prove", .prove, "prove properties of the protocol itself",
    examples: [
      Example("witan prove protocol", "proves the quorum rule and the view change"),
      Example("witan prove protocol --json", "a line of JSON for each proof"),
    ],
    subcommands: [protocolCommand])

  private static let protocolCommand: Command = Command(
    "protocol", .prove, "prove the quorum rule and the view change with Z3",
    discussion: [
      "The quorum rule is proved from the expression that the replicas compute, for all numbers of "
        + "replicas and all weights. Where something fails without a rule, the example is printed. Ends "
        + "with 1 unless the solver finds what it should."
    ],
    options: Options(), parameters: [],
    examples: [
      Example("witan prove protocol", "proves it all, and prints what each proof rests on"),
      Example("witan prove protocol --json", "the same for a program"),
    ]
  ) { _, output in
    let proofs: [ProtocolProof]
    do { proofs = try ProtocolProof.all() } catch {
      throw EnvironmentError("\(error)", remedy: "see that Z3 \(SolverContext.version) works")
    }
    for proof in proofs {
      let mark = output.paint(proof.isProved ? "proved" : "FAILED", proof.isProved ? .good : .bad)
      output.line("\(mark)  \(proof.statement) (\(proof.scope))")
      for detail in proof.details { output.line("          \(detail)") }
      output.record([
        "statement": .string(proof.statement), "scope": .string(proof.scope),
        "proved": .bool(proof.isProved), "answer": .string("\(proof.found)"),
        "details": .strings(proof.details), "resources": .count(proof.resources),
      ])
    }
    return proofs.allSatisfy(\.isProved) ? .success : .bad
  }
}
