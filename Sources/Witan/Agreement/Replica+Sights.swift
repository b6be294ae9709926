import WitanCrypto

/// What a replica shows of the sequences it is agreeing on, to whoever looks into it. Nothing in the protocol depends
/// on it.
public struct SlotSight: Sendable {
  /// How far a sequence has come.
  public enum Stage: String, CaseIterable, Sendable {
    /// Nothing is proposed in this view.
    case empty
    /// A proposal came whose predecessor isn't known yet.
    case unlinked
    /// A proposal was accepted, and its block isn't here.
    case proposed
    /// The application is being asked about the block.
    case validating
    /// The application refused the block.
    case refused
    /// The application found the block valid, and this replica votes for it.
    case valid
    /// A quorum agrees on the place.
    case prepared
    /// A quorum committed.
    case decided
    /// The block was executed.
    case executed
  }

  /// The sequence.
  public let sequence: SequenceNumber
  /// How far it has come.
  public let stage: Stage
  /// The block that is proposed, or else the one that binds this replica.
  public let block: Digest?
  /// What the prepares for the block weigh in this view.
  public let prepares: VotingPower
  /// What the commits for it weigh.
  public let commits: VotingPower
  /// The view of the strongest lock that binds this replica here.
  public let lockedIn: View?
}

extension Replica {
  /// The sequences of the window of which anything is known, in order.
  public var slotSights: [SlotSight] {
    window.sequences.lazy.map { SequenceNumber($0) }.compactMap { sequence in
      guard window.contains(sequence) else { return nil }
      let slot = window[sequence]
      let stage = stage(of: slot, at: sequence)
      guard stage != .empty || slot.lock != nil || !slot.prepares.seats.isEmpty else { return nil }
      return SlotSight(
        sequence: sequence, stage: stage,
        block: slot.proposal?.header.digest ?? slot.lock?.header.digest
          ?? slot.unlinked?.statement.digest,
        prepares: slot.prepares.power, commits: slot.commits.power, lockedIn: slot.lock?.view)
    }
  }

  private func stage(of slot: Slot, at sequence: SequenceNumber) -> SlotSight.Stage {
    if sequence <= execution.executed { return .executed }
    if slot.isDecided { return .decided }
    if slot.isPrepared { return .prepared }
    guard let proposal = slot.proposal else { return slot.unlinked == nil ? .empty : .unlinked }
    switch proposal.verdict {
    case .valid: return .valid
    case .invalid: return .refused
    case nil: return slot.block(proposal.header.digest) == nil ? .proposed : .validating
    }
  }
}
