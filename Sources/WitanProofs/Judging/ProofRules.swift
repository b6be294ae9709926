import Witan
import WitanCrypto

/// What the replicas of a network agree on about proofs. It travels in the genesis, so that replicas that would judge
/// differently never serve together.
public struct ProofRules: Hashable, Sendable, Canonical {
  /// The version of the solver, in full: verdicts and difficulties are its own.
  public let solver: String
  /// The most that a claim may ask for, by the solver's resource counter.
  public let claimBudget: UInt32
  /// The most that all claims of a block may ask for together: what bounds the time until a replica can vote.
  public let blockBudget: UInt64

  /// The rules of a network that begins with this build's solver.
  public init(claimBudget: UInt32 = 10_000_000, blockBudget: UInt64 = 100_000_000) {
    self.init(solver: SolverContext.version, claimBudget: claimBudget, blockBudget: blockBudget)
  }

  /// The rules of a network that judges with a solver of this version.
  public init(solver: String, claimBudget: UInt32 = 10_000_000, blockBudget: UInt64 = 100_000_000) {
    self.solver = solver
    self.claimBudget = claimBudget
    self.blockBudget = blockBudget
  }

  /// Writes the solver's version and the budgets.
  public func encode(to writer: inout ByteWriter) {
    writer.write(bytes: Array(solver.utf8))
    writer.write(claimBudget)
    writer.write(blockBudget)
  }

  /// Reads the solver's version and the budgets.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let bytes = try reader.readBytes("bytes of a solver's version", limit: 256)
    guard let solver = String(validating: bytes, as: UTF8.self) else {
      throw .invalid("solver's version")
    }
    self.init(
      solver: solver, claimBudget: try reader.readUInt32(), blockBudget: try reader.readUInt64())
  }

  /// The rules of a network; refused where whoever is to judge here does so by another solver than the network's.
  public init(
    of genesis: Genesis, judgedBy court: some Adjudicator = Judge()
  ) throws(ProofRulesFault) {
    do throws(Malformed) { self = try ProofRules(decoding: genesis.application) } catch {
      throw .malformed(error)
    }
    guard solver == court.solver else {
      throw .otherSolver(network: solver, here: court.solver)
    }
  }
}

/// Why this replica can't judge for a network.
public enum ProofRulesFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The genesis says nothing of proofs that can be read.
  case malformed(Malformed)
  /// The network's solver is another than this one.
  case otherSolver(network: String, here: String)

  /// What is wrong and what would be right.
  public var description: String {
    switch self {
    case .malformed(let fault): "the genesis' application data aren't rules for proofs: \(fault)"
    case .otherSolver(let network, let here):
      "the network judges with Z3 \(network) and this is \(here); install the network's version"
    }
  }
}
