import WitanCrypto

/// The governance: an owner proposes, enough of them approve, and one has it done.
extension ContractDraft {
  mutating func propose(
    _ calls: [ContractCall], from sender: PublicKey
  ) throws(ContractRefusal) {
    guard rules.owners.contains(sender) else { throw .notOwner }
    guard !calls.isEmpty, !calls.contains(where: \.isProposal) else { throw .emptyProposal }
    var registry = try registry()
    let id = registry.proposals
    registry.proposals += 1
    try write(registry, to: .registry)
    try write(Proposal(calls: calls), to: .proposal(id))
    events.append(.proposed(id))
  }

  mutating func approve(_ id: UInt64, from sender: PublicKey) throws(ContractRefusal) {
    guard rules.owners.contains(sender) else { throw .notOwner }
    guard var proposal: Proposal = try read(.proposal(id)) else { throw .noProposal }
    guard !proposal.isExecuted else { throw .executedAlready }
    guard !proposal.approvals.contains(sender) else { throw .approvedAlready }
    proposal.approvals.append(sender)
    try write(proposal, to: .proposal(id))
    events.append(.approved(id, count: proposal.approvals.count))
  }

  mutating func execute(_ id: UInt64, from sender: PublicKey) throws(ContractRefusal) {
    guard rules.owners.contains(sender) else { throw .notOwner }
    guard var proposal: Proposal = try read(.proposal(id)) else { throw .noProposal }
    guard !proposal.isExecuted else { throw .executedAlready }
    guard proposal.approvals.count >= rules.approvals else { throw .tooFewApprovals }
    proposal.isExecuted = true
    try write(proposal, to: .proposal(id))
    for call in proposal.calls { try perform(call, from: RollupRules.governance) }
    events.append(.executed(id))
  }
}

extension ContractCall {
  /// Whether it would have the governance propose, approve or execute.
  fileprivate var isProposal: Bool {
    switch self {
    case .propose, .approve, .execute: true
    default: false
    }
  }
}
