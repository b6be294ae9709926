import WitanCrypto

/// State transfer towards a certified checkpoint (OSDI '99 §5.3 restated for chunks under a root).
extension Replica {
  /// Whether only a state from others can help: the window has left execution behind, others claim a checkpoint
  /// beyond it, or the own state is broken.
  @inline(__always)
  var needsTransfer: Bool {
    if execution.isUntrusted { return true }
    guard !canExecuteNext else { return false }
    return (stable?.sequence ?? 0) > execution.executed
      || checkpoints.credibleClaim(above: execution.executed, members: members) != nil
  }

  /// Whether execution goes on by itself. At the end of the window it doesn't, though the next block be here: when no
  /// certificate comes that moves the window, as after the members have changed elsewhere, only a state helps.
  @inline(__always)
  private var canExecuteNext: Bool {
    execution.executed < window.high && decisions.contains(execution.executed.next)
  }

  /// Asks a few peers, others each time, for the latest stable checkpoint.
  mutating func askForManifest(into effects: inout Effects) {
    let query = seal(
      .fetchState, StateQuery(chunk: nil, knownEpoch: verifier.latestEpoch), view: view,
      sequence: 0)
    let peers = members.members.map(\.id).filter { $0 != id }
    guard !peers.isEmpty else { return }
    for step in 0..<min(3, peers.count) {
      let turn = (Int(truncatingIfNeeded: statusRound) &+ step) & Int.max
      effects.append(.send(.fetchState(query), to: peers[turn % peers.count]))
    }
  }

  // MARK: Serving

  mutating func receive(
    _ query: Sealed<StateQuery>, seat: Seat, into effects: inout Effects
  ) -> Rejection? {
    let payer = payer(for: query.signed)
    let sequence = query.statement.sequence
    guard let address = query.body.chunk, let image = checkpoints.servable(at: sequence) else {
      guard allowances.spend(PeerAllowances.manifestCost, by: payer, at: now) else {
        return .overQuota
      }
      sendManifest(to: query.signer, knownEpoch: query.body.knownEpoch, into: &effects)
      return nil
    }
    guard allowances.spend(PeerAllowances.chunkCost, by: payer, at: now) else { return .overQuota }
    switch address {
    case .sessions(let index):
      guard let (bytes, proof) = checkpoints.sessionTree(at: sequence)?.chunk(Int(index)) else {
        return .improper("a query for a piece that the state hasn't")
      }
      let chunk = StateChunk(address: address, bytes: bytes, proof: proof)
      send(chunk, at: sequence, to: query.signer, into: &effects)
    case .application(let index):
      guard index < image.summary.applicationChunks else {
        return .improper("a query for a piece that the state hasn't")
      }
      effects.append(
        .offerChunk(ChunkTicket(sequence: sequence, index: index, replica: query.signer)))
    }
    return nil
  }

  /// The application's piece goes to whoever asked.
  mutating func send(
    _ chunk: StateChunk?, for ticket: ChunkTicket, into effects: inout Effects
  ) {
    guard let chunk, chunk.address == .application(ticket.index) else { return }
    send(chunk, at: ticket.sequence, to: ticket.replica, into: &effects)
  }

  private func send(
    _ chunk: StateChunk, at sequence: SequenceNumber, to peer: ReplicaID,
    into effects: inout Effects
  ) {
    effects.append(.send(.chunk(seal(.chunk, chunk, view: view, sequence: sequence)), to: peer))
  }

  /// Sends the latest certified state that this replica can serve, and the way to its members.
  func sendManifest(to peer: ReplicaID, knownEpoch: Epoch, into effects: inout Effects) {
    let steps = lineage.filter { $0.certificate.summary.epoch > knownEpoch }
    let part = Array(steps.prefix(Bounds.lineage))
    let certificate = steps.count > part.count ? nil : servableCertificate
    guard certificate != nil || !part.isEmpty else { return }
    let manifest = Manifest(lineage: part, certificate: certificate)
    // Its certificates may have this replica's own votes in them, and show them when the journal has them only.
    // Signed for the last epoch that its steps lead to: a peer that isn't led further knows no later one.
    let epoch = certificate == nil ? part.last?.certificate.summary.epoch : nil
    let (voice, signer) = voice(in: epoch ?? office.epoch, for: knownEpoch)
    effects.append(
      .sendDurably(
        .manifest(
          Sealed(
            .manifest, manifest, epoch: voice, sequence: certificate?.sequence ?? 0,
            by: id, with: signer, chain: chain)),
        to: peer))
  }

  /// In which epoch's name this replica can be heard. Whoever was voted out may be the only one that holds what ended its
  /// epoch: it speaks to those that are still there as the member that it was.
  private func voice(in epoch: Epoch, for knownEpoch: Epoch) -> (Epoch, Signer) {
    if verifier.members(of: epoch).flatMap({ key(among: $0) }) == nil,
      let former = verifier.members(of: knownEpoch).flatMap({ key(among: $0) })
    {
      return (knownEpoch, former)
    }
    return (epoch, signer)
  }

  /// The stable certificate, if this replica has its state.
  private var servableCertificate: CheckpointCertificate? {
    stable.flatMap { checkpoints.servable(at: $0.sequence) == nil ? nil : $0 }
  }

  // MARK: Fetching

  mutating func receive(_ manifest: Manifest, into effects: inout Effects) -> Rejection? {
    var isNew = false
    for change in manifest.lineage where verifier.learn(change) {
      isNew = true
      lineage.append(change)
      effects.append(.persist(.epoch(change)))
    }
    // Whoever stands at the end of its epoch and lacks the votes for it enters the next by their certificate.
    if let end = manifest.lineage.first(where: { $0.certificate.epoch == office.epoch }) {
      learn(end.certificate, into: &effects)
    }
    guard let certificate = manifest.certificate else {
      // Asked again only for what leads further, or anyone could have us ask without end.
      guard isNew else { return .duplicate }
      askForManifest(into: &effects)
      return nil
    }
    learn(certificate, into: &effects)
    let isAhead = certificate.sequence > execution.executed || execution.isUntrusted
    guard isAhead, certificate.summary.epoch >= office.epoch else { return .staleSequence }
    guard !canExecuteNext || execution.isUntrusted,
      execution.inFlight == nil || execution.isUntrusted
    else { return nil }
    if let present = transfer.certificate {
      guard certificate.sequence > present.sequence, !transfer.isInstalling else {
        return .duplicate
      }
    }
    transfer.begin(certificate)
    effects.report(.transferBegan(certificate.sequence))
    effects.append(.beginInstall(certificate.summary))
    continueTransfer(into: &effects)
    return nil
  }

  private mutating func continueTransfer(into effects: inout Effects) {
    guard let certificate = transfer.certificate, !transfer.isInstalling else { return }
    if execution.executed >= certificate.sequence, !execution.isUntrusted {
      transfer.end()
      timers.cancel(.fetch, into: &effects)
      return
    }
    if transfer.isComplete {
      guard execution.inFlight == nil || execution.isUntrusted else {
        timers.set(.fetch, after: pacemaker.retransmission, into: &effects)
        return
      }
      transfer.beginInstalling()
      effects.append(.finishInstall(certificate.summary))
      return
    }
    let peers = members.members.map(\.id).filter { $0 != id }
    let questions = transfer.nextQuestions(
      peers: peers, now: now, patience: pacemaker.retransmission * 2)
    for (address, peer) in questions {
      let query = seal(
        .fetchState, StateQuery(chunk: address, knownEpoch: verifier.latestEpoch), view: view,
        sequence: certificate.sequence)
      effects.append(.send(.fetchState(query), to: peer))
    }
    timers.set(.fetch, after: pacemaker.retransmission * 2, into: &effects)
  }

  mutating func fetchTimerFired(into effects: inout Effects) {
    if transfer.isActive { continueTransfer(into: &effects) }
  }

  mutating func receive(
    _ chunk: Sealed<StateChunk>, seat: Seat, into effects: inout Effects
  ) -> Rejection? {
    guard let certificate = transfer.certificate, !transfer.isInstalling,
      chunk.statement.sequence == certificate.sequence,
      transfer.awaits(chunk.body.address, from: chunk.signer)
    else { return .unsolicited }
    switch chunk.body.address {
    case .sessions(let index):
      if !transfer.takeSessions(chunk.body, index: Int(index), from: chunk.signer) {
        effects.report(.liar(chunk.signer))
      }
      continueTransfer(into: &effects)
    case .application:
      transfer.noteJudged(chunk.body.address)
      effects.append(.judgeChunk(chunk.body, of: certificate.summary))
    }
    return nil
  }

  /// The application's word on a piece. One of another checkpoint comes late: the transfer has another aim by now, and
  /// it would make a piece count that isn't there, or blame a peer for another's.
  mutating func chunkJudged(
    _ address: ChunkAddress, of sequence: SequenceNumber, isValid: Bool,
    into effects: inout Effects
  ) -> Rejection? {
    guard transfer.certificate?.sequence == sequence, let peer = transfer.sender(judged: address)
    else { return .unexpectedAnswer }
    if isValid {
      transfer.settle(address, isHere: true)
    } else {
      transfer.refuse(address, from: peer)
      effects.report(.liar(peer))
    }
    continueTransfer(into: &effects)
    return nil
  }

  /// The application has the state, or couldn't take it: then the transfer begins anew.
  mutating func installed(
    _ sequence: SequenceNumber, succeeded: Bool, into effects: inout Effects
  ) -> Rejection? {
    guard transfer.isInstalling, let certificate = transfer.certificate,
      certificate.sequence == sequence
    else { return .unexpectedAnswer }
    let bytes = transfer.sessions
    guard succeeded, let table = try? SessionTable(parameters: parameters, snapshot: bytes) else {
      transfer.end()
      return nil
    }
    transfer.end()
    timers.cancel(.fetch, into: &effects)
    let summary = certificate.summary
    sessions = table
    execution = ExecutionState(lastBlock: summary.lastBlock, timestamp: summary.timestamp)
    execution.executed = sequence
    let next = certificate.endsEpoch ? verifier.members(of: summary.epoch) : nil
    let image = CheckpointImage(summary: summary, sessions: bytes, nextMembers: next)
    let previous = checkpoints.foundation?.summary.sequence ?? 0
    checkpoints.setFoundation(image)
    effects.append(.persist(.checkpoint(image)))
    effects.append(.persist(.stable(certificate)))
    effects.append(.releaseStates(before: previous))
    effects.report(.transferEnded(sequence))
    if summary.epoch > office.epoch, let members = verifier.members(of: summary.epoch) {
      stable = certificate
      enter(office(of: summary.epoch, members: members), into: &effects)
    } else if sequence > window.low {
      stable = certificate
      window.advance(to: sequence)
    }
    drop(intake.inOrder.map(\.request).filter { isVoid($0) }.map(\.digest), into: &effects)
    takeUpWindow(into: &effects)
    return nil
  }

  private func isVoid(_ request: Request) -> Bool {
    sessions.judge(request, at: execution.executed.next) != .run
  }
}
