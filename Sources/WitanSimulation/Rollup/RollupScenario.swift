import Witan
import WitanDraw

/// A network of validators that roll up, as it is to be simulated.
public struct RollupScenario: Equatable, Sendable {
  /// A value for each profile of validators.
  public struct ByProfile<Value: Equatable & Sendable>: Equatable, Sendable {
    /// For those who do their duties.
    public var honest: Value
    /// For those who often don't.
    public var lazy: Value
    /// For those who mostly don't, or worse.
    public var byzantine: Value

    /// A value for each.
    public init(_ honest: Value, _ lazy: Value, _ byzantine: Value) {
      (self.honest, self.lazy, self.byzantine) = (honest, lazy, byzantine)
    }

    subscript(profile: ValidatorProfile) -> Value {
      switch profile {
      case .honest: honest
      case .lazy: lazy
      case .byzantine: byzantine
      }
    }

    /// The three of them.
    public var all: [Value] { [honest, lazy, byzantine] }
  }

  /// How proposers are found.
  public enum Selecting: String, CaseIterable, Sendable {
    /// In turns.
    case shuffle
    /// By a lottery for each slot.
    case fernet
  }

  /// What L1 is.
  public enum L1: String, CaseIterable, Sendable {
    /// A model of one.
    case modelled
    /// A cluster of four of Witan's replicas.
    case replicated
  }

  /// What becomes of an epoch that is over.
  public enum Proving: String, CaseIterable, Sendable {
    /// A proof block is made of it, whose claims Z3 judges.
    case on
    /// A proof block is made of it, whose claims are taken for proved where the sums are right.
    case modelled
    /// Nothing.
    case off
  }

  /// What validators have at stake.
  public enum Stakes: String, CaseIterable, Sendable {
    /// All the same; committees are drawn without regard to it.
    case equal
    /// One to ten times the minimum; who has more is drawn more often.
    case spread
  }

  /// A time in which some validators and the others don't hear each other. Both hear L1.
  public struct Partition: Equatable, Sendable {
    /// It begins with the first slot that begins then or later.
    public var from: Micros
    /// It is over with the first slot that begins then or later.
    public var until: Micros
    /// Which share of the validators is on the one side.
    public var share: Double

    /// A partition.
    public init(from: Micros, until: Micros, share: Double) {
      (self.from, self.until, self.share) = (from, until, share)
    }
  }

  /// What every random choice comes from.
  public var seed: UInt64 = 1
  /// How many validators there are.
  public var validators = 100
  /// How many provers there are.
  public var provers = 1
  /// How many users send transactions.
  public var users = 4
  /// How many epochs are simulated.
  public var epochs: UInt64 = 10
  /// How many slots an epoch has.
  public var slotsPerEpoch: UInt64 = 4
  /// How long a slot lasts.
  public var slot: Micros = .seconds(12)
  /// How many members a committee has.
  public var committee = 48
  /// How proposers are found.
  public var selection = Selecting.shuffle
  /// What validators have at stake.
  public var stakes = Stakes.equal
  /// How many may take over from a leader that fails, where there is a lottery.
  public var uncles = 1

  /// Which share of the validators is of which profile.
  public var shares = ByProfile(0.85, 0.10, 0.05)
  /// How likely one can't be dialled.
  public var nat = ByProfile(0.05, 0.40, 0.60)
  /// How likely one proposes when it may.
  public var proposing = ByProfile(0.99, 0.30, 0.10)
  /// How likely one attests when it may.
  public var attesting = ByProfile(0.98, 0.20, 0.05)
  /// How likely one goes down in a slot.
  public var downtime = ByProfile(0.001, 0.15, 0.25)
  /// How likely one that is down comes back in a slot.
  public var recovery = ByProfile(0.9, 0.3, 0.05)
  /// How long one takes to respond, 50 ms at least.
  public var response = ByProfile(
    Distribution.normal(mean: 500_000, deviation: 100_000),
    .normal(mean: 3_000_000, deviation: 1_500_000),
    .normal(mean: 15_000_000, deviation: 5_000_000))
  /// How long it takes to make an attestation, 100 ms at least.
  public var attestation = Distribution.normal(mean: 1_000_000, deviation: 500_000)

  /// The sizes of the mesh.
  public var mesh = Scenario.Mesh()
  /// How long a message takes over a link.
  public var latency = Distribution.normal(mean: 50_000, deviation: 20_000)
  /// The shortest that any link takes.
  public var latencyFloor: Micros = .milliseconds(50)
  /// How likely a message over a link is lost.
  public var loss = 0.001

  /// What L1 is.
  public var l1 = L1.modelled
  /// How often L1 has a block.
  public var l1Interval: Micros = .seconds(12)
  /// How long before a block of L1 a transaction is sent that is in it.
  public var l1Inclusion: Micros = .seconds(1)
  /// How many replicas of L1 are never there, where it is replicated.
  public var l1Offline = 0
  /// How many blocks of L1 make the one before them final.
  public var l1Finality = 64
  /// How likely a transaction isn't in the next block of L1, but in a later one.
  public var l1Missed = 0.0
  /// How likely a block of L1 takes others back.
  public var l1Reorganisation = 0.0

  /// Whether messages go by gossip; else everyone is sent everything directly.
  public var p2p = true
  /// Whether epochs are proved.
  public var proving = Proving.on
  /// Whether transactions pay fees.
  public var fees = true
  /// How many transactions the users send in a second; 0 for blocks of a hundred, wherever they come from.
  public var tps: UInt64 = 10
  /// How many times as many they send in one second of ten.
  public var burst: UInt64 = 1
  /// Which share of transactions is sent to the next proposer alone.
  public var privateShare = 0.0
  /// How long one transaction takes to execute.
  public var execution: Micros = .milliseconds(8)
  /// How long the effects of one transaction take to apply.
  public var application: Micros = .milliseconds(1)
  /// How long a prover takes for one transaction.
  public var proof = Distribution.normal(mean: 8_000_000, deviation: 1_000_000)
  /// How many transactions a prover proves at once.
  public var proverCapacity = 256

  /// How many sequencers are never there.
  public var offlineSequencers = 0
  /// How many provers are never there.
  public var offlineProvers = 0
  /// How many sequencers propose only blocks that are wrong.
  public var invalidBlocks = 0
  /// How many sequencers keep the effects of their blocks to themselves.
  public var withheldEffects = 0
  /// How many sequencers propose two blocks in a slot.
  public var equivocating = 0
  /// When which share of the validators doesn't hear the others.
  public var partitions: [Partition] = []

  /// The default cluster.
  public init() {}
}

/// How a validator does its duties.
public enum ValidatorProfile: UInt8, CaseIterable, Sendable {
  /// It does them.
  case honest = 0
  /// It often doesn't.
  case lazy = 1
  /// It mostly doesn't, or worse.
  case byzantine = 2
}

/// A cluster that is set up by one word.
public enum RollupCluster: String, CaseIterable, Sendable {
  /// A handful of honest validators on one machine.
  case local
  /// The network for engineers: all honest, and spread over a continent.
  case sprtn
  /// The network for developers: as many as there are, of whatever kind.
  case devnet

  /// What it is set up as.
  public var scenario: RollupScenario {
    var scenario = RollupScenario()
    switch self {
    case .local:
      scenario.validators = 4
      scenario.committee = 4
      scenario.users = 1
      scenario.shares = .init(1, 0, 0)
      scenario.latency = .fixed(1_000)
      scenario.latencyFloor = .milliseconds(1)
      scenario.loss = 0
    case .sprtn:
      scenario.validators = 48
      scenario.shares = .init(1, 0, 0)
      scenario.users = 2
    case .devnet:
      break
    }
    return scenario
  }
}
