/// What can happen in a network of validators. The numbers are part of the format and are never given to another kind.
@frozen
public enum EventKind: UInt8, Sendable, CaseIterable {
  case simulationStart = 0
  case simulationEnd = 1
  case epochStart = 2
  case epochEnd = 3
  case slotStart = 4
  case slotEnd = 5
  case committeeSelected = 6
  case committeeMember = 7
  case proposerAssigned = 8
  case blockProposed = 9
  case blockReceived = 10
  case attestationCreated = 11
  case attestationReceived = 12
  case attestationOnL1 = 13
  case l1Submission = 14
  case l1Finalized = 15
  case nodeOnline = 16
  case nodeOffline = 17
  case messageDropped = 18
  case pendingBlock = 19
  case provenBlock = 20
  case finalisedBlock = 21
  case callRefused = 22
  case l1Block = 23
  case l1Reorganised = 24
  case transactionSubmitted = 25
  case proofStarted = 26
  case proofFinished = 27
  case worldStateAdvanced = 28
  case blockPrepared = 29
  case blockVerified = 30
  case signaturesCollected = 31
  case rewardPaid = 32
  case slashed = 33
  case equivocationSeen = 34
  case partitionChanged = 35
  case presenceDeclared = 36
  case sequencerAvailable = 37
  case proposalCommitted = 38
  case leaderSelected = 39
  case blockRevealed = 40
  case roundFailed = 41
  case nodeSynced = 42
  case l1FeePaid = 43
}

extension EventKind {
  /// What the numbers of an event say; a field without a name says nothing.
  public struct Layout: Hashable, Sendable {
    /// The kind's name, as others know it.
    public let name: String
    /// What `value` counts.
    public let value: String?
    /// What `detail` says.
    public let detail: String?
    /// What `hops` counts.
    public let hops: String?

    init(_ name: String, value: String? = nil, detail: String? = nil, hops: String? = nil) {
      self.name = name
      self.value = value
      self.detail = detail
      self.hops = hops
    }
  }

  /// The kind's name, as others know it.
  public var name: String { layout.name }

  /// What the numbers of an event of this kind say.
  public var layout: Layout { Self.layouts[Int(rawValue)] }

  /// One for each kind, in the order of their numbers.
  private static let layouts: [Layout] = [
    Layout("SIMULATION_START", value: "validators"),
    Layout("SIMULATION_END", value: "events"),
    Layout("EPOCH_START", value: "epoch"),
    Layout("EPOCH_END", value: "epoch"),
    Layout("SLOT_START", value: "duration_us"),
    Layout("SLOT_END", detail: "block_proposed"),
    Layout("COMMITTEE_SELECTED", value: "epoch", hops: "size"),
    Layout("COMMITTEE_MEMBER", value: "seat", detail: "profile"),
    Layout("PROPOSER_ASSIGNED"),
    Layout("BLOCK_PROPOSED", value: "transactions", detail: "fault"),
    Layout("BLOCK_RECEIVED_P2P", value: "relayed_by", hops: "hops"),
    Layout("ATTESTATION_CREATED", value: "delay_us"),
    Layout("ATTESTATION_RECEIVED_P2P", value: "relayed_by", hops: "hops"),
    Layout("ATTESTATION_RECEIVED_L1", value: "l1_block"),
    Layout("L1_SUBMISSION", value: "attestations", detail: "status"),
    Layout("L1_FINALIZED", value: "l1_block", hops: "attestations"),
    Layout("NODE_ONLINE"),
    Layout("NODE_OFFLINE"),
    Layout("MESSAGE_DROPPED", detail: "message"),
    Layout("L2_PENDING_BLOCK_PROCESSED", value: "number", hops: "transactions"),
    Layout("L2_PROVEN_BLOCK_PROCESSED", value: "number"),
    Layout("L2_FINALIZED_BLOCK", value: "number"),
    Layout("CALL_REFUSED", value: "l1_block", detail: "rule"),
    Layout("L1_BLOCK", value: "l1_block", hops: "transactions"),
    Layout("L1_REORGANISED", value: "l1_block", hops: "depth"),
    Layout("TX_SUBMITTED", value: "number", detail: "private"),
    Layout("PROOF_STARTED", value: "block", hops: "running"),
    Layout("PROOF_FINISHED", value: "block", hops: "running"),
    Layout("WORLD_STATE_ADVANCED", value: "duration_us"),
    Layout("BLOCK_PREPARED", value: "duration_us"),
    Layout("BLOCK_VERIFIED", value: "duration_us", detail: "equal"),
    Layout("SIGNATURES_COLLECTED", value: "duration_us", hops: "signatures"),
    Layout("REWARD_PAID", value: "units", detail: "for"),
    Layout("SLASHED", value: "units", detail: "for"),
    Layout("EQUIVOCATION_SEEN", value: "relayed_by", hops: "hops"),
    Layout("PARTITION_CHANGED", value: "largest", hops: "parts"),
    Layout("PRESENCE_DECLARED", value: "epoch"),
    Layout("SEQUENCER_AVAILABLE"),
    Layout("PROPOSAL_COMMITTED", value: "score"),
    Layout("LEADER_SELECTED", value: "score", hops: "proposals"),
    Layout("BLOCK_REVEALED", hops: "rank"),
    Layout("ROUND_FAILED", detail: "phase"),
    Layout("NODE_SYNCED", value: "duration_us", hops: "blocks"),
    Layout("L1_FEE_PAID", value: "trillionths"),
  ]
}
