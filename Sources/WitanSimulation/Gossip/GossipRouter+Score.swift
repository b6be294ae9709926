import Witan

// What neighbours are worth: P1 to P7, by addition, multiplication and division alone.

extension GossipRouter {
  /// A neighbour that left in debt.
  struct Debtor: Sendable {
    let peer: NodeIndex
    let misbehaviour: Double
    let applicationRating: Double
    let standings: [(topic: Topic, standing: TopicState.Standing)]
    let until: Micros
  }

  // MARK: - What counts

  mutating func creditFirst(_ slot: Int, topic: Int) {
    let score = parameters.score
    let count = topics[topic].standings[slot].firstDeliveries + 1
    topics[topic].standings[slot].firstDeliveries = min(count, score.firstDeliveryCap)
    if topics[topic].mesh.contains(slot) { creditMesh(slot, topic: topic) }
  }

  mutating func creditMesh(_ slot: Int, topic: Int) {
    let count = topics[topic].standings[slot].meshDeliveries + 1
    topics[topic].standings[slot].meshDeliveries = min(count, parameters.score.meshDeliveryCap)
  }

  mutating func blameInvalid(
    _ peer: NodeIndex, topic: Int, at now: Micros, into effects: inout [Effect]
  ) {
    guard let slot = peers.slot(of: peer) else { return }
    topics[topic].standings[slot].invalid += 1
    refreshScore(of: slot, at: now, into: &effects)
  }

  /// Whoever announced a message and didn't send it when asked is blamed for it.
  mutating func breakPromises(at now: Micros) {
    guard !promises.isEmpty else { return }
    for promise in promises where promise.due <= now {
      guard let slot = peers.slot(of: promise.peer) else { continue }
      peers[slot].misbehaviour += 1
    }
    promises.removeAll { $0.due <= now }
  }

  // MARK: - The rating

  /// How many messages a neighbour in the mesh still owes.
  func deliveryDeficit(_ standing: TopicState.Standing, at now: Micros) -> Double {
    guard let since = standing.meshSince, now - since >= parameters.score.meshDeliveryActivation
    else { return 0 }
    return max(0, parameters.score.meshDeliveryThreshold - standing.meshDeliveries)
  }

  private func score(of slot: Int, at now: Micros) -> Double {
    let score = parameters.score
    var total = 0.0
    for topic in topics {
      let standing = topic.standings[slot]
      var points = score.firstDeliveryWeight * standing.firstDeliveries
      if let since = standing.meshSince {
        let quanta = Double((now - since).rawValue) / Double(score.meshTimeQuantum.rawValue)
        points += score.meshTimeWeight * min(quanta, score.meshTimeCap)
      }
      let deficit = deliveryDeficit(standing, at: now)
      points += score.meshDeliveryWeight * deficit * deficit
      points += score.meshFailureWeight * standing.failures
      points += score.invalidWeight * standing.invalid * standing.invalid
      total += score.topicWeight * points
    }
    total = min(total, score.topicCap)
    let peer = peers[slot]
    total += score.applicationWeight * peer.applicationRating
    let crowd = Double(max(0, peer.sharing - score.addressThreshold))
    total += score.addressWeight * crowd * crowd
    let excess = max(0, peer.misbehaviour - score.behaviourThreshold)
    return total + score.behaviourWeight * excess * excess
  }

  mutating func refreshScore(of slot: Int, at now: Micros, into effects: inout [Effect]) {
    peers[slot].score = score(of: slot, at: now)
    let isGraylisted = peers[slot].score < parameters.score.graylistThreshold
    if isGraylisted, !peers[slot].isGraylisted {
      effects.append(.disconnect(peers[slot].node, .graylisted))
    }
    peers[slot].isGraylisted = isGraylisted
  }

  /// Lets everything fade, rates everyone anew, and opens the allowances of the next heartbeat.
  mutating func decay(at now: Micros, into effects: inout [Effect]) {
    let score = parameters.score
    func fade(_ count: inout Double, by factor: Double) {
      count = count * factor < score.decayToZero ? 0 : count * factor
    }
    for slot in peers.slots {
      for topic in topics.indices {
        fade(&topics[topic].standings[slot].firstDeliveries, by: score.firstDeliveryDecay)
        fade(&topics[topic].standings[slot].meshDeliveries, by: score.meshDeliveryDecay)
        fade(&topics[topic].standings[slot].failures, by: score.meshFailureDecay)
        fade(&topics[topic].standings[slot].invalid, by: score.invalidDecay)
      }
      fade(&peers[slot].misbehaviour, by: score.behaviourDecay)
      (peers[slot].haves, peers[slot].asked, peers[slot].wants) = (0, 0, 0)
      refreshScore(of: slot, at: now, into: &effects)
    }
    debtors.removeAll { $0.until <= now }
  }

  // MARK: - Leaving and coming back

  /// Keeps the rating of one who leaves in debt.
  mutating func remember(_ slot: Int, at now: Micros) {
    let peer = peers[slot]
    guard score(of: slot, at: now) < 0 else { return }
    let standings = topics.map { topic in
      var standing = topic.standings[slot]
      // Merits are not kept: they would be a reason to leave and come back.
      (standing.firstDeliveries, standing.meshDeliveries, standing.meshSince) = (0, 0, nil)
      return (topic: topic.topic, standing: standing)
    }
    if debtors.count == Self.debtorLimit { debtors.removeFirst() }
    debtors.append(
      Debtor(
        peer: peer.node, misbehaviour: peer.misbehaviour,
        applicationRating: peer.applicationRating, standings: standings,
        until: now + parameters.score.retainFor))
  }

  /// Gives one who comes back what was kept for it.
  mutating func recall(_ slot: Int) {
    let peer = peers[slot].node
    guard let index = debtors.firstIndex(where: { $0.peer == peer }) else { return }
    let debtor = debtors.remove(at: index)
    peers[slot].misbehaviour = debtor.misbehaviour
    peers[slot].applicationRating = debtor.applicationRating
    for (topic, standing) in debtor.standings {
      if let index = self.index(of: topic) { topics[index].standings[slot] = standing }
    }
  }
}
