import Witan
import WitanCrypto
import WitanSimulation

/// One backup among n replicas, in steady state: every slot of its window was used before, and holds an accepted
/// proposal now. What the others vote is ready, signed and verified, so that nothing but handling is measured.
struct VoteStage {
  /// Which of the votes are handled.
  enum Part {
    /// All of them, those that complete a quorum included.
    case all
    /// Those that come after a quorum.
    case late
  }

  private var replica: Replica
  private var host: StateMachineHost<KeyValueStore>
  private var effects = Effects()
  private let genesis: Genesis
  private let signers: [Signer]
  private let client: Signer
  private var early: [Verified<Message>] = []
  /// Last to first: a vote is moved out when it is handled, as a shell moves what it has verified.
  private var votes: [Verified<Message>] = []
  private let part: Part

  /// How many votes are ready.
  var count: Int { votes.count }

  init(members count: Int, window: UInt64, part: Part) throws {
    let authority = SimulatedAuthority(seed: 1)
    signers = (0..<UInt64(count)).map { authority.signer($0) }
    client = authority.signer(UInt64(count))
    self.part = part
    var parameters = Parameters()
    parameters.window = window
    parameters.checkpointInterval = window / 2
    genesis = try Genesis(
      name: "bench",
      members: signers.enumerated().map {
        Member(id: ReplicaID(UInt32($0.offset)), key: $0.element.publicKey)
      }, parameters: parameters, applicationRoot: StateMachineHost.root(of: KeyValueStore()))
    host = StateMachineHost(KeyValueStore())
    replica = Replica(
      genesis: genesis, identity: 1, signer: signers[1], scheme: .simulated(authority))
    try prepare(window)
  }

  /// Handles so many votes; when they are used up, the stage is set anew, which shows as a slow round.
  mutating func run(_ operations: Int) throws {
    for _ in 0..<operations {
      if votes.isEmpty {
        self = try VoteStage(
          members: signers.count, window: genesis.parameters.window, part: part)
      }
      effects.removeAll()
      replica.handle(.message(votes.removeLast()), at: 1, into: &effects)
    }
  }

  private mutating func prepare(_ window: UInt64) throws {
    var previous = genesis.digest
    for sequence in 1...window {
      let block = try propose(SequenceNumber(sequence), after: previous)
      previous = block.digest
      for vote in try ballots(for: block.header, kinds: [.prepare, .commit]) { handle(vote) }
      if sequence.isMultiple(of: genesis.parameters.checkpointInterval) {
        try certify(SequenceNumber(sequence))
      }
    }
    let needed = Int(genesis.members.quorum.threshold.rawValue)
    for sequence in window + 1...2 * window {
      let block = try propose(SequenceNumber(sequence), after: previous)
      previous = block.digest
      let prepares = try ballots(for: block.header, kinds: [.prepare])
      let commits = try ballots(for: block.header, kinds: [.commit])
      switch part {
      case .all: votes += prepares + commits
      case .late:
        // The leader's proposal and the backup's own prepare are two of a quorum's.
        early += prepares.prefix(needed - 2) + commits.prefix(needed - 1)
        votes += prepares.dropFirst(needed - 2) + commits.dropFirst(needed - 1)
      }
    }
    votes.reverse()
    for vote in early { handle(vote) }
  }

  private mutating func propose(_ sequence: SequenceNumber, after previous: Digest) throws -> Block
  {
    let request = Request(
      number: sequence.rawValue, expiry: sequence.advanced(by: 1_000), operations: [[1]],
      signer: client, chain: genesis.digest)
    let block = Block(
      height: sequence, previous: previous, proposer: 0, timestamp: 0, epoch: 0,
      requests: [request])
    let proposal = Sealed(
      .prePrepare, block, epoch: 0, sequence: sequence, by: 0, with: signers[0],
      chain: genesis.digest)
    handle(try replica.verifier.verify(.prePrepare(proposal)))
    return block
  }

  private func ballots(
    for header: BlockHeader, kinds: [StatementKind]
  ) throws -> [Verified<Message>] {
    try kinds.flatMap { kind in
      let statement = Statement(kind, epoch: 0, sequence: header.height, digest: header.digest)
      return try voters(kind).map { index in
        let signed = statement.signed(
          by: ReplicaID(UInt32(index)), with: signers[index], chain: genesis.digest)
        return try replica.verifier.verify(kind == .prepare ? .prepare(signed) : .commit(signed))
      }
    }
  }

  private func voters(_ kind: StatementKind) -> [Int] {
    (0..<signers.count).filter { $0 != 1 && (kind == .commit || $0 != 0) }
  }

  private mutating func certify(_ sequence: SequenceNumber) throws {
    guard let digest = checkpointDigest else { return }
    let statement = Statement(.checkpoint, epoch: 0, sequence: sequence, digest: digest)
    for index in signers.indices where index != 1 {
      let signed = statement.signed(
        by: ReplicaID(UInt32(index)), with: signers[index], chain: genesis.digest)
      handle(try replica.verifier.verify(.checkpoint(signed)))
    }
  }

  private var checkpointDigest: Digest?

  private mutating func handle(_ message: Verified<Message>) {
    effects.removeAll()
    replica.handle(.message(message), at: 1, into: &effects)
    var answers: [Input] = []
    var answered = 0
    while true {
      for effect in effects.list {
        if case .persist(.checkpoint(let image)) = effect {
          checkpointDigest = image.summary.digest
        }
        if let answer = host.answer(effect, clock: 0) { answers.append(answer) }
      }
      guard answered < answers.count else { return }
      effects.removeAll()
      replica.handle(answers[answered], at: 1, into: &effects)
      answered += 1
    }
  }
}
