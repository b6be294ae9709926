import Witan
import WitanCrypto
import WitanProofs

/// Something that happened in a simulation, as somebody sees it who stands outside and sees everything.
public struct Happening: Sendable {
  /// What happened. What is large is kept in a box: several look at it, one after the other.
  public enum Event: Sendable {
    /// A message left a machine, to one replica or to all others.
    case sent(Message, to: ReplicaID?)
    /// A message reached a machine that was up.
    case delivered(Message, from: Int)
    /// A message to a machine was lost on its way.
    case lost(Message, from: Int)
    /// The application was asked about a block.
    indirect case validated(Block, Verdict)
    /// A decided block was given to the application.
    case executed(Execution)
    /// The application told its state at a checkpoint.
    indirect case reached(SequenceNumber, root: Digest)
    /// The application took the state of a checkpoint in place of its own.
    indirect case installed(CheckpointSummary)
    /// What a replica tells of itself.
    case report(Report)
    /// A machine has proof that a replica vouched for a block whose claims don't hold.
    case denounced(FalseVote)
    /// A machine was started, for the so-manieth time.
    case started(life: UInt32)
    /// A machine died.
    case died(Death)
    /// A machine couldn't be started.
    case unfit(Unfitness)
    /// A machine was halted, and goes on later as though nothing had been.
    case paused
    /// A machine goes on.
    case resumed
    /// A machine's application stands where its disk left it: at a checkpoint, or at the genesis.
    indirect case restored(SequenceNumber, root: Digest)
    /// A replica answered a client's request.
    indirect case replied(Reply)
    /// A client's user has it submit something, read something, or wait no longer.
    indirect case called(ClientSession.Input)
    /// A request was sent to replicas, by a client or by somebody that is none of them.
    case asked(Request)
    /// What a client asked has come to an end.
    indirect case finished(Cluster.Finished)
    /// Something that a plan says began, or ended.
    case planned(Int, begins: Bool)
  }

  /// Why a machine died.
  public enum Death: Equatable, Sendable {
    /// It was killed.
    case killed
    /// Its disk had no room for what it had to write.
    case diskFull
  }

  /// Why a machine can't be started.
  public enum Unfitness: Equatable, Sendable {
    /// Its journal is damaged: what it may have said is unknown.
    case journalDamaged
    /// Its disk lacks the state that its journal builds on.
    case stateLost(SequenceNumber)
  }

  /// When.
  public let time: Micros
  /// Which node: machines are counted first, then clients.
  public let node: Int
  /// What.
  public let event: Event
}

/// What of all that happens is told.
public struct Watch: OptionSet, Sendable {
  /// The bits.
  public let rawValue: UInt8

  /// These bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// What replicas tell of themselves, and what befalls machines.
  public static let reports = Watch(rawValue: 1)
  /// What crosses the seam to the application.
  public static let seam = Watch(rawValue: 2)
  /// What replicas send.
  public static let messages = Watch(rawValue: 4)
  /// What arrives, and what doesn't.
  public static let deliveries = Watch(rawValue: 8)
  /// What clients ask and get.
  public static let clients = Watch(rawValue: 16)
}
