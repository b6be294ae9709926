import Witan
import WitanDraw
import WitanEvents
import WitanLedger
import WitanProofs
import WitanRollup

/// Who is there, who hears whom, and who is slashed.
extension RollupRun {
  /// Some go and some come back as a slot begins, and partitions begin and end.
  mutating func churn(at start: Micros) {
    let slot = slot
    let contracts = l1.contracts
    let head = contracts.head.pending
    var changes: [(Int, Bool)] = []
    population.churn(in: slot.rawValue) { changes.append(($0, $1)) }
    for (node, isOnline) in changes {
      record(isOnline ? .nodeOnline : .nodeOffline, at: start, subject: node, slot: slot)
      if isOnline {
        catchUp(node, to: head, contracts, at: start)
      } else {
        knownBlocks[node] = head
      }
    }
    let there = population.isOnline.count { $0 }
    metrics.available.sum += there
    metrics.available.least = min(metrics.available.least, there)
    metrics.available.most = max(metrics.available.most, there)
    divide(at: start)
    guard scenario.p2p else { return }
    let parts = paths.parts(population.isOnline)
    if parts.count != partsBefore {
      record(
        .partitionChanged, at: start, value: UInt64(parts.largest), hops: parts.count, slot: slot)
      partsBefore = parts.count
    }
  }

  /// Who comes back fetches the blocks that it missed from L1 and applies them: until then it does nothing.
  private mutating func catchUp(
    _ node: Int, to head: BlockNumber, _ contracts: Contracts, at start: Micros
  ) {
    guard head > knownBlocks[node] else { return }
    var span: Micros = 0
    for number in knownBlocks[node].next.rawValue...head.rawValue {
      span = span + syncSpan(of: BlockNumber(number), contracts)
    }
    syncedAt[node] = start + span
    metrics.catchUp.add(span)
    record(
      .nodeSynced, at: start + span, subject: node, value: span.rawValue,
      hops: Int(head.distance(after: knownBlocks[node])), slot: slot)
  }

  /// How long it takes to have a block from L1 and to apply its effects.
  func syncSpan(of number: BlockNumber, _ contracts: Contracts) -> Micros {
    // A round trip for what L1 has, and the effects.
    let transactions = contracts.block(number)?.header.transactions ?? 0
    return .milliseconds(50) + scenario.application * UInt64(transactions)
  }

  /// The sides of the partitions that are in force.
  private mutating func divide(at start: Micros) {
    var present: [(place: Int, share: Double)] = []
    for (place, partition) in scenario.partitions.enumerated()
    where partition.from <= start && start < partition.until {
      present.append((place, partition.share))
    }
    guard !present.isEmpty || !sides.isEmpty else { return }
    let before = sides
    sides = []
    if !present.isEmpty {
      let dice = dice.dividing
      sides = keys.indices.map { node in
        present.reduce(UInt64(0)) { bits, partition in
          let word = dice.narrowed(to: UInt64(partition.place)).word(UInt64(node))
          return bits << 1 | (word < UInt64(share: partition.share) ? 1 : 0)
        }
      }
    }
    if sides != before { paths = sides.isEmpty ? mesh : mesh.within(sides) }
  }

  /// Who is there and hears a node without gossip.
  func audience(of node: Int) -> [Bool] {
    guard !sides.isEmpty else { return population.isOnline }
    return population.isOnline.indices.map { population.isOnline[$0] && sides[$0] == sides[node] }
  }

  /// Whoever may slash does so once an epoch, all at once who were seen to propose twice.
  mutating func slashConvicts(at time: Micros) {
    let named = convicts.sorted().filter { l1.contracts.stake(of: keys[$0]) != nil }
    convicts = []
    guard !named.isEmpty else { return }
    l1.submit(
      .init(
        sender: nil, signer: owner, calls: [.slash(named.map { keys[$0] })], slot: slot,
        notBefore: time, sentAt: time))
  }
}

/// Takes for proved whatever comes before it. The contracts add up what a proof is about before they ask their court, and
/// take no claim but their own statement's: so nothing false comes so far.
struct LenientCourt: Adjudicator {
  var solver: String { "none" }

  func rulings(on claims: [Claim]) -> [Ruling] { claims.map { _ in Ruling(.proved) } }
}
