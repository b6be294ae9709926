import Witan
import WitanCrypto

/// Claims, and what it earns to check them.
extension Draft {
  /// Settles a claim. What a quorum of those in office found is what was found; whoever found something else is noted.
  mutating func settle(
    _ certificate: VerdictCertificate, _ progress: inout BlockProgress, in context: Context
  ) throws(LedgerRefusal) {
    let network = try context.known()
    let office = try office()
    let quorum = office.quorum
    guard let claim = certificate.verdicts.first?.outcome.claim else { throw .noQuorum }
    guard try record(.claim(claim)) == nil else { throw .settled }
    var powers: [ClaimOutcome: VotingPower] = [:]
    var seen: Set<ReplicaID> = []
    for verdict in certificate.verdicts {
      guard verdict.outcome.claim == claim else { throw .malformed }
      guard seen.insert(verdict.signer).inserted else { throw .counted }
      guard let power = office.power(of: verdict.signer) else { throw .notInOffice }
      let validator = try validator(verdict.signer)
      guard validator.stake >= context.economy.minimumStake else { throw .notInOffice }
      guard verdict.isSigned(by: validator.key, in: network) else { throw .badSignature }
      powers[verdict.outcome, default: 0] += power
    }
    // At most one outcome has a quorum, so that any order: finds the same.
    guard let outcome = powers.first(where: { quorum.isReached(by: $0.value) })?.key else {
      throw .noQuorum
    }
    let settled = SettledClaim(outcome: outcome, height: context.height, submitter: context.client)
    try set(.claim(claim), .claim(settled))
    progress.difficulty = min(progress.difficulty + outcome.difficulty, 1 << 62)
    try credit(certificate.verdicts, outcome, &progress, in: context)
  }

  /// The first right verdict counts twice as much as the last would, and each as often as its validator was right
  /// lately.
  private mutating func credit(
    _ verdicts: [SignedOutcome], _ outcome: ClaimOutcome, _ progress: inout BlockProgress,
    in context: Context
  ) throws(LedgerRefusal) {
    let right = UInt64(verdicts.count { $0.outcome == outcome })
    var place: UInt64 = 0
    for verdict in verdicts {
      var validator = try validator(verdict.signer)
      let isRight = verdict.outcome == outcome
      validator.accuracy.note(isCorrect: isRight, window: context.economy.accuracyWindow)
      try set(.validator(validator.id), .validator(validator))
      let accuracy = validator.accuracy.permille
      if accuracy < context.economy.accuracyFloor {
        progress.events.append(.inaccurate(validator.id, permille: accuracy))
      }
      guard isRight else {
        progress.events.append(.outvoted(validator.id, claim: outcome.claim))
        continue
      }
      let earliness = (2 * right - place) * 1_000 / right
      place += 1
      let (merit, overflow) = outcome.difficulty.multipliedReportingOverflow(
        by: earliness * accuracy / 1_000)
      progress.credit(overflow ? .max : merit, to: validator.id)
    }
  }

  /// Pays a block's reward to those who earned it, to the last unit, within what may have been issued by now.
  mutating func reward(
    _ progress: inout BlockProgress, at height: SequenceNumber, by economy: Economy
  ) throws(LedgerRefusal) {
    guard progress.merits.contains(where: { $0.merit > 0 }) else { return }
    var supply = try supply()
    let allowed = economy.allowance(at: height)
    let room = Amount(allowed.units - min(allowed.units, supply.rewarded.units))
    let left = Amount(Amount.limit.units - supply.issued.units)
    let issued = min(economy.reward(forDifficulty: progress.difficulty), room, left)
    let sum = try issued.plus(supply.pool)
    guard sum > 0 else { return }
    supply.issued = try supply.issued.plus(issued)
    supply.rewarded = try supply.rewarded.plus(issued)
    supply.pool = 0
    try set(.supply, .supply(supply))
    let shares = RewardShares.split(sum, by: progress.merits.map(\.merit))
    for (entry, share) in zip(progress.merits, shares) where share > 0 {
      var validator = try validator(entry.id)
      validator.earned = validator.earned.tallied(with: share)
      try set(.validator(entry.id), .validator(validator))
      try pay(share, to: validator.owner)
    }
    progress.events.append(.rewarded(sum, difficulty: progress.difficulty))
  }
}
