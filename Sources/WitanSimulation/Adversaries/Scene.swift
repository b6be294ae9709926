import Witan
import WitanCrypto
import WitanDraw
import WitanProofs

/// What an adversary sees, and what it does about it.
public struct Scene: Sendable {
  /// Something an adversary does.
  public enum Act: Sendable {
    /// Sends a message, after a while.
    case send(Message, to: Audience, after: Micros)
    /// Sends a client's request, after a while.
    case ask(Request, of: Audience, after: Micros)
    /// Wants to be woken after a while.
    case wake(after: Micros)
    /// Kills its machine, and starts it again after a while.
    case crash(for: Micros)
  }

  /// When.
  public let now: Micros
  /// Which machine it is: twins are two machines of one name.
  public let machine: Int
  /// Whether it is the second of twins.
  public let isSecondTwin: Bool
  /// If the machine has a twin: the machines of the other halves of twins.
  public let otherSide: NodeSet
  /// The replica's name.
  public let id: ReplicaID
  /// Where the machine's replica stands.
  public let epoch: Epoch
  /// Its view.
  public let view: View
  /// Whether it waits for that view to open.
  public let isChangingView: Bool
  /// Who leads that view.
  public let leader: ReplicaID
  /// Who is in office.
  public let members: Membership
  /// What it executed last.
  public let executed: SequenceNumber
  /// The decision that it executed last, while it is kept.
  public let lastDecision: Decision?
  /// The digest of the block that it executed last.
  public let lastBlock: Digest
  /// Its last stable checkpoint; nil is the genesis.
  public let stableCheckpoint: CheckpointCertificate?
  /// How long it gives a request at present.
  public let patience: Micros
  /// The machine that sent what has arrived.
  public internal(set) var sender: Int?
  /// The network's identity.
  public let chain: Digest
  /// What the replicas agreed on beforehand.
  public let parameters: Parameters
  /// How the machine judges claims; nil where there are none.
  let examiner: BlockExaminer?
  /// Whom it was told to lie to; nil if it wasn't.
  public internal(set) var victims: NodeSet?
  /// The adversary's own randomness.
  public var draw: Draw
  /// What the coalition knows together.
  public var coalition: Coalition
  /// What the adversary does.
  public internal(set) var acts: [Act] = []

  init(
    machine index: Int, replica: borrowing Replica, draw: Draw, homes: [[Int]], now: Micros,
    genesis: Genesis, examiner: BlockExaminer?, coalition: consuming Coalition
  ) {
    self.now = now
    self.machine = index
    isSecondTwin = index >= homes.count
    let isTwin = homes[Int(replica.id.rawValue)].count > 1
    let side = index >= homes.count ? 0 : 1
    otherSide = isTwin ? NodeSet(homes.compactMap { $0.count > 1 ? $0[side] : nil }) : []
    id = replica.id
    epoch = replica.epoch
    view = replica.view
    isChangingView = replica.phase == .changingView
    leader = replica.currentLeader
    members = replica.currentMembers
    executed = replica.executed
    lastDecision = replica.decision(at: replica.executed)
    lastBlock = replica.lastBlock
    stableCheckpoint = replica.stableCheckpoint
    patience = replica.patience
    chain = genesis.digest
    parameters = genesis.parameters
    self.examiner = examiner
    self.draw = draw
    // Moved, not copied: what it heard is long, and it hears something all the time.
    self.coalition = consume coalition
  }

  // MARK: What it sees

  /// Whether the machine's replica leads its view.
  public var isLeader: Bool { leader == id }
  /// All other members, in order.
  public var others: [ReplicaID] { members.members.map(\.id).filter { $0 != id } }

  /// The later half of the members that aren't of the coalition: whom two-faced adversaries show their second
  /// face, unless they are told whom. All of a coalition mean the same half.
  public var half: NodeSet {
    let correct = members.members.map(\.id).filter { coalition.signers[$0] == nil }
    return NodeSet(correct.suffix(correct.count / 2).map { Int($0.rawValue) })
  }

  // MARK: What it does

  /// Sends a message.
  public mutating func pass(
    _ message: Message, to audience: Audience = .all, after delay: Micros = 0
  ) {
    acts.append(.send(message, to: audience, after: delay))
  }

  /// Sends a request that it signed as a client.
  public mutating func ask(
    _ request: Request, of audience: Audience = .all, after delay: Micros = 0
  ) {
    acts.append(.ask(request, of: audience, after: delay))
  }

  /// Wants to be woken after a while.
  public mutating func wake(after delay: Micros) { acts.append(.wake(after: delay)) }

  /// Kills its machine, and starts it again after a while.
  public mutating func crash(for span: Micros) { acts.append(.crash(for: span)) }

  // MARK: What it signs

  /// Signs a statement in the name of one of the coalition, itself unless told whom; nil if it isn't one of them.
  public func sign(_ statement: Statement, as name: ReplicaID? = nil) -> SignedStatement? {
    let name = name ?? id
    return signer(of: name).map { statement.signed(by: name, with: $0, chain: chain) }
  }

  /// Seals a body in its own name.
  public func seal<Body>(
    _ kind: StatementKind, _ body: Body, epoch: Epoch? = nil, view: View = 0,
    sequence: SequenceNumber = 0
  ) -> Sealed<Body>? {
    signer(of: id).map {
      Sealed(
        kind, body, epoch: epoch ?? self.epoch, view: view, sequence: sequence, by: id, with: $0,
        chain: chain)
    }
  }

  /// A request that the adversary signs with its replica's key, as a client may have any key.
  public func request(_ number: UInt64, _ operations: [[UInt8]]) -> Request? {
    signer(of: id).map {
      Request(
        number: number,
        expiry: executed.advanced(by: parameters.sessionHorizon / 4),
        operations: operations, signer: $0, chain: chain)
    }
  }

  /// The key of one of the coalition that the members in office know, else the one it has had longest.
  func signer(of name: ReplicaID) -> Signer? {
    guard let signers = coalition.signers[name] else { return nil }
    let known = members.seat(of: name).map { members[$0].key }
    return signers.first { $0.publicKey == known } ?? signers.first
  }
}

/// Adversaries that act together: they share their keys and what they see.
public struct Coalition: Sendable {
  /// A block's place.
  public struct Place: Hashable, Sendable {
    /// The epoch it is proposed in.
    public let epoch: Epoch
    /// The view it is proposed in.
    public let view: View
    /// Its sequence.
    public internal(set) var sequence: SequenceNumber

    init(_ statement: Statement) {
      epoch = statement.epoch
      view = statement.view
      sequence = statement.sequence
    }
  }

  /// Their keys.
  public internal(set) var signers: [ReplicaID: [Signer]] = [:]
  /// What any of them sent or heard, the latest last.
  public private(set) var heard: [Message] = []
  /// The second blocks that they proposed, by place.
  public private(set) var secondBlocks: [Place: Sealed<Block>] = [:]

  /// How much they remember.
  static let memory = 1_024

  /// Remembers a second block; those that are far behind are forgotten.
  mutating func propose(_ block: Sealed<Block>, at place: Place) {
    if secondBlocks.count >= Self.memory {
      secondBlocks = secondBlocks.filter {
        place.sequence.distance(after: $0.key.sequence) < UInt64(Self.memory / 2)
      }
    }
    secondBlocks[place] = block
  }

  /// Remembers a message.
  public mutating func remember(_ message: Message) {
    if heard.count >= 2 * Self.memory { heard.removeFirst(Self.memory) }
    heard.append(message)
  }
}
