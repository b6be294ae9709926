import Witan
import WitanCrypto

/// What the adversary says: true or false, but signed as it should be.
extension ReplicaOrdeal {
  private var epoch: Epoch { replica.epoch }
  private var members: Membership { replica.currentMembers }

  /// The messages that an order stands for.
  mutating func lies(_ order: Order) -> [Message] {
    switch order {
    case .propose(let proposal): propose(proposal)
    case .vote(let vote): votes(vote)
    case .checkpoint(let by, let state, let skew): checkpoints(by, state, skew)
    case .viewChange(let by, let view, let locks, let showsStable):
      viewChanges(by, view, locks, showsStable)
    case .newView(let view, let isByLeader, let dropped, let twist):
      newView(view, isByLeader, dropped, twist)
    case .status(let by, let view, let sequence, let held):
      [
        .status(
          town.seal(
            .status,
            StatusBody(
              isChangingView: held & 1 == 1,
              stable: SequenceNumber(UInt64(sequence) / 2), held: held),
            epoch: epoch, view: replica.view.stepped(view),
            sequence: SequenceNumber(UInt64(sequence)), by: max(1, by)))
      ]
    case .fetch(let by, let what, let index): [fetch(max(1, by), what, index)]
    case .decision(let index, let view): decision(index, view)
    case .manifest(let state, let height): [manifest(state, height)]
    case .chunk(let by, let index, let isTrue):
      [
        .chunk(
          town.seal(
            .chunk, libel.chunk(index, isTrue: isTrue), epoch: epoch, sequence: madeUpHeight,
            by: max(1, by)))
      ]
    case .again(let index, _): again(index)
    case .request, .query, .timer, .answers, .sync, .crash, .wait: []
    }
  }

  // MARK: Blocks

  /// The latest block that was seen but so many; nil when there were fewer.
  private func block(_ index: Int) -> Block? {
    blocks.isEmpty ? nil : blocks[blocks.count - 1 - min(index, blocks.count - 1)]
  }

  private mutating func propose(_ proposal: Order.Proposal) -> [Message] {
    let view = replica.view.stepped(proposal.view)
    let parent = block(proposal.parent)?.header
    let height = (parent?.height ?? 0).next.stepped(proposal.height)
    let leader = members.leader(of: view, in: epoch).index
    // It hasn't the replica's own key: where the replica leads, somebody else proposes.
    let seat = proposal.isByLeader && leader != Self.victim ? leader : 1 + (leader + 1) % 3
    guard seat < town.signers.count else { return [] }
    let requests = proposal.requests == 3 ? [] : (0...proposal.requests).map { freshRequest($0) }
    let block = Block(
      height: height, previous: parent?.digest ?? town.chain, proposer: ReplicaID(UInt32(seat)),
      timestamp: timestamp(after: parent?.timestamp ?? 0, proposal.time), epoch: epoch,
      requests: requests)
    remember(block)
    let kind: StatementKind = proposal.isAnswer ? .block : .prePrepare
    let sealed = town.seal(kind, block, epoch: epoch, view: view, sequence: height, by: seat)
    return [proposal.isAnswer ? .block(sealed) : .prePrepare(sealed)]
  }

  private func timestamp(after earlier: Micros, _ time: Int) -> Micros {
    switch time {
    case 6: 0
    case 7: Micros(.max)
    default: earlier + Micros(UInt64(time))
    }
  }

  private mutating func freshRequest(_ client: Int) -> Request {
    requestCount += 1
    return libel.request(
      client: client % 3, number: requestCount, operation: Int(requestCount % 7),
      after: replica.executed)
  }

  private func seats(_ by: Int) -> [Int] { by == 0 ? Libel.peers : [by] }

  private func votes(_ vote: Order.Vote) -> [Message] {
    guard let block = block(vote.block) else { return [] }
    let statement = Statement(
      vote.isCommit ? .commit : .prepare, epoch: epoch, view: replica.view.stepped(vote.view),
      sequence: block.header.height.stepped(vote.height), digest: block.digest)
    return seats(vote.by).map { seat in
      let signed = town.sign(statement, by: seat)
      return vote.isCommit ? .commit(signed) : .prepare(signed)
    }
  }

  private func decision(_ index: Int, _ view: Int) -> [Message] {
    guard let block = block(index) else { return [] }
    let certificate = certificate(of: block.header, view: replica.view.stepped(view))
    return [
      .decision(
        town.seal(
          .decision, Decision(certificate: certificate, block: block), epoch: epoch,
          view: certificate.view, sequence: certificate.sequence, by: 1))
    ]
  }

  private func certificate(of header: BlockHeader, view: View) -> CommitCertificate {
    let statement = Statement(
      .commit, epoch: epoch, view: view, sequence: header.height, digest: header.digest)
    return CommitCertificate(
      epoch: epoch, view: view, sequence: header.height, digest: header.digest,
      commits: town.signatures(statement, by: peersInOffice))
  }

  private var peersInOffice: [Int] { Libel.peers.filter { $0 < members.count } }

  // MARK: States

  /// The height of the state that was made up last.
  private var madeUpHeight: SequenceNumber { madeUp ?? 0 }

  private func checkpoints(_ by: Int, _ state: Int, _ skew: Int) -> [Message] {
    // What the replica said of its own state, as long as it did.
    let own = heard.compactMap { message in
      if case .checkpoint(let signed) = message { signed.statement } else { nil }
    }
    guard !own.isEmpty else { return [] }
    let statement = own[own.count - 1 - min(state, own.count - 1)]
    let said = Statement(
      .checkpoint, epoch: statement.epoch, sequence: statement.sequence.stepped(skew),
      digest: statement.digest)
    return seats(by).map { .checkpoint(town.sign(said, by: $0)) }
  }

  private mutating func manifest(_ state: Int, _ height: Int) -> Message {
    var certificate = state == 0 ? replica.stableCheckpoint : nil
    if state > 1 || certificate == nil && state == 1 {
      let interval = town.genesis.parameters.checkpointInterval
      let last = UInt64.max / interval
      let count =
        height == 7 ? last : min(last, replica.executed.rawValue / interval + UInt64(height))
      let place = SequenceNumber(count * interval)
      let summary = libel.summary(
        at: place, after: block(0)?.digest ?? town.chain, epoch: epoch, members: members)
      let statement = Statement(
        .checkpoint, epoch: epoch, sequence: place, digest: summary.digest)
      certificate = CheckpointCertificate(
        summary: summary, epoch: epoch,
        signatures: town.signatures(statement, by: peersInOffice))
      madeUp = place
    }
    return .manifest(
      town.seal(
        .manifest, Manifest(lineage: [], certificate: certificate), epoch: epoch,
        sequence: certificate?.sequence ?? 0, by: 1))
  }

  private func fetch(_ by: Int, _ what: Int, _ index: Int) -> Message {
    switch what {
    case 0:
      let header = block(index)?.header
      return .fetchBlock(
        town.sign(
          Statement(
            .fetchBlock, epoch: epoch, view: replica.view, sequence: header?.height ?? 1,
            digest: header?.digest ?? .zero), by: by))
    case 1, 2:
      let chunk: ChunkAddress? = what == 1 ? nil : index == 0 ? .sessions(0) : .application(0)
      return .fetchState(
        town.seal(
          .fetchState, StateQuery(chunk: chunk, knownEpoch: 0), epoch: epoch,
          sequence: replica.stableCheckpoint?.sequence ?? 0, by: by))
    default:
      let names = asked.suffix(4).map {
        ViewChangeQuery.Name(signer: $0.signer, digest: $0.statement.digest)
      }
      return .fetchViewChanges(
        town.seal(
          .fetchViewChanges, ViewChangeQuery(wanted: names), epoch: epoch,
          view: asked.last?.statement.view ?? replica.view, by: by))
    }
  }

  // MARK: Views

  private mutating func viewChanges(
    _ by: Int, _ view: Int, _ locks: Int, _ showsStable: Bool
  ) -> [Message] {
    let target: View =
      switch view {
      case 0: replica.view.next
      case 1: replica.view
      case 2: replica.view.advanced(by: 2)
      default: View(.max)
      }
    let stable = showsStable || epoch > 0 ? replica.stableCheckpoint : nil
    var height = stable?.sequence ?? 0
    var shown: [Lock] = []
    for _ in 0..<locks {
      height = height.next
      guard let header = blocks.last(where: { $0.header.height == height })?.header else { break }
      shown.append(lock(on: header, below: target, isDecided: locks == 3))
    }
    let body = ViewChangeBody(stable: stable, locks: shown)
    return seats(by).map { seat in
      let viewChange = town.seal(
        .viewChange, body, epoch: epoch, view: target, sequence: stable?.sequence ?? 0, by: seat)
      remember(viewChange)
      return .viewChange(viewChange)
    }
  }

  private func lock(on header: BlockHeader, below target: View, isDecided: Bool) -> Lock {
    let view = target.previous
    if isDecided { return .committed(certificate(of: header, view: view), header) }
    let leader = members.leader(of: view, in: epoch).index
    func statement(_ kind: StatementKind) -> Statement {
      Statement(kind, epoch: epoch, view: view, sequence: header.height, digest: header.digest)
    }
    // Where the replica led, only its own proposal will do, if it made one.
    let own = heard.compactMap { message -> Signature? in
      guard case .prePrepare(let sealed) = message,
        sealed.statement == statement(.prePrepare)
      else { return nil }
      return sealed.signed.signature
    }.first
    let proposal =
      leader == Self.victim ? own : town.sign(statement(.prePrepare), by: leader).signature
    return .prepared(
      PreparedCertificate(
        header: header, epoch: epoch, view: view, proposal: proposal ?? Signature(),
        prepares: town.signatures(
          statement(.prepare), by: peersInOffice.filter { $0 != leader })))
  }

  private mutating func newView(
    _ delta: Int, _ isByLeader: Bool, _ dropped: Int, _ twist: Int
  ) -> [Message] {
    let view: View =
      delta == 0
      ? asked.map(\.statement.view).filter { $0 != View(.max) }.max() ?? replica.view.next
      : delta == 1 ? replica.view : replica.view.next
    var named: [ViewChange] = []
    for viewChange in asked.reversed()
    where viewChange.statement.view == view && viewChange.statement.epoch == epoch
      && !named.contains(where: { $0.signer == viewChange.signer })
    {
      named.append(viewChange)
    }
    if dropped == 3, !named.isEmpty { named.removeLast() }
    let leader = members.leader(of: view, in: epoch).index
    let seat = isByLeader && leader != Self.victim ? leader : 1 + leader % 3
    guard seat < town.signers.count else { return [] }
    let selected = Notary(town).selection(of: named)
    var proposals = selected.headers.map { header in
      town.sign(
        Statement(
          .prePrepare, epoch: epoch, view: view, sequence: header.height, digest: header.digest),
        by: seat
      ).signature
    }
    if twist == 7, !proposals.isEmpty { proposals.removeLast() }
    if twist == 6 { proposals.append(Signature()) }
    return [
      .newView(
        town.seal(
          .newView, NewViewBody(viewChanges: named.map(\.signed), proposals: proposals),
          epoch: epoch, view: view, sequence: twist == 5 ? selected.base.next : selected.base,
          by: seat))
    ]
  }

  // MARK: What was said before

  private func again(_ index: Int) -> [Message] {
    let known = said + heard
    guard !known.isEmpty else { return [] }
    return [known[known.count - 1 - min(index, known.count - 1)]]
  }
}
