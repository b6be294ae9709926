import WitanCrypto
import WitanSimulation

@testable import Witan

/// What the test can say for a member: only with that member's own key.
extension Stage {
  func client(_ number: UInt64 = 0) -> Signer { authority.signer(1_000 + number) }

  /// A client's request.
  func request(
    _ number: UInt64, by client: UInt64 = 0, expiry: SequenceNumber = 10_000,
    _ operation: KeyValueStore.Operation = .put(key: [1], value: [1])
  ) -> Request {
    Request(
      number: number, expiry: expiry, operations: [operation.bytes], signer: self.client(client),
      chain: chain)
  }

  func query(_ key: [UInt8], number: UInt64 = 1, mode: Query.Mode = .fast) -> Query {
    Query(number: number, mode: mode, content: key, signer: client(), chain: chain)
  }

  /// A block at a height, after the one before it.
  func block(
    _ height: SequenceNumber, after previous: Digest? = nil, by proposer: Int = 0,
    timestamp: Micros? = nil, epoch: Epoch = 0, _ requests: [Request]
  ) -> Block {
    Block(
      height: height, previous: previous ?? chain, proposer: ReplicaID(UInt32(proposer)),
      timestamp: timestamp ?? now, epoch: epoch, requests: requests)
  }

  /// Blocks from a height on, each after the one before, with one request each.
  func blocks(
    _ heights: ClosedRange<UInt64>, after previous: Digest? = nil, by proposer: Int = 0,
    client: UInt64 = 0
  ) -> [Block] {
    var chainOfBlocks: [Block] = []
    for height in heights {
      chainOfBlocks.append(
        block(
          SequenceNumber(height), after: chainOfBlocks.last?.digest ?? previous, by: proposer,
          [request(height, by: client)]))
    }
    return chainOfBlocks
  }

  /// A statement by a member.
  func say(
    _ kind: StatementKind, by index: Int, epoch: Epoch = 0, view: View = 0,
    at sequence: SequenceNumber, _ digest: Digest
  ) -> SignedStatement {
    Statement(kind, epoch: epoch, view: view, sequence: sequence, digest: digest)
      .signed(by: players[index].id, with: players[index].signer, chain: chain)
  }

  /// A statement in which a member claims to be another.
  func claim(
    _ kind: StatementKind, as other: Int, by index: Int, at sequence: SequenceNumber,
    _ digest: Digest
  ) -> SignedStatement {
    Statement(kind, epoch: 0, view: 0, sequence: sequence, digest: digest)
      .signed(by: players[other].id, with: players[index].signer, chain: chain)
  }

  func prepare(_ block: Block, by index: Int, view: View = 0) -> Message {
    .prepare(say(.prepare, by: index, view: view, at: block.header.height, block.digest))
  }

  func commit(_ block: Block, by index: Int, view: View = 0) -> Message {
    .commit(say(.commit, by: index, view: view, at: block.header.height, block.digest))
  }

  func propose(_ block: Block, by index: Int, view: View = 0) -> Message {
    .prePrepare(
      seal(.prePrepare, block, by: index, view: view, at: block.header.height))
  }

  func seal<Body: StatementBody>(
    _ kind: StatementKind, _ body: Body, by index: Int, epoch: Epoch = 0, view: View = 0,
    at sequence: SequenceNumber = 0
  ) -> Sealed<Body> {
    Sealed(
      kind, body, epoch: epoch, view: view, sequence: sequence, by: players[index].id,
      with: players[index].signer, chain: chain)
  }

  func signatures(
    _ kind: StatementKind, _ block: Block, view: View, by voters: [Int]
  ) -> SignatureSet {
    var seats = SeatSet(capacity: count)
    for voter in voters { seats.insert(Seat(voter)) }
    return SignatureSet(
      seats: seats,
      signatures: voters.sorted().map {
        say(kind, by: $0, view: view, at: block.header.height, block.digest).signature
      })
  }

  /// Proof that these prepared a block that this leader proposed.
  func lock(
    _ block: Block, view: View = 0, by voters: [Int], leader: Int? = nil
  ) -> Lock {
    let leader = leader ?? Int(view.rawValue % UInt64(count))
    return .prepared(
      PreparedCertificate(
        header: block.header, epoch: 0, view: view,
        proposal: say(
          .prePrepare, by: leader, view: view, at: block.header.height, block.digest
        ).signature,
        prepares: signatures(.prepare, block, view: view, by: voters)))
  }

  func decision(_ block: Block, view: View = 0, by voters: [Int]) -> Decision {
    Decision(
      certificate: CommitCertificate(
        epoch: 0, view: view, sequence: block.header.height, digest: block.digest,
        commits: signatures(.commit, block, view: view, by: voters)),
      block: block)
  }

  func viewChange(
    to view: View, stable: CheckpointCertificate? = nil, locks: [Lock] = [], by index: Int
  ) -> ViewChange {
    seal(
      .viewChange, ViewChangeBody(stable: stable, locks: locks), by: index, view: view,
      at: stable?.sequence ?? 0)
  }

  /// A new-view, with the proposals that follow from its view-changes or with others.
  func newView(
    _ view: View, from viewChanges: [ViewChange], by index: Int, proposing others: [Block]? = nil
  ) -> NewView {
    let selection = Selection(of: viewChanges, chain: chain)
    let headers = others?.map(\.header) ?? selection.headers
    let proposals = headers.map {
      say(.prePrepare, by: index, view: view, at: $0.height, $0.digest).signature
    }
    return seal(
      .newView, NewViewBody(viewChanges: viewChanges.map(\.signed), proposals: proposals),
      by: index, view: view, at: selection.base)
  }

  /// Shows a replica a new-view after all the view-changes that it names; what was wrong with it, if anything was.
  mutating func open(_ newView: NewView, of viewChanges: [ViewChange], at index: Int) -> Rejection?
  {
    for viewChange in viewChanges { give(.viewChange(viewChange), to: index) }
    return give(.newView(newView), to: index)
  }

  func checkpointCertificate(
    _ summary: CheckpointSummary, by voters: [Int]
  ) -> CheckpointCertificate {
    var seats = SeatSet(capacity: count)
    for voter in voters { seats.insert(Seat(voter)) }
    return CheckpointCertificate(
      summary: summary, epoch: 0,
      signatures: SignatureSet(
        seats: seats,
        signatures: voters.sorted().map {
          say(.checkpoint, by: $0, at: summary.sequence, summary.digest).signature
        }))
  }
}
