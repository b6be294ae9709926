import Witan
import WitanCrypto
import WitanDraw
import WitanProofs

/// One simulated machine: the shipped replica, its application, its disk and its clock.
struct Machine: Sendable {
  /// What a machine does at the moment.
  enum State: Equatable, Sendable {
    case running
    /// It does nothing, and what arrives waits for it.
    case paused
    /// It is off, or was never started. What arrives is lost.
    case down
  }

  /// What must wait until the records before it are on the platter.
  struct Outgoing: Sendable {
    enum Content: Sendable {
      /// For a replica, or for all others.
      case message(Message, to: ReplicaID?)
      /// For a client: a result that was told mustn't be lost with the votes that it rests on.
      case client(Parcel.Content, Int)
    }

    let content: Content
    /// How many records must be synced first.
    var records: Int
  }

  let id: ReplicaID
  let signer: Signer
  var replica: Replica
  var host: StateMachineHost<ReplicatedApplication>
  /// The application in its first state, with which a machine begins that has none on its disk.
  let blank: ReplicatedApplication
  var disk = Disk()
  var clock = LocalClock()
  var state = State.running
  /// How often it was started; what was meant for an earlier life means nothing.
  var life: UInt32 = 0
  /// How many effects it does before it dies; nil when it lives on.
  var effectsLeft: Int?
  /// What waits for the disk.
  var outbox: [Outgoing] = []
  /// What happened while it was paused.
  var missed: [UInt64] = []
  /// The timers that run, by kind.
  var timers = [Timer?](repeating: nil, count: Timer.Kind.allCases.count)
  /// What it knows of votes for blocks with claims; nil where there are none.
  var voteWatch: VoteWatch?
  /// What makes it lie.
  var adversary: (any Adversary)? {
    didSet { isHonest = adversary == nil }
  }
  /// Whether nothing does: it is asked with every delivery, and touches no heap.
  private(set) var isHonest = true
  /// What that did so far.
  var deeds = Deeds()
  /// Which others it lies with.
  var coalition = 0
  /// What its lies hang on.
  var malice: Draw
  /// What its own luck hangs on: what its disk loses.
  var luck: Draw

  var isUp: Bool { state != .down }

  init(
    id: ReplicaID, signer: Signer, genesis: Genesis, scheme: SignatureScheme,
    application: ReplicatedApplication, luck: Draw
  ) {
    self.id = id
    self.signer = signer
    replica = Replica(genesis: genesis, identity: id, signer: signer, scheme: scheme)
    host = StateMachineHost(application)
    blank = application
    voteWatch = application.ledger?.network?.examiner.map { _ in VoteWatch() }
    self.luck = luck.split("disk")
    malice = luck.split("malice")
  }

  /// Counts an effect down; false when the machine dies instead of doing it.
  @inline(__always)
  mutating func survivesEffect() -> Bool {
    guard let left = effectsLeft else { return isUp }
    guard left > 0 else { return false }
    effectsLeft = left - 1
    return true
  }

  /// Dies: what isn't on the platter is gone.
  mutating func die() {
    state = .down
    effectsLeft = nil
    disk.losePower(&luck)
    outbox.removeAll()
    missed.removeAll()
    if voteWatch != nil { voteWatch = VoteWatch() }
    timers = Array(repeating: nil, count: timers.count)
  }

  /// Has the application answer an effect; its states at checkpoints reach the disk before the answer does.
  mutating func answer(_ effect: Effect, clock now: Micros) -> Input? {
    let answer = host.answer(effect, clock: now)
    if case .execute(let execution) = effect, execution.isCheckpoint {
      save(at: execution.sequence)
    } else if case .installed(let sequence, succeeded: true) = answer {
      save(at: sequence)
    } else if case .releaseStates(let sequence) = effect {
      disk.releaseStates(before: sequence)
    }
    return answer
  }

  private mutating func save(at sequence: SequenceNumber) {
    guard let application = host.state(at: sequence) else { return }
    disk.save(application, at: sequence)
  }
}
