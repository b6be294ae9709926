/// How much a replica holds, as counts: for whoever wants to see that it stays within bounds, whatever peers and clients
/// send.
public struct Holdings: Equatable, Sendable {
  /// One kind of thing that is held.
  public struct Count: Equatable, Sendable {
    /// What is held, for people.
    public let name: StaticName
    /// How many.
    public let held: UInt64
    /// The most that the parameters and the members allow.
    public let bound: UInt64
  }

  /// The counts, in the same order always.
  public let counts: [Count]

  /// The kinds of which more is held than is allowed.
  public var exceeded: [Count] { counts.filter { $0.held > $0.bound } }
}

extension Replica {
  /// How much this replica holds now, and how much it may.
  ///
  /// What grows with the number of epochs (who served in them) and with the number of culprits (what convicts them)
  /// is bounded by these.
  public var holdings: Holdings {
    let peers = UInt64(members.count)
    let checkpoints = parameters.window / max(1, parameters.checkpointInterval)
    return Holdings(counts: [
      .init(
        name: "waiting requests", held: UInt64(intake.count), bound: UInt64(Intake.requestLimit)),
      .init(
        name: "bytes of waiting requests", held: UInt64(intake.bytes),
        bound: UInt64(Intake.byteLimit)),
      .init(
        name: "early messages", held: UInt64(early.count), bound: peers * 3 * parameters.window),
      .init(
        name: "sessions", held: UInt64(sessions.count), bound: UInt64(parameters.sessionLimit)),
      .init(
        name: "entries in the order of sessions", held: UInt64(sessions.remembered),
        bound: 2 * UInt64(parameters.sessionLimit) + 1_025),
      .init(
        name: "drafts", held: UInt64(proposer.drafts.count), bound: Proposer.depth),
      .init(
        name: "awaited verdicts", held: UInt64(awaitedVerdicts.count), bound: parameters.window),
      .init(
        name: "uncertified checkpoints", held: UInt64(self.checkpoints.candidateCount),
        bound: checkpoints + 1),
      .init(
        name: "proofs of faults", held: UInt64(evidence.evidence.count),
        // Of each kind of statement one conflict, and one omission; of members of this epoch and those before.
        bound: 7 * (peers + UInt64(Membership.memberLimit) * office.epoch.rawValue)),
    ])
  }
}
