import Witan

// What neighbours tell of the mesh. All of it may come from an attacker: each kind is bounded.

extension GossipRouter {
  mutating func receive(
    _ control: GossipControl, from slot: Int, at now: Micros, into effects: inout [Effect]
  ) {
    for subscription in control.subscriptions { note(subscription, of: slot) }
    receive(graft: control.graft, from: slot, at: now, into: &effects)
    for prune in control.prune { receive(prune: prune, from: slot, at: now, into: &effects) }
    receive(have: control.have, from: slot, at: now, into: &effects)
    receive(want: control.want, from: slot, into: &effects)
  }

  private mutating func note(_ subscription: GossipControl.Subscription, of slot: Int) {
    guard subscription.isSubscribed else {
      guard let topic = index(of: subscription.topic) else { return }
      topics[topic].subscribers.remove(slot)
      topics[topic].fanout.remove(slot)
      return
    }
    let isKnown = index(of: subscription.topic) != nil
    guard isKnown || topics.count(where: { !$0.isJoined }) < Self.foreignTopicLimit else { return }
    let topic = index(adding: subscription.topic)
    topics[topic].subscribers.insert(slot)
  }

  // MARK: - Grafts and prunes

  private mutating func receive(
    graft wanted: [Topic], from slot: Int, at now: Micros, into effects: inout [Effect]
  ) {
    var answer = GossipControl()
    for topic in wanted {
      // An unknown topic isn't answered, or grafting would be a way to make a node send.
      guard let index = index(of: topic), topics[index].isJoined,
        !topics[index].mesh.contains(slot)
      else { continue }
      if let refusal = refusal(ofGraft: slot, topic: index, at: now) {
        answer.prune.append(refusal)
      } else {
        graft(slot, topic: index, at: now)
      }
    }
    refreshScore(of: slot, at: now, into: &effects)
    send(answer, to: slot, into: &effects)
  }

  private mutating func refusal(
    ofGraft slot: Int, topic: Int, at now: Micros
  ) -> GossipControl.Prune? {
    let backoff = parameters.pruneBackoff
    if let until = topics[topic].backoff(of: peers[slot].node), now < until {
      // It was told not to come back yet. Coming at once is worse.
      peers[slot].misbehaviour += now + backoff < until + parameters.graftFlood ? 2 : 1
      return prune(slot, topic: topic, backoff: backoff, exchanging: false, at: now)
    }
    guard peers[slot].score >= 0 else {
      return prune(slot, topic: topic, backoff: backoff, exchanging: false, at: now)
    }
    // Whom this node dialled may come into a full mesh: an attacker can't choose to be dialled.
    guard topics[topic].mesh.count < parameters.degreeHigh || peers[slot].isOutbound else {
      return prune(slot, topic: topic, backoff: backoff, exchanging: true, at: now)
    }
    return nil
  }

  private mutating func receive(
    prune: GossipControl.Prune, from slot: Int, at now: Micros, into effects: inout [Effect]
  ) {
    guard let topic = index(of: prune.topic), topics[topic].mesh.contains(slot) else { return }
    leaveMesh(slot, topic: topic, at: now)
    // A neighbour can't keep this node away for ever: an hour is longer than any backoff in use.
    let backoff = prune.backoff == 0 ? parameters.pruneBackoff : min(prune.backoff, .seconds(3_600))
    backOff(slot, topic: topic, until: now + backoff)
    let others = prune.exchange.prefix(parameters.exchange).filter { $0 != node }
    if !others.isEmpty, peers[slot].score >= parameters.score.acceptExchangeThreshold {
      effects.append(.exchange(Array(others), from: peers[slot].node))
    }
  }

  // MARK: - Announcements and wants

  private mutating func receive(
    have: [GossipControl.Have], from slot: Int, at now: Micros, into effects: inout [Effect]
  ) {
    guard !have.isEmpty, peers[slot].score >= parameters.score.gossipThreshold else { return }
    peers[slot].haves += 1
    guard peers[slot].haves <= parameters.maxHaves else { return }
    let room = parameters.maxHaveLength - peers[slot].asked
    guard room > 0 else { return }
    var wanted: [MessageID] = []
    // Looked at before it is sorted out: what is announced beyond the bound isn't read.
    var left = parameters.maxHaveLength
    for announcement in have {
      guard let topic = index(of: announcement.topic), topics[topic].isJoined else { continue }
      for id in announcement.ids.prefix(left) where seen.find(id) == nil { wanted.append(id) }
      left -= min(left, announcement.ids.count)
    }
    guard !wanted.isEmpty else { return }
    draw.shuffle(&wanted)
    if wanted.count > room { wanted.removeSubrange(room...) }
    peers[slot].asked += wanted.count
    // One of them stands for all: whoever doesn't keep promises will be caught by chance. One an
    // announcement also bounds how many there are: `maxHaves` a neighbour and heartbeat.
    promises.append(
      Promise(id: wanted[0], peer: peers[slot].node, due: now + parameters.wantFollowup))
    var control = GossipControl()
    control.want = wanted
    send(control, to: slot, into: &effects)
  }

  private mutating func receive(
    want: [MessageID], from slot: Int, into effects: inout [Effect]
  ) {
    guard !want.isEmpty, peers[slot].score >= parameters.score.gossipThreshold else { return }
    let peer = peers[slot].node
    for id in want {
      guard peers[slot].wants < parameters.maxHaveLength else { return }
      peers[slot].wants += 1
      guard let place = seen.find(id), seen[place].verdict == .accepted else { continue }
      let entry = seen[place]
      guard
        let message = history.give(
          window: entry.window, place: entry.place, to: peer, times: parameters.retransmission)
      else { continue }
      effects.append(.send(.message(message), to: peer))
    }
  }
}
