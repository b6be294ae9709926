import Witan
import WitanCrypto
import WitanDraw
import WitanEvents
import WitanLedger
import WitanRollup

/// The provers and what they are at: a coordinator talks to one of them for its epoch.
struct ProvingOffice: Sendable {
  /// An epoch's work.
  struct Session: Sendable {
    let epoch: Epoch
    let coordinator: Int
    let prover: Int
    var client: ProverClient
    var blocks: Set<BlockNumber> = []
    var isFinalised = false
  }

  /// Work that ends at a time.
  struct Work: Sendable {
    let endsAt: Micros
    let epoch: Epoch
    let job: ProverClient.Job
  }

  /// Who signs proofs.
  let signer: Signer
  let provers: Int
  let offline: Int
  let capacity: Int
  let span: Distribution
  var sessions: [Session] = []
  var work: [Work] = []
  /// The epoch in which it was last seen to who may prove the one before it.
  var present: Epoch = 0
  private var draw: Draw

  init(_ scenario: RollupScenario, signer: Signer, draw: Draw) {
    self.signer = signer
    provers = scenario.provers
    offline = scenario.offlineProvers
    capacity = max(1, scenario.proverCapacity)
    span = scenario.proof
    self.draw = draw.split("proving")
  }

  /// Whether nobody works on anything.
  var isIdle: Bool { work.isEmpty }

  /// Whether a prover is there: the first ones aren't, where some are offline.
  func isOnline(_ prover: Int) -> Bool { prover >= offline && prover < provers }

  /// How long a job takes: as many transactions at once as there is room for, one such batch after another, and the root.
  mutating func duration(of job: ProverClient.Job) -> Micros {
    let batches = (UInt64(job.transactions) + UInt64(capacity) - 1) / UInt64(capacity)
    return Micros(draw.sample(span)) * (batches + 1)
  }

  /// How many transactions a prover is proving.
  func running(by prover: Int) -> Int {
    sessions.filter { $0.prover == prover }.flatMap(\.client.running).reduce(0) {
      $0 + min(capacity, Int($1.transactions))
    }
  }
}

extension RollupRun {
  /// The coordinator of an epoch, the proposer of its last slot, begins it with its prover.
  mutating func startEpoch(_ epoch: Epoch, at time: Micros) {
    guard scenario.selection == .shuffle, let committeeSeats, scenario.provers > 0 else {
      // Where there is a lottery, nobody knows the last proposer yet: see `finalizeEpochs`.
      return
    }
    let last = table.lastSlot(of: epoch)
    let proposers = ShuffleSelection().proposers(of: last, in: committeeSeats, entries: [])
    guard let coordinator = proposers.first.flatMap(node) else { return }
    openSession(epoch, coordinator)
  }

  private mutating func openSession(_ epoch: Epoch, _ coordinator: Int) {
    let prover = coordinator % max(1, scenario.provers)
    guard proving.isOnline(prover) else { return }
    var client = ProverClient(capacity: Int(clamping: scenario.slotsPerEpoch))
    guard client.handle(.startEpoch(epoch)).isEmpty else { return }
    proving.sessions.append(
      .init(epoch: epoch, coordinator: coordinator, prover: prover, client: client))
  }

  /// What is pending is given to the provers; epochs that are over are finalised.
  mutating func finalizeEpochs(at now: Micros) {
    let contracts = l1.contracts
    let head = contracts.head
    let present = table.epoch(at: now)
    if scenario.selection == .fernet, present > proving.present {
      proving.present = present
      if let key = contracts.proposers(of: table.lastSlot(of: present.previous)).first,
        let coordinator = node(key)
      {
        openSession(present.previous, coordinator)
      }
    }
    for index in proving.sessions.indices where !proving.sessions[index].isFinalised {
      let epoch = proving.sessions[index].epoch
      let isOver = epoch < present
      guard head.pending > head.proven else {
        if isOver { close(index, at: now) }
        continue
      }
      for number in head.proven.next.rawValue...head.pending.rawValue {
        let number = BlockNumber(number)
        guard let block = contracts.block(number) else { continue }
        let own = table.epoch(of: block.header.slot)
        // What earlier epochs left is taken on when this one is over, unless somebody is at it.
        let isTaken = proving.sessions.contains { $0.blocks.contains(number) }
        guard own == epoch || (isOver && own < epoch && !isTaken),
          proving.sessions[index].blocks.insert(number).inserted
        else { continue }
        let job = ProverClient.Job(block: number, transactions: block.header.transactions)
        let effects = proving.sessions[index].client.handle(.addTx(job))
        carryOut(effects, of: index, at: now)
      }
      if isOver { close(index, at: now) }
    }
    proving.sessions.removeAll { $0.isFinalised && $0.client.running.isEmpty }
  }

  private mutating func close(_ index: Int, at now: Micros) {
    proving.sessions[index].isFinalised = true
    let effects = proving.sessions[index].client.handle(.finalizeEpoch)
    carryOut(effects, of: index, at: now)
  }

  private mutating func carryOut(
    _ effects: [ProverClient.Effect], of index: Int, at now: Micros
  ) {
    let session = proving.sessions[index]
    for effect in effects {
      switch effect {
      case .prove(let job):
        let running = proving.running(by: session.prover)
        metrics.simultaneousProofs = max(metrics.simultaneousProofs, running)
        record(
          .proofStarted, at: now, actor: session.prover, subject: session.coordinator,
          value: job.block.rawValue, hops: running)
        let end = now + proving.duration(of: job)
        proving.work.append(.init(endsAt: end, epoch: session.epoch, job: job))
      case .epochProved(let epoch): submitProof(of: epoch, by: session.coordinator, at: now)
      case .refused: break
      }
    }
  }

  /// What provers finish up to a time.
  mutating func finishProofs(upTo time: Micros) {
    while let next = proving.work.indices.min(by: {
      proving.work[$0].endsAt < proving.work[$1].endsAt
    }), proving.work[next].endsAt <= time {
      let work = proving.work.remove(at: next)
      guard let index = proving.sessions.firstIndex(where: { $0.epoch == work.epoch }) else {
        continue
      }
      let session = proving.sessions[index]
      let effects = proving.sessions[index].client.handle(.proved(work.job))
      record(
        .proofFinished, at: work.endsAt, actor: session.prover, subject: session.coordinator,
        value: work.job.block.rawValue, hops: proving.running(by: session.prover))
      carryOut(effects, of: index, at: work.endsAt)
      proving.sessions.removeAll { $0.isFinalised && $0.client.running.isEmpty }
    }
  }

  /// The coordinator sends the proof of its epoch to L1, of all blocks that aren't proven yet.
  private mutating func submitProof(of epoch: Epoch, by coordinator: Int, at now: Micros) {
    let contracts = l1.contracts
    let head = contracts.head
    guard population.isOnline[coordinator], head.pending > head.proven else { return }
    var headers: [RollupHeader] = []
    var archive = Digest.zero
    for number in head.proven.next.rawValue...head.pending.rawValue {
      guard let block = contracts.block(BlockNumber(number)),
        table.epoch(of: block.header.slot) <= epoch
      else { break }
      headers.append(block.header)
      archive = block.archive
    }
    guard let last = headers.last else { return }
    guard
      let proof = try? EpochProof(
        EpochStatement(headers), archive: archive, at: now, by: proving.signer, chain: chainID)
    else { return }
    submit(
      [.processProvenBlock(last.number, archive: archive, proof: proof)], by: coordinator,
      for: last.slot, at: now, notBefore: now)
  }

  /// What L1 has come to.
  public var result: RollupResult {
    let (contracts, tips) = (l1.contracts, tips)
    var (pending, proven, syncTime) = (UInt64(0), UInt64(0), Micros(0))
    var filled: Set<UInt64> = []
    for number in 1...max(1, tips.pending.rawValue) {
      guard let header = contracts.block(BlockNumber(number))?.header else { continue }
      filled.insert(header.slot.rawValue)
      pending += UInt64(header.transactions)
      if number <= tips.proven.rawValue { proven += UInt64(header.transactions) }
      syncTime = syncTime + syncSpan(of: BlockNumber(number), contracts)
    }
    var runs: [Int: Int] = [:]
    var length = 0
    for slot in 0...progress {
      let isEnd = slot == progress
      if !isEnd, !filled.contains(slot) {
        length += 1
      } else if length > 0 {
        runs[length, default: 0] += 1
        length = 0
      }
    }
    let treasury = contracts.treasury
    let deposits = Amount.tokens(1_000_000).units - treasury.deposits.units
    return RollupResult(
      tips: tips, pendingTransactions: pending, provenTransactions: proven,
      lastPending: lastPending, lastProven: lastProven,
      failedRuns: runs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
      rewards: Amount.tokens(100_000).units - treasury.rewards.units + deposits,
      slashed: slashed, l1Fees: l1.feesPaid, syncTime: syncTime)
  }
}
