import Witan

// Messages: published, received, judged, passed on.

extension GossipRouter {
  mutating func receive(
    _ rpc: RPC, from peer: NodeIndex, at now: Micros, into effects: inout [Effect]
  ) {
    guard let slot = peers.slot(of: peer),
      peers[slot].score >= parameters.score.graylistThreshold
    else { return }
    switch rpc {
    case .message(let message): receive(message, from: slot, at: now, into: &effects)
    case .control(let control): receive(control, from: slot, at: now, into: &effects)
    }
  }

  private mutating func receive(
    _ message: GossipMessage<Payload>, from slot: Int, at now: Micros, into effects: inout [Effect]
  ) {
    // Nobody has reason to send what this node didn't subscribe to.
    guard let topic = index(of: message.topic), topics[topic].isJoined else { return }
    if let place = seen.find(message.id) {
      countDuplicate(place, from: slot, topic: topic, at: now, into: &effects)
      return
    }
    if !promises.isEmpty { promises.removeAll { $0.id == message.id } }
    let peer = peers[slot].node
    guard parameters.awaitsJudgement else {
      remember(message, verdict: .accepted, from: peer, at: now)
      creditFirst(slot, topic: topic)
      effects.append(.deliver(message, from: peer))
      forward(message, topic: topic, except: slot, into: &effects)
      return
    }
    let hasRoom = pending.count < Self.pendingLimit
    remember(message, verdict: hasRoom ? .pending : .ignored, from: peer, at: now)
    guard hasRoom else { return }
    pending.append(Pending(message: message, from: peer))
    effects.append(.deliver(message, from: peer))
  }

  /// A copy of a message counts for its bringer as the message was judged; if it wasn't yet, then it will.
  private mutating func countDuplicate(
    _ place: Int, from slot: Int, topic: Int, at now: Micros, into effects: inout [Effect]
  ) {
    let entry = seen[place]
    switch entry.verdict {
    case .accepted:
      guard topics[topic].mesh.contains(slot),
        now - entry.judgedAt <= parameters.score.meshDeliveryWindow
      else { return }
      creditMesh(slot, topic: topic)
    case .pending:
      let peer = peers[slot].node
      guard let index = pending.firstIndex(where: { $0.message.id == entry.id }),
        pending[index].from != peer, !pending[index].others.contains(peer)
      else { return }
      pending[index].others.append(peer)
    case .rejected: blameInvalid(peers[slot].node, topic: topic, at: now, into: &effects)
    case .ignored: return
    }
  }

  mutating func judge(
    _ id: MessageID, _ judgement: Judgement, at now: Micros, into effects: inout [Effect]
  ) {
    guard let place = seen.find(id) else { return }
    guard let index = pending.firstIndex(where: { $0.message.id == id }) else {
      // It went on before it was judged, or this is the second word on it.
      guard judgement == .reject, seen[place].verdict == .accepted, seen[place].first != node
      else { return }
      seen[place].verdict = .rejected
      guard let topic = self.index(of: seen[place].topic) else { return }
      blameInvalid(seen[place].first, topic: topic, at: now, into: &effects)
      return
    }
    let waiting = pending.remove(at: index)
    let topic = self.index(of: waiting.message.topic)
    seen[place].judgedAt = now
    switch judgement {
    case .ignore: seen[place].verdict = .ignored
    case .reject:
      seen[place].verdict = .rejected
      guard let topic else { return }
      for peer in [waiting.from] + waiting.others {
        blameInvalid(peer, topic: topic, at: now, into: &effects)
      }
    case .accept:
      seen[place].verdict = .accepted
      keep(waiting.message, place)
      guard let topic else { return }
      let slot = peers.slot(of: waiting.from)
      if let slot { creditFirst(slot, topic: topic) }
      for case let other? in waiting.others.map(peers.slot) where topics[topic].mesh.contains(other)
      {
        creditMesh(other, topic: topic)
      }
      guard topics[topic].isJoined else { return }
      forward(waiting.message, topic: topic, except: slot, into: &effects)
    }
  }

  mutating func publish(
    _ message: GossipMessage<Payload>, at now: Micros, into effects: inout [Effect]
  ) {
    guard seen.find(message.id) == nil else { return }
    remember(message, verdict: .accepted, from: node, at: now)
    let topic = index(adding: message.topic)
    var receivers = topics[topic].mesh
    if !topics[topic].isJoined { receivers = fanout(topic: topic, at: now) }
    if parameters.floodPublish {
      for slot in topics[topic].subscribers
      where peers[slot].score >= parameters.score.publishThreshold {
        receivers.insert(slot)
      }
    }
    for slot in receivers { effects.append(.send(.message(message), to: peers[slot].node)) }
  }

  private func forward(
    _ message: GossipMessage<Payload>, topic: Int, except slot: Int?, into effects: inout [Effect]
  ) {
    for other in topics[topic].mesh where other != slot {
      effects.append(.send(.message(message), to: peers[other].node))
    }
  }

  private mutating func remember(
    _ message: GossipMessage<Payload>, verdict: SeenMessages.Verdict, from peer: NodeIndex,
    at now: Micros
  ) {
    seen.insert(
      .init(
        id: message.id, arrived: now, judgedAt: now, first: peer, window: .max, place: .max,
        topic: message.topic, verdict: verdict))
    if verdict == .accepted, let place = seen.find(message.id) { keep(message, place) }
  }

  private mutating func keep(_ message: GossipMessage<Payload>, _ place: Int) {
    guard let kept = history.keep(message) else { return }
    (seen[place].window, seen[place].place) = kept
  }
}
