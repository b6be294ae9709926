import WitanCrypto
import WitanDraw

@testable import Witan

/// Random values of every type of the byte format: well-formed, and as wild as the types allow. Nobody signed them.
extension Draw {
  /// Small numbers, the largest ones, and any.
  mutating func number() -> UInt64 {
    switch choice(upTo: 3) {
    case 0: choice(upTo: 3)
    case 1: .max - choice(upTo: 1)
    default: next() >> choice(upTo: 63)
    }
  }

  mutating func counter<Value: Counter>() -> Value { Value(rawValue: number()) }
  mutating func micros() -> Micros { Micros(number()) }
  mutating func replica() -> ReplicaID { ReplicaID(UInt32(truncatingIfNeeded: number())) }

  mutating func bytes(_ range: ClosedRange<Int>) -> [UInt8] {
    (0..<integer(in: range)).map { _ in UInt8(choice(upTo: 255)) }
  }

  mutating func fixed<Value: FixedBytes>() -> Value {
    Value(bytes: bytes(Value.byteCount...Value.byteCount)) ?? Value()
  }

  mutating func several<Value>(
    _ range: ClosedRange<Int>, _ make: (inout Draw) -> Value
  ) -> [Value] {
    (0..<integer(in: range)).map { _ in make(&self) }
  }

  mutating func statement(_ kind: StatementKind, _ digest: Digest? = nil) -> SignedStatement {
    let digest = digest ?? fixed()
    return SignedStatement(
      statement: Statement(
        kind, epoch: counter(), view: counter(), sequence: counter(), digest: digest),
      signer: replica(), signature: fixed())
  }

  mutating func sealed<Body: StatementBody>(_ kind: StatementKind, _ body: Body) -> Sealed<Body> {
    Sealed(signed: statement(kind, body.statementDigest), body: body)
  }

  mutating func request() -> Request {
    Request(
      client: fixed(), number: number(), expiry: counter(),
      operations: several(1...3) { $0.bytes(1...9) }, signature: fixed())
  }

  mutating func block() -> Block {
    Block(
      height: counter(), previous: fixed(), proposer: replica(), timestamp: micros(),
      epoch: counter(), requests: several(0...3) { $0.request() })
  }

  mutating func signatures() -> SignatureSet {
    var seats = SeatSet()
    for _ in 0..<choice(upTo: 4) {
      seats.insert(Seat(integer(in: 0...(chance(0.5) ? 7 : Membership.memberLimit - 1))))
    }
    return SignatureSet(seats: seats, signatures: seats.map { _ in fixed() })
  }

  mutating func commitCertificate(_ header: BlockHeader) -> CommitCertificate {
    CommitCertificate(
      epoch: counter(), view: counter(), sequence: header.height, digest: header.digest,
      commits: signatures())
  }

  mutating func lock() -> Lock {
    let header = block().header
    guard chance(0.5) else { return .committed(commitCertificate(header), header) }
    return .prepared(
      PreparedCertificate(
        header: header, epoch: counter(), view: counter(), proposal: fixed(),
        prepares: signatures()))
  }

  mutating func membership() -> Membership? {
    let ids = Set(several(1...5) { $0.replica() })
    return try? Membership(
      ids.sorted().map { Member(id: $0, key: fixed(), power: VotingPower(choice(upTo: 9) + 1)) })
  }

  /// A certificate that names these members as the next, if there are any.
  mutating func checkpointCertificate(next: Membership? = nil) -> CheckpointCertificate {
    let epoch = Epoch(min(number(), .max - 1))
    let summary = CheckpointSummary(
      sequence: counter(), lastBlock: fixed(), timestamp: micros(), applicationRoot: fixed(),
      applicationChunks: integer(in: 0...UInt32(Bounds.chunks)), sessionsRoot: fixed(),
      sessionChunks: integer(in: 0...UInt32(Bounds.chunks)),
      epoch: next == nil ? epoch : epoch.next, members: next?.digest ?? fixed())
    return CheckpointCertificate(summary: summary, epoch: epoch, signatures: signatures())
  }

  mutating func epochChange() -> EpochChange? {
    guard let members = membership() else { return nil }
    return EpochChange(certificate: checkpointCertificate(next: members), members: members)
  }

  mutating func viewChange() -> ViewChange {
    sealed(
      .viewChange,
      ViewChangeBody(
        stable: chance(0.5) ? checkpointCertificate() : nil, locks: several(0...3) { $0.lock() }))
  }

  mutating func outcome() -> Outcome {
    chance(0.5) ? .result(bytes(0...9)) : .refused(pick(Refusal.allCases) ?? .busy)
  }

  mutating func address() -> ChunkAddress {
    let index = integer(in: 0...UInt32(Bounds.chunks - 1))
    return chance(0.5) ? .sessions(index) : .application(index)
  }

  mutating func manifest() -> Manifest {
    Manifest(
      lineage: several(0...2) { $0.epochChange() }.compactMap { $0 },
      certificate: chance(0.5) ? checkpointCertificate() : nil)
  }

  mutating func newView() -> NewView {
    sealed(
      .newView,
      NewViewBody(
        viewChanges: several(0...3) { $0.statement(.viewChange) },
        proposals: several(0...3) { $0.fixed() }))
  }

  mutating func viewChangeQuery() -> ViewChangeQuery {
    ViewChangeQuery(
      wanted: several(0...Bounds.wantedViewChanges) {
        ViewChangeQuery.Name(signer: $0.replica(), digest: $0.fixed())
      })
  }

  mutating func decision() -> Decision {
    let block = block()
    return Decision(certificate: commitCertificate(block.header), block: block)
  }

  mutating func message(_ kind: StatementKind?) -> Message? {
    switch kind {
    case nil: .request(request())
    case .prePrepare: .prePrepare(sealed(.prePrepare, block()))
    case .prepare: .prepare(statement(.prepare))
    case .commit: .commit(statement(.commit))
    case .checkpoint: .checkpoint(statement(.checkpoint))
    case .viewChange: .viewChange(viewChange())
    case .newView: .newView(newView())
    case .status:
      .status(
        sealed(
          .status,
          StatusBody(isChangingView: chance(0.5), stable: counter(), held: number())))
    case .fetchBlock: .fetchBlock(statement(.fetchBlock))
    case .fetchViewChanges: .fetchViewChanges(sealed(.fetchViewChanges, viewChangeQuery()))
    case .block: .block(sealed(.block, block()))
    case .decision: .decision(sealed(.decision, decision()))
    case .fetchState:
      .fetchState(
        sealed(
          .fetchState,
          StateQuery(chunk: chance(0.5) ? address() : nil, knownEpoch: counter())))
    case .manifest: .manifest(sealed(.manifest, manifest()))
    case .chunk:
      .chunk(
        sealed(
          .chunk,
          StateChunk(
            address: address(), bytes: bytes(0...50),
            proof: several(0...Bounds.chunkProof) { $0.fixed() })))
    case .reply, .answer: nil
    }
  }
}
