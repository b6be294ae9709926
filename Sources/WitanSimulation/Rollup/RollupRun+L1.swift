import Witan
import WitanCrypto
import WitanEvents
import WitanLedger
import WitanRollup

/// What L1 does, and what the validators make of it.
extension RollupRun {
  /// L1's blocks up to a time, with what provers finish meanwhile.
  mutating func advanceL1(upTo time: Micros) throws {
    while l1.nextTime <= time {
      let tick = l1.nextTime
      finishProofs(upTo: tick)
      for happening in try l1.advance() { note(happening) }
      let now = max(tick, l1.knownSince)
      noteFinalised(l1.final.head.proven, at: now)
      if scenario.proving != .off { finalizeEpochs(at: now) }
    }
    finishProofs(upTo: time)
  }

  mutating func note(_ happening: L1Happening) {
    let now = happening.time
    let height = happening.block.height.rawValue
    if happening.takenBack > 0 {
      metrics.takenBack += happening.takenBack
      record(.l1Reorganised, at: now, value: height, hops: happening.takenBack)
    }
    record(.l1Block, at: now, value: height, hops: happening.outcomes.count)
    for outcome in happening.outcomes {
      if outcome.fee > 0 {
        record(.l1FeePaid, at: now, actor: outcome.transaction.sender, value: outcome.fee)
      }
      switch outcome.result {
      case .success(let events): note(events, of: outcome, height, at: now)
      case .failure(let refusal): note(refusal, of: outcome, height, at: now)
      }
    }
  }

  private mutating func note(
    _ refusal: ContractRefusal, of outcome: L1Outcome, _ height: UInt64, at now: Micros
  ) {
    metrics.refusals[refusal, default: 0] += 1
    let transaction = outcome.transaction
    record(
      .callRefused, at: now, actor: transaction.sender, value: height,
      detail: refusal.rawValue, slot: transaction.slot)
    // A block that is refused on one branch may have been processed on another.
    if transaction.header != nil, let submission = submissions.removeValue(forKey: transaction.slot)
    {
      pool.giveBack(submission.transactions)
    }
  }

  private mutating func note(
    _ events: [ContractEvent], of outcome: L1Outcome, _ height: UInt64, at now: Micros
  ) {
    for event in events {
      switch event {
      case .pendingBlockProcessed(let number, let slot, let proposer):
        notePending(number, slot, node(proposer), height, at: now)
      case .provenBlockProcessed(let number, let coordinator):
        record(.provenBlock, at: now, actor: node(coordinator), value: number.rawValue)
        lastProven = now
      case .rewarded(let key, let amount, let merit):
        record(
          .rewardPaid, at: now, subject: node(key), value: amount.units, detail: merit.rawValue)
      case .slashed(let key, let amount):
        slashed += amount.units
        record(.slashed, at: now, subject: node(key), value: amount.units)
      default: break
      }
    }
  }

  private mutating func notePending(
    _ number: BlockNumber, _ slot: SlotNumber, _ proposer: Int?, _ height: UInt64, at now: Micros
  ) {
    guard let block = l1.contracts.block(number) else { return }
    let count = block.header.transactions
    record(
      .pendingBlock, at: now, actor: proposer, value: number.rawValue, hops: Int(count),
      slot: slot)
    if number > 1 { metrics.updates.add(now - lastPending) }
    lastPending = now
    // Whoever proposes next applies the effects.
    let work = pool.isFed ? scenario.application * UInt64(count) + .milliseconds(50) : 0
    if pool.isFed {
      metrics.advance.add(work)
      record(.worldStateAdvanced, at: now + work, value: work.rawValue, slot: slot)
    }
    guard let submission = submissions[slot] else { return }
    metrics.submit.add(now - submission.submittedAt)
    for transaction in submission.transactions {
      metrics.transactionLatency.add(now - transaction.sentAt)
    }
    record(
      .l1Finalized, at: now, actor: proposer, value: height, hops: submission.signers.count,
      slot: slot)
    for node in submission.signers {
      record(.attestationOnL1, at: now, actor: node, subject: proposer, value: height, slot: slot)
    }
  }
}
