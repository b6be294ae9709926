import Witan
import WitanCrypto
import WitanDraw
import WitanEvents
import WitanLedger
import WitanRollup

/// A slot: a block is prepared, proposed, verified, attested, and sent to L1.
extension RollupRun {
  /// How far into a slot attestations count.
  var gathering: Micros { scenario.slot / 2 }

  /// Runs a slot; whether a block was proposed.
  mutating func runSlot(_ slot: SlotNumber) throws -> Bool {
    let start = table.start(of: slot)
    sendTransactions(upTo: start, for: slot)
    // Where L1 takes its time to say what came of the slot before, that is waited for.
    var known = max(start, l1.knownSince)
    if scenario.selection == .fernet, l1.isPrompt {
      enterLottery(slot, at: known)
      for happening in try l1.settle() { note(happening) }
      known = max(known, l1.knownSince)
    } else if scenario.selection == .fernet {
      enterLottery(slot.next, at: start)
    }
    guard let (proposer, rank) = leader(of: slot, at: known) else {
      metrics.missedSlots += 1
      return false
    }
    // Each uncle waits a quarter of the slot for those before it.
    let begin = max(known + scenario.slot / 4 * UInt64(rank), syncedAt[proposer])
    if scenario.selection == .fernet {
      record(.blockRevealed, at: begin, actor: proposer, hops: rank, slot: slot)
    }
    let block = prepare(slot, by: proposer, at: begin)
    metrics.proposed += 1
    if population.isEquivocal[proposer] {
      equivocate(slot, block, by: proposer, rank: rank)
      return true
    }
    let isWrong = population.isWrong[proposer]
    record(
      .blockProposed, at: block.time, actor: proposer, value: UInt64(block.header.transactions),
      detail: isWrong ? 1 : 0, slot: slot)
    spread(from: proposer, tenths: 10)
    recordLosses(at: block.time, slot, of: 0)
    let reaches = flood.reaches
    for node in reaches.indices where node != proposer && reaches[node].isReached {
      record(.blockReceived, of: block, by: proposer, reaches[node], at: node, slot)
    }
    let votes = attest(slot, block, by: proposer, reaches)
    submit(slot, block, by: proposer, votes, rank: rank)
    return true
  }

  /// A block reached a node.
  @inline(__always)
  mutating func record(
    _ kind: EventKind, of block: Prepared, by proposer: Int, _ reach: Flood.Reach, at node: Int,
    _ slot: SlotNumber
  ) {
    record(
      kind, at: block.time + Micros(UInt64(reach.arrival)), actor: proposer, subject: node,
      value: UInt64(UInt32(bitPattern: reach.relay)), hops: Int(reach.hops), slot: slot)
  }

  /// A block as its proposer made it.
  struct Prepared {
    var header: RollupHeader
    var effects: [UInt8]
    let time: Micros
    let transactions: [TransactionPool.Waiting]
  }

  private mutating func sendTransactions(upTo time: Micros, for slot: SlotNumber) {
    guard pool.isFed else { return }
    var sent: [(Int, UInt64, TransactionPool.Waiting)] = []
    // With a lottery nobody knows who is next, and all is sent to all.
    let next = scenario.selection == .shuffle ? scheduled(slot).first.flatMap(node) : nil
    pool.send(until: time, next: next, publicAt: table.end(of: slot)) { sent.append(($0, $1, $2)) }
    for (user, number, transaction) in sent {
      record(
        .transactionSubmitted, at: transaction.sentAt, actor: user, subject: Int(transaction.node),
        value: number, detail: transaction.publicAt > 0 ? 1 : 0,
        slot: table.slot(at: transaction.sentAt))
    }
    metrics.submittedTransactions += UInt64(sent.count)
  }

  /// Who proposes, and how many before it didn't.
  private mutating func leader(
    of slot: SlotNumber, at start: Micros
  ) -> (node: Int, rank: Int)? {
    let candidates = scheduled(slot)
    if candidates.isEmpty { fail(slot, .proposing, at: start) }
    for (rank, key) in candidates.enumerated() {
      guard let node = node(key) else { continue }
      if rank == 0 {
        record(.proposerAssigned, at: start, subject: node, slot: slot)
        if scenario.selection == .fernet {
          record(.leaderSelected, at: start, subject: node, hops: candidates.count, slot: slot)
        }
      }
      if proposes(node, in: slot) { return (node, rank) }
      fail(slot, .revealing, at: start + scenario.slot / 4 * UInt64(rank + 1), by: node)
    }
    return nil
  }

  /// The phase in which a slot came to nothing, where there is a lottery.
  private enum Phase: UInt8 {
    /// Nobody entered.
    case proposing = 1
    /// Whoever was to lead, or to take over, showed no block.
    case revealing = 2
    /// Too few attested to the block in time.
    case attesting = 3
  }

  private mutating func fail(
    _ slot: SlotNumber, _ phase: Phase, at time: Micros, by node: Int? = nil
  ) {
    guard scenario.selection == .fernet else { return }
    record(.roundFailed, at: time, subject: node, detail: phase.rawValue, slot: slot)
  }

  /// Who may propose in a slot, as L1 has it, or will have it when it draws the committee that is known already.
  private func scheduled(_ slot: SlotNumber) -> [PublicKey] {
    let known = l1.contracts.proposers(of: slot)
    guard known.isEmpty, scenario.selection == .shuffle, let committeeSeats else { return known }
    return ShuffleSelection().proposers(of: slot, in: committeeSeats, entries: [])
  }

  private func proposes(_ node: Int, in slot: SlotNumber) -> Bool {
    guard population.isOnline[node] else { return false }
    let profile = population.profiles[node]
    if profile == .byzantine, slot.rawValue % 10 == 0 { return false }
    let word = dice.proposing.narrowed(to: slot.rawValue).word(UInt64(node))
    return word < UInt64(share: scenario.proposing[profile])
  }

  /// A message from a node reaches whom it reaches.
  mutating func spread(from node: Int, to half: Flood.Half? = nil, tenths: UInt32) {
    if scenario.p2p {
      flood.spread(
        from: node, to: half, over: paths, population.isOnline, tenths: tenths, losing: &losses)
    } else {
      let pairs = dice.making.narrowed(to: .max)
      let (latency, floor) = (scenario.latency, scenario.latencyFloor.rawValue)
      let listeners = audience(of: node)
      flood.send(from: node, to: listeners, losing: &losses) { other in
        let (low, high) = (min(node, other), max(node, other))
        let word = pairs.narrowed(to: UInt64(low)).word(UInt64(high))
        let span = max(floor, latency.sample(word), 1)
        return UInt32(clamping: span / 10 * UInt64(tenths))
      }
    }
    metrics.lostMessages += flood.lost.count
  }

  mutating func recordLosses(at time: Micros, _ slot: SlotNumber, of message: UInt8) {
    for loss in flood.lost {
      record(
        .messageDropped, at: time + Micros(UInt64(loss.at)), actor: Int(loss.from),
        subject: Int(loss.to), detail: message, slot: slot)
    }
  }

  /// The proposer executes what it knows of, on top of the last block that is pending or under way.
  private mutating func prepare(
    _ slot: SlotNumber, by proposer: Int, at begin: Micros
  ) -> Prepared {
    let head = l1.contracts.head
    var parent = (number: head.pending, archive: head.archive, value: head.value)
    var isAhead = false
    for header in l1.underway.sorted(by: { $0.slot < $1.slot })
    where header.number == parent.number.next && header.previous == parent.archive {
      parent = (header.number, header.archive, header.valueAfter)
      isAhead = true
    }
    // Proposer and validators execute one after the other, and half of the slot must do for both and for all messages.
    // Who builds ahead was at it while the slot before went on; who must begin again begins now.
    let room = max(1, Int((scenario.slot / 8).rawValue / max(1, scenario.execution.rawValue)))
    var transactions: [TransactionPool.Waiting] = []
    var count = 100
    if pool.isFed {
      spread(from: proposer, tenths: 7)
      transactions = pool.take(room, knownTo: proposer, by: begin) {
        flood.reaches[Int($0)].arrival
      }
      count = transactions.count
      if count == room { metrics.fullBlocks += 1 }
    }
    let work = pool.isFed ? scenario.execution * UInt64(count) : 0
    let isReady =
      isAhead || head.pending == 0
      || l1.contracts.block(head.pending)
        .map { $0.header.slot.next == slot } ?? false
    let time = isReady ? begin : begin + work
    if pool.isFed {
      record(.blockPrepared, at: time, actor: proposer, value: work.rawValue, slot: slot)
      metrics.prepare.add(work)
      metrics.executed.transactions += UInt64(count)
      metrics.executed.time = metrics.executed.time + work
    }
    var writer = ByteWriter()
    writer.write(slot)
    writer.write(UInt32(count))
    let fees = scenario.fees ? Amount(UInt64(count) * 1_000) : 0
    let paid = min(fees, parent.value)
    var header = RollupHeader(
      number: parent.number.next, slot: slot, previous: parent.archive,
      stateRoot: SHA256.hash(parent.archive.bytes + writer.bytes),
      effects: SHA256.hash(writer.bytes), transactions: UInt32(count), fees: paid,
      valueBefore: parent.value, valueAfter: Amount(parent.value.units - paid.units))
    if population.isWrong[proposer] { header.stateRoot = .zero }
    return Prepared(
      header: header, effects: writer.bytes, time: time, transactions: transactions)
  }

  /// The committee verifies and attests; whose attestation reaches the proposer when, its own first. Who knows of another
  /// block of the slot by then attests to none.
  mutating func attest(
    _ slot: SlotNumber, _ block: Prepared, by proposer: Int, _ reaches: [Flood.Reach],
    doubtedAt doubts: [Micros]? = nil
  ) -> [(node: Int, time: Micros)] {
    let start = table.start(of: slot)
    var votes: [(node: Int, time: Micros)] = []
    if committee.contains(proposer) {
      let own = block.time + .milliseconds(100)
      record(.attestationCreated, at: own, actor: proposer, value: 100_000, slot: slot)
      votes.append((proposer, own))
      votes += gossip(attestationOf: proposer, at: own, slot, to: proposer)
    }
    for node in committee where node != proposer && reaches[node].isReached {
      let arrival = block.time + Micros(UInt64(reaches[node].arrival))
      guard let time = attestation(of: node, on: block, by: proposer, slot, arrival) else {
        continue
      }
      if let doubts, doubts[node] <= time { continue }
      record(
        .attestationCreated, at: time, actor: node, value: (time - start).rawValue, slot: slot)
      votes += gossip(attestationOf: node, at: time, slot, to: proposer)
    }
    return votes
  }

  /// When a member attests; nil if it doesn't.
  private mutating func attestation(
    of node: Int, on block: Prepared, by proposer: Int, _ slot: SlotNumber, _ arrival: Micros
  ) -> Micros? {
    let profile = population.profiles[node]
    let deadline = table.start(of: slot) + gathering
    guard arrival + .milliseconds(500) < deadline else { return nil }
    let left = deadline - arrival
    let pressure =
      profile == .byzantine || left >= .seconds(3) ? 1.0 : left >= .seconds(1) ? 0.8 : 0.5
    if profile == .byzantine, proposer % 5 == 0 { return nil }
    let word = dice.attesting.narrowed(to: slot.rawValue).word(UInt64(node))
    guard word < UInt64(share: scenario.attesting[profile] * pressure) else { return nil }
    let work = pool.isFed ? scenario.execution * UInt64(block.header.transactions) : 0
    let response = scenario.response[profile].sample(
      dice.responding.narrowed(to: slot.rawValue).word(UInt64(node)))
    let making = scenario.attestation.sample(
      dice.making.narrowed(to: slot.rawValue).word(UInt64(node)))
    let verified = max(arrival, syncedAt[node]) + Micros(max(50_000, response)) + work
    if profile != .byzantine {
      let isEqual = !population.isWrong[proposer]
      if pool.isFed || !isEqual {
        record(
          .blockVerified, at: verified, actor: node, subject: proposer, value: work.rawValue,
          detail: isEqual ? 1 : 0, slot: slot)
        metrics.verify.add(work)
      }
      // It signs nothing that it can't reproduce.
      guard isEqual else { return nil }
    }
    return verified + Micros(max(100_000, making))
  }

  /// An attestation spreads; when it reaches the proposer, if it does.
  private mutating func gossip(
    attestationOf node: Int, at time: Micros, _ slot: SlotNumber, to proposer: Int
  ) -> [(node: Int, time: Micros)] {
    metrics.attestations += 1
    spread(from: node, tenths: 7)
    recordLosses(at: time, slot, of: 1)
    let slotNumber = UInt32(truncatingIfNeeded: slot.rawValue)
    for (receiver, reach) in flood.reaches.enumerated() where receiver != node && reach.isReached {
      sorter.record(
        Event(
          .attestationReceived, at: time + Micros(UInt64(reach.arrival)), slot: slotNumber,
          actor: Party(node), subject: Party(receiver),
          value: UInt64(UInt32(bitPattern: reach.relay)), hops: reach.hops))
    }
    let arrival = flood.reaches[proposer].arrival
    guard node != proposer, arrival != Flood.never else { return [] }
    return [(node, time + Micros(UInt64(arrival)))]
  }

  /// With enough signatures in time, the block goes to L1.
  mutating func submit(
    _ slot: SlotNumber, _ block: Prepared, by proposer: Int,
    _ votes: [(node: Int, time: Micros)], rank: Int
  ) {
    guard let seats = committeeSeats else { return }
    let start = table.start(of: slot)
    let threshold = seats.threshold
    let ordered = votes.sorted { $0.time == $1.time ? $0.node < $1.node : $0.time < $1.time }
    let inTime = ordered.filter { $0.time <= start + gathering }
    guard inTime.count >= threshold else {
      let status: UInt8 = ordered.count >= threshold ? 1 : 2
      record(
        .l1Submission, at: start + gathering, actor: proposer, value: UInt64(inTime.count),
        detail: status, slot: slot)
      fail(slot, .attesting, at: start + gathering, by: proposer)
      pool.giveBack(block.transactions)
      return
    }
    let time = inTime[threshold - 1].time
    metrics.submitted += 1
    record(
      .signaturesCollected, at: time, actor: proposer, value: (time - block.time).rawValue,
      hops: threshold, slot: slot)
    metrics.collect.add(time - block.time)
    record(
      .l1Submission, at: time, actor: proposer, value: UInt64(threshold), detail: 0, slot: slot)
    let signing = inTime.prefix(threshold).map(\.node)
    let signed = RollupHeader.signedBytes(archive: block.header.archive, chain: chainID)
    let places = Dictionary(uniqueKeysWithValues: zip(committee, committee.indices))
    let attestations = signing.compactMap { node -> Attestation? in
      guard let seat = places[node] else { return nil }
      return Attestation(
        seat: UInt32(seat), signature: signed.withUnsafeBytes { signers[node].sign($0) })
    }.sorted { $0.seat < $1.seat }
    var calls: [ContractCall] = [.publish(block.header.encoded), .publish(block.effects)]
    if population.isSecretive[proposer] { calls.removeLast() }
    calls.append(
      .processPendingBlock(
        block.header, archive: block.header.archive, signatures: attestations))
    submissions[slot] = Submission(
      proposer: proposer, signers: signing, transactions: block.transactions, submittedAt: time)
    submit(
      calls, by: proposer, for: slot, at: time,
      notBefore: table.end(of: slot.advanced(by: UInt64(rank))))
  }

  /// Whoever is eligible and wants to enters the lottery of a slot, before it begins or as it does.
  private mutating func enterLottery(_ slot: SlotNumber, at time: Micros) {
    let epoch = table.epoch(of: slot)
    guard let seats = l1.contracts.committeeToBe(of: epoch) else { return }
    for key in seats.members {
      guard let node = node(key), population.isOnline[node] else { continue }
      record(.sequencerAvailable, at: time, actor: node, slot: slot)
      guard let entry = Entry(for: slot, in: seats, by: secrets[node]) else { continue }
      let score = entry.score.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      record(.proposalCommitted, at: time, actor: node, value: score, slot: slot)
      // Before its epoch has begun no slot can be entered.
      let opening = table.start(of: table.firstSlot(of: epoch))
      submit(
        [.enter(slot, entry)], by: node, for: slot, at: time, notBefore: max(time, opening))
    }
  }
}
