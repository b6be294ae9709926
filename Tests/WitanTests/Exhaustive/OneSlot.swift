@testable import Witan
import WitanCrypto

/// A network of four that agrees on its first sequence, taken apart: two blocks that its leader may propose, every
/// message that may be said of them, and the shipped replica to hand them to in any order.
struct OneSlot {
  /// Something that can happen to a replica. Blocks are numbered 0 and 1; replicas by their seats.
  enum Event: Hashable {
    case proposal(block: Int)
    case verdict(block: Int)
    case prepare(by: Int, block: Int)
    case commit(by: Int, block: Int)

    /// The same with other names for the seats.
    func renamed(_ seat: (Int) -> Int) -> Event {
      switch self {
      case .prepare(let by, let block): .prepare(by: seat(by), block: block)
      case .commit(let by, let block): .commit(by: seat(by), block: block)
      case .proposal, .verdict: self
      }
    }
  }

  let genesis: Genesis
  let authority = SimulatedAuthority(seed: 3)
  let blocks: [Block]
  private let inputs: [Event: Input]

  /// The slot, with so many blocks that the leader may propose.
  init(blocks count: Int) throws {
    let authority = authority
    let members = (0..<4).map { index in
      Member(id: ReplicaID(UInt32(index)), key: authority.signer(UInt64(index)).publicKey)
    }
    let genesis = try Genesis(name: "one slot", members: members)
    self.genesis = genesis
    blocks = (0..<count).map { index in
      let request = Request(
        number: 1, expiry: 100, operations: [[UInt8(index)]], signer: authority.signer(100),
        chain: genesis.digest)
      return Block(
        height: 1, previous: genesis.digest, proposer: 0, timestamp: 0, epoch: 0,
        requests: [request])
    }
    let verifier = Verifier(genesis: genesis, scheme: .simulated(authority))
    var inputs: [Event: Input] = [:]
    for (index, block) in blocks.enumerated() {
      let proposal = Sealed(
        .prePrepare, block, epoch: 0, sequence: 1, by: 0, with: authority.signer(0),
        chain: genesis.digest)
      inputs[.proposal(block: index)] = .message(try verifier.verify(.prePrepare(proposal)))
      inputs[.verdict(block: index)] = .validated(block.digest, .valid)
      for seat in 0..<4 {
        func vote(_ kind: StatementKind) -> SignedStatement {
          Statement(kind, epoch: 0, sequence: 1, digest: block.digest).signed(
            by: ReplicaID(UInt32(seat)), with: authority.signer(UInt64(seat)),
            chain: genesis.digest)
        }
        inputs[.prepare(by: seat, block: index)] = .message(
          try verifier.verify(.prepare(vote(.prepare))))
        inputs[.commit(by: seat, block: index)] = .message(
          try verifier.verify(.commit(vote(.commit))))
      }
    }
    self.inputs = inputs
  }

  /// A replica to which nothing has happened; the leader has a request and is waiting for the verdict on its draft.
  func participant(seat: Int) -> Participant {
    var participant = Participant(
      seat: seat,
      replica: Replica(
        genesis: genesis, identity: ReplicaID(UInt32(seat)),
        signer: authority.signer(UInt64(seat)), scheme: .simulated(authority)),
      digests: blocks.map(\.digest))
    if seat == 0, let request = try? verifier.verify(blocks[0].requests[0]) {
      participant.handle(.request(request))
      participant.handle(.assembled([blocks[0].requests[0].digest], timestamp: 0))
    }
    return participant
  }

  private var verifier: Verifier { Verifier(genesis: genesis, scheme: .simulated(authority)) }

  /// Has an event happen.
  func apply(_ event: Event, to participant: inout Participant) {
    if let input = inputs[event] { participant.handle(input) }
  }
}

/// One replica, what it has said, and what came of it. Its application answers executions at once; verdicts are events.
struct Participant {
  /// What a replica has broadcast about the slot: one bit for each kind and block.
  struct Said: OptionSet, Hashable {
    let rawValue: UInt8

    static func proposal(_ block: Int) -> Said { Said(rawValue: 1 << block) }
    static func prepare(_ block: Int) -> Said { Said(rawValue: 4 << block) }
    static func commit(_ block: Int) -> Said { Said(rawValue: 16 << block) }
  }

  /// Everything of a replica that its handling of the slot's messages reads or that others can see.
  ///
  /// Two replicas that stand alike behave alike from here on: proposals, verdicts and votes are handled by
  /// `Replica+Agreement` alone, which decides by these fields and by nothing else that changes within one slot. (Evidence,
  /// quotas and timers change too; they are written by these handlers and not read.)
  struct Standing: Hashable {
    var view: UInt64
    var isActive: Bool
    var proposal: Int?
    var isValid: Bool
    /// The block that each seat voted for, plus one; zero where none.
    var prepares: SIMD4<Int8>
    var commits: SIMD4<Int8>
    var isPrepared: Bool
    var lock: Int?
    var isDecided: Bool
    var executed: UInt64
    var said: Said
    var decided: Int?

    /// The same with other names for the seats.
    func renamed(_ seat: (Int) -> Int) -> Standing {
      var copy = self
      for index in 0..<4 {
        copy.prepares[seat(index)] = prepares[index]
        copy.commits[seat(index)] = commits[index]
      }
      return copy
    }
  }

  let seat: Int
  var replica: Replica
  let digests: [Digest]
  /// What it has broadcast about the slot.
  private(set) var said: Said = []
  private(set) var decided: Int?
  /// How many messages it sent during the last event.
  private(set) var sentLast = 0
  /// What is wrong with what it has done; nil while nothing is.
  private(set) var fault: String?
  private var effects = Effects()

  init(seat: Int, replica: Replica, digests: [Digest]) {
    self.seat = seat
    self.replica = replica
    self.digests = digests
    self.replica.start(at: 0, into: &effects)
  }

  mutating func handle(_ input: Input) {
    sentLast = 0
    effects.removeAll()
    replica.handle(input, at: 0, into: &effects)
    while let execution = perform() {
      let results = execution.requests.map { _ in [UInt8]() }
      effects.removeAll()
      replica.handle(
        .executed(ExecutionResult(sequence: execution.sequence, results: results)), at: 0,
        into: &effects)
    }
    fault = fault ?? replica.invariantFault ?? replica.slotFault
  }

  /// Notes what the replica did; returns what it wants executed.
  private mutating func perform() -> Execution? {
    var locked: Digest?
    var execution: Execution?
    for effect in effects.list {
      switch effect {
      case .persist(.locked(let lock)): locked = lock.header.digest
      case .broadcastDurably(.prePrepare(let proposal)):
        say(.proposal(index(of: proposal.body.digest)))
      case .broadcastDurably(.prepare(let vote)):
        say(.prepare(index(of: vote.statement.digest)))
      case .broadcastDurably(.commit(let vote)):
        if locked != vote.statement.digest { fault = "a commit before its lock is on disk" }
        say(.commit(index(of: vote.statement.digest)))
      case .report(.decided(let certificate, _)):
        if decided != nil { fault = "two decisions" }
        decided = index(of: certificate.digest)
      case .execute(let next): execution = next
      case .send, .sendDurably, .broadcast, .broadcastDurably: sentLast += 1
      default: break
      }
    }
    return execution
  }

  private mutating func say(_ statement: Said) {
    sentLast += 1
    if !said.insert(statement).inserted { fault = "\(statement) was said twice" }
  }

  private func index(of digest: Digest) -> Int { digests.firstIndex(of: digest) ?? -1 }

  private func votes(_ tally: VoteTally) -> SIMD4<Int8> {
    var votes = SIMD4<Int8>()
    for seat in 0..<4 {
      if let vote = tally.vote(of: Seat(seat)) { votes[seat] = Int8(index(of: vote.digest) + 1) }
    }
    return votes
  }

  var standing: Standing {
    let slot = replica.window[1]
    return Standing(
      view: replica.view.rawValue, isActive: replica.phase == .active,
      proposal: slot.proposal.map { index(of: $0.header.digest) },
      isValid: slot.proposal?.verdict == .valid, prepares: votes(slot.prepares),
      commits: votes(slot.commits), isPrepared: slot.isPrepared,
      lock: slot.lock.map { index(of: $0.header.digest) }, isDecided: slot.isDecided,
      executed: replica.executed.rawValue, said: said, decided: decided)
  }
}
