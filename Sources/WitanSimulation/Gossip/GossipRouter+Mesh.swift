import Witan

// Who is in a mesh, and who comes next.

extension GossipRouter {
  /// Takes a neighbour into the mesh; the caller tells it.
  mutating func graft(_ slot: Int, topic: Int, at now: Micros) {
    guard topics[topic].mesh.insert(slot) else { return }
    topics[topic].standings[slot].meshSince = now
    topics[topic].standings[slot].meshDeliveries = 0
  }

  /// Takes a neighbour out of the mesh, or refuses it; gives what to tell it.
  mutating func prune(
    _ slot: Int, topic: Int, backoff: Micros, exchanging: Bool, at now: Micros
  ) -> GossipControl.Prune {
    leaveMesh(slot, topic: topic, at: now)
    backOff(slot, topic: topic, until: now + backoff)
    var others: [Int] = []
    if exchanging, parameters.exchange > 0, peers[slot].score >= 0 {
      others = topics[topic].subscribers.filter { $0 != slot && peers[$0].score >= 0 }
      draw.shuffle(&others)
    }
    return GossipControl.Prune(
      topics[topic].topic, backoff: backoff,
      exchange: others.prefix(parameters.exchange).map { peers[$0].node })
  }

  /// Takes a neighbour out of the mesh; what it still owed is remembered (P3b).
  mutating func leaveMesh(_ slot: Int, topic: Int, at now: Micros) {
    guard topics[topic].mesh.remove(slot) else { return }
    let deficit = deliveryDeficit(topics[topic].standings[slot], at: now)
    topics[topic].standings[slot].failures += deficit * deficit
    topics[topic].standings[slot].meshSince = nil
  }

  mutating func backOff(_ slot: Int, topic: Int, until: Micros) {
    let peer = peers[slot].node
    if let index = topics[topic].backoffs.firstIndex(where: { $0.peer == peer }) {
      topics[topic].backoffs[index].until = max(topics[topic].backoffs[index].until, until)
      return
    }
    if topics[topic].backoffs.count == TopicState.backoffLimit {
      topics[topic].backoffs.removeFirst()
    }
    topics[topic].backoffs.append(.init(peer: peer, until: until))
  }

  /// Whether a neighbour may be asked into the mesh.
  func mayGraft(_ slot: Int, topic: Int, at now: Micros) -> Bool {
    topics[topic].subscribers.contains(slot) && !topics[topic].mesh.contains(slot)
      && peers[slot].score >= 0
      && (topics[topic].backoff(of: peers[slot].node).map { $0 <= now } ?? true)
  }

  /// Those who may be asked into the mesh, in an order that the lot decides.
  mutating func candidates(
    topic: Int, at now: Micros, where isFit: (PeerTable.Peer) -> Bool = { _ in true }
  ) -> [Int] {
    var candidates = topics[topic].subscribers.filter {
      mayGraft($0, topic: topic, at: now) && isFit(peers[$0])
    }
    draw.shuffle(&candidates)
    return candidates
  }

  /// Who gets this node's messages of a topic that it isn't in.
  mutating func fanout(topic: Int, at now: Micros) -> SlotSet {
    topics[topic].lastPublished = now
    fillFanout(topic: topic)
    return topics[topic].fanout
  }

  private mutating func fillFanout(topic: Int) {
    let threshold = parameters.score.publishThreshold
    for slot in topics[topic].fanout where peers[slot].score < threshold {
      topics[topic].fanout.remove(slot)
    }
    let room = parameters.degree - topics[topic].fanout.count
    guard room > 0 else { return }
    var others = topics[topic].subscribers.filter {
      !topics[topic].fanout.contains($0) && peers[$0].score >= threshold
    }
    draw.shuffle(&others)
    for slot in others.prefix(room) { topics[topic].fanout.insert(slot) }
  }
}

// MARK: - Heartbeat

extension GossipRouter {
  /// What a heartbeat has to tell each neighbour, so that each gets one parcel.
  struct Outbox {
    private var parcels: [GossipControl] = []

    subscript(slot: Int) -> GossipControl {
      get { slot < parcels.count ? parcels[slot] : GossipControl() }
      _modify {
        while parcels.count <= slot { parcels.append(GossipControl()) }
        yield &parcels[slot]
      }
    }
  }

  mutating func heartbeat(at now: Micros, into effects: inout [Effect]) {
    ticks += 1
    breakPromises(at: now)
    decay(at: now, into: &effects)
    let horizon = now - parameters.seenFor
    seen.removeAll(before: horizon)
    // Whoever's judgement is that late is overtaken by forgetting.
    pending.removeAll { seen.find($0.message.id) == nil }
    var outbox = Outbox()
    for topic in topics.indices {
      topics[topic].backoffs.removeAll { $0.until <= now }
      if topics[topic].isJoined {
        mend(topic, at: now, into: &outbox)
      } else if !topics[topic].fanout.isEmpty {
        if now - topics[topic].lastPublished > parameters.fanoutFor {
          topics[topic].fanout.removeAll()
        } else {
          fillFanout(topic: topic)
        }
      }
      announce(topic, into: &outbox)
    }
    for slot in peers.slots { send(outbox[slot], to: slot, into: &effects) }
    history.shift()
    dropIdleTopics()
  }

  /// Sheds the unworthy, takes in when there are too few, sheds when there are too many.
  private mutating func mend(_ topic: Int, at now: Micros, into outbox: inout Outbox) {
    let backoff = parameters.pruneBackoff
    for slot in topics[topic].mesh where peers[slot].score < 0 {
      outbox[slot].prune.append(
        prune(slot, topic: topic, backoff: backoff, exchanging: false, at: now))
    }
    var newcomers: [Int] = []
    var count = topics[topic].mesh.count
    if count < parameters.degreeLow {
      newcomers = Array(candidates(topic: topic, at: now).prefix(parameters.degree - count))
      for slot in newcomers { graft(slot, topic: topic, at: now) }
    } else if count > parameters.degreeHigh {
      for slot in surplus(of: topic) {
        outbox[slot].prune.append(
          prune(slot, topic: topic, backoff: backoff, exchanging: true, at: now))
      }
    }
    count = topics[topic].mesh.count
    let outbound = topics[topic].mesh.count { peers[$0].isOutbound }
    if count >= parameters.degreeLow, outbound < parameters.degreeOut {
      let dialled = candidates(topic: topic, at: now, where: \.isOutbound)
      newcomers += dialled.prefix(parameters.degreeOut - outbound)
    }
    if ticks.isMultiple(of: UInt64(parameters.opportunisticGraftTicks)), count > 1 {
      newcomers += betterOnes(topic: topic, at: now)
    }
    for slot in newcomers {
      graft(slot, topic: topic, at: now)
      if !outbox[slot].graft.contains(topics[topic].topic) {
        outbox[slot].graft.append(topics[topic].topic)
      }
    }
  }

  /// Who has to leave a mesh that is too large: all but D, of whom D_score are the best rated and D_out were
  /// dialled by this node.
  private mutating func surplus(of topic: Int) -> [Int] {
    var members = Array(topics[topic].mesh)
    draw.shuffle(&members)
    // The lot decides between equals, since sorting keeps their order.
    members.sort { peers[$0].score > peers[$1].score }
    var rest = Array(members[parameters.degreeScore...])
    draw.shuffle(&rest)
    members.replaceSubrange(parameters.degreeScore..., with: rest)
    let outbound = members[..<parameters.degree].count { peers[$0].isOutbound }
    // Bring those who were dialled forward, before those who weren't and would stay by lot.
    var missing = parameters.degreeOut - outbound
    var place = parameters.degree - 1
    var late = parameters.degree
    while missing > 0, late < members.count, place >= 0 {
      if !peers[members[late]].isOutbound {
        late += 1
      } else if peers[members[place]].isOutbound {
        place -= 1
      } else {
        members.swapAt(place, late)
        missing -= 1
      }
    }
    return Array(members[parameters.degree...])
  }

  /// Neighbours that are better than the middle of the mesh, when the mesh is poor: a way out for one whose
  /// mesh was taken over by those who do just enough.
  private mutating func betterOnes(topic: Int, at now: Micros) -> [Int] {
    let scores = topics[topic].mesh.map { peers[$0].score }.sorted()
    guard !scores.isEmpty else { return [] }
    let median = scores[scores.count / 2]
    guard median < parameters.score.opportunisticGraftThreshold else { return [] }
    let better = candidates(topic: topic, at: now) { $0.score > median }
    return Array(better.prefix(parameters.opportunisticGraftPeers))
  }

  /// Tells some who aren't in the mesh what there is.
  private mutating func announce(_ topic: Int, into outbox: inout Outbox) {
    guard !history.isEmpty else { return }
    var ids = history.ids(of: topics[topic].topic, heartbeats: parameters.historyGossip)
    guard !ids.isEmpty else { return }
    let threshold = parameters.score.gossipThreshold
    var others = topics[topic].subscribers.filter {
      !topics[topic].mesh.contains($0) && !topics[topic].fanout.contains($0)
        && peers[$0].score >= threshold
    }
    draw.shuffle(&others)
    let share = Int(parameters.gossipFactor * Double(others.count))
    let limit = parameters.maxHaveLength
    if ids.count > limit {
      // Each announces others, so that together they announce all.
      draw.shuffle(&ids)
      ids.removeSubrange(limit...)
    }
    for slot in others.prefix(max(parameters.degreeLazy, share)) {
      outbox[slot].have.append(.init(topics[topic].topic, ids))
    }
  }

  /// Forgets topics that nobody is in and nobody publishes to, so that naming topics leaves nothing behind.
  private mutating func dropIdleTopics() {
    topics.removeAll {
      !$0.isJoined && $0.subscribers.isEmpty && $0.fanout.isEmpty && $0.backoffs.isEmpty
    }
  }
}
