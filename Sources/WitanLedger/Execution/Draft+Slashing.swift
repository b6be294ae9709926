import Witan
import WitanCrypto
import WitanProofs

/// What a validator can be punished for. Each has a name that doesn't depend on which proof of it somebody brings.
public struct Offence: Hashable, Sendable {
  /// Of which kind.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// It gave a verdict that a quorum found to be wrong.
    case falseVerdict = 1
    /// It said two things where a correct replica says one.
    case doubleSigning = 2
    /// It hid what its own vote bound it to.
    case omission = 3
    /// It vouched for a block whose claims don't hold.
    case falseVote = 4
  }

  /// Of which kind.
  public let kind: Kind
  /// Whose.
  public let culprit: ReplicaID
  /// Names it among all of them: two proofs of one offence have the same.
  public let digest: Digest

  /// What a proof shows.
  public init(_ evidence: Evidence) {
    var writer = ByteWriter()
    culprit = evidence.culprit
    writer.write(evidence.culprit)
    switch evidence {
    case .conflict(let signed, _):
      let statement = signed.statement
      kind = .doubleSigning
      writer.write(Kind.doubleSigning.rawValue)
      writer.write(statement.kind.rawValue)
      writer.write(statement.epoch)
      writer.write(statement.view)
      // Of view-changes and new-views a view has one, whatever sequence they speak of.
      let isOnePerView = statement.kind == .viewChange || statement.kind == .newView
      writer.write(isOnePerView ? SequenceNumber(0) : statement.sequence)
    case .omission(let commit, let viewChange):
      kind = .omission
      writer.write(Kind.omission.rawValue)
      writer.write(commit.statement.epoch)
      writer.write(viewChange.statement.view)
    }
    digest = writer.withBytes { SHA256.hash($0) }
  }

  /// A wrong word about a claim.
  public init(_ verdict: SignedOutcome) {
    var writer = ByteWriter()
    kind = .falseVerdict
    culprit = verdict.signer
    writer.write(verdict.signer)
    writer.write(Kind.falseVerdict.rawValue)
    writer.write(verdict.outcome.claim)
    digest = writer.withBytes { SHA256.hash($0) }
  }
}

extension Offence {
  /// A vote for an invalid block: one offence, whichever of its votes for that block is shown.
  public init(_ vote: FalseVote) {
    var writer = ByteWriter()
    kind = .falseVote
    culprit = vote.culprit
    writer.write(vote.culprit)
    writer.write(Kind.falseVote.rawValue)
    writer.write(vote.block.header.digest)
    digest = SHA256.hash(writer.bytes)
  }
}

extension Economy {
  /// The share in ten thousand of its stake that an offence costs.
  public func penalty(for kind: Offence.Kind) -> UInt64 {
    switch kind {
    case .falseVerdict, .falseVote: falseVerdictPenalty
    case .doubleSigning: doubleSigningPenalty
    case .omission: omissionPenalty
    }
  }
}

/// Punishment, on evidence that anyone can check, and for nothing else: who is silent loses nothing.
extension Draft {
  /// Punishes what the core's evidence proves. A validator has one key for ever, so that evidence from any epoch can be
  /// checked, however long ago that was.
  mutating func convict(
    _ evidence: Evidence, _ progress: inout BlockProgress, in context: Context
  ) throws(LedgerRefusal) {
    let network = try context.known()
    let key = try validator(evidence.culprit).key
    do throws(EvidenceFault) {
      try evidence.verify(key: key, chain: network.genesis.digest, scheme: network.scheme)
    } catch { throw .noOffence }
    try punish(Offence(evidence), &progress, in: context)
  }

  /// Punishes a word about a claim that isn't what a quorum found. The claim must be settled: until then nobody knows.
  mutating func refute(
    _ verdict: SignedOutcome, _ progress: inout BlockProgress, in context: Context
  ) throws(LedgerRefusal) {
    let network = try context.known()
    guard case .claim(let settled)? = try record(.claim(verdict.outcome.claim)) else {
      throw .unknownClaim
    }
    guard settled.outcome != verdict.outcome else { throw .noOffence }
    let validator = try validator(verdict.signer)
    guard verdict.isSigned(by: validator.key, in: network) else { throw .badSignature }
    try punish(Offence(verdict), &progress, in: context)
  }

  /// Takes a share of all that the culprit has at stake, that on its way back included.
  mutating func punish(
    _ offence: Offence, _ progress: inout BlockProgress, in context: Context
  ) throws(LedgerRefusal) {
    guard try record(.offence(offence.digest)) == nil else { throw .punished }
    var validator = try validator(offence.culprit)
    let penalty = context.economy.penalty(for: offence.kind)
    var taken = validator.stake.share(penalty, of: 10_000)
    validator.stake = try validator.stake.minus(taken)
    for index in validator.leaving.indices {
      let part = validator.leaving[index].amount.share(penalty, of: 10_000)
      validator.leaving[index].amount = try validator.leaving[index].amount.minus(part)
      taken = try taken.plus(part)
    }
    validator.slashed = validator.slashed.tallied(with: taken)
    try set(.validator(offence.culprit), .validator(validator))
    try set(.offence(offence.digest), .mark(context.height))
    let reward = taken.share(context.economy.whistleblowerShare, of: 10_000)
    if reward > 0 { try pay(reward, to: context.client) }
    var supply = try supply()
    let rest = try taken.minus(reward)
    switch context.economy.forfeit {
    case .burnt: supply.burnt = try supply.burnt.plus(rest)
    case .redistributed: supply.pool = try supply.pool.plus(rest)
    }
    try set(.supply, .supply(supply))
    progress.events.append(.slashed(offence.culprit, offence.kind, taken))
  }
}
