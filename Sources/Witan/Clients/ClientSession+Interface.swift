import WitanCrypto

extension ClientSession {
  /// What a client may choose for itself: nobody else depends on it.
  public struct Options: Sendable {
    /// The most bundles that wait for their turn.
    public var waitingLimit = 1_024
    /// The most bytes of operations that wait for their turn.
    public var waitingByteLimit = 8 << 20
    /// The most reads under way, and the most that wait to be ordered.
    public var readLimit = 64
    /// How long to wait for an answer while it isn't known how long answers take.
    public var patience: Micros = .seconds(1)
    /// The shortest wait, however fast answers come.
    public var patienceFloor: Micros = .milliseconds(50)
    /// The longest wait between two repetitions.
    public var patienceCeiling: Micros = .seconds(30)
    /// After so long without an answer, the network is asked where it stands before anything is signed: a
    /// request signed for a past that nobody remembers could only come to nothing.
    public var soundingInterval: Micros = .seconds(5)
    /// How often all members are asked for a certified read before it is given up.
    public var readRounds: UInt64 = 3

    /// The defaults.
    public init() {}
  }

  /// Everything that can happen to a client. Tags are the caller's own names for what it asked.
  public enum Input: Sendable {
    /// Have a bundle of operations executed, as one and at most once.
    case submit(tag: UInt64, operations: [[UInt8]])
    /// Ask something of the state.
    case read(tag: UInt64, question: [UInt8], Read)
    /// Wait no longer for what has this tag.
    case abandon(tag: UInt64)
    /// A replica's reply to a request, as it came.
    case reply(Reply)
    /// A replica's answer to a query, as it came.
    case answer(Answer)
    /// A timer that was set has fired.
    case timer(Timer)
  }

  /// How a question is to be answered.
  public enum Read: Sendable {
    /// Linearisable: from the executed state, by a quorum alike, in one round trip. When they don't agree in
    /// time, `operation` is submitted as a request in its place: it must ask the same.
    case fast(operation: [UInt8], Agreement = .sameState)
    /// Linearisable: as a request, in its place in the order.
    case ordered(operation: [UInt8])
    /// As of a certified state after `since`, or after any later sequence: one replica's answer with a proof. It may
    /// be an older state than the latest, but none older than the session was shown before.
    case certified(since: SequenceNumber)
  }

  /// When answers from executed state are alike.
  public enum Agreement: Hashable, Sendable {
    /// The same answer after the same sequence.
    case sameState
    /// The same answer. Linearisable only if an answer names a version of all it tells of, which changes
    /// whenever that does: values may come back (A, B, A), and then the same answer isn't the same state.
    case sameAnswer
  }

  /// What a client wants done, in order.
  public enum Effect: Sendable {
    /// Send the request to every member of the session's epoch.
    case broadcast(Request)
    /// Send the query to every member of the session's epoch.
    case askAll(Query)
    /// Send the query to one replica.
    case ask(Query, ReplicaID)
    /// Fire the timer after a span; replaces an earlier setting for the same purpose.
    case setTimer(Timer, after: Micros)
    /// Forget the timer for this purpose.
    case cancelTimer(Timer.Purpose)
    /// What came of what has this tag. Each tag ends in one of these.
    case finished(tag: UInt64, Completion)
    /// A correct replica turned the request away for now: the network is loaded. It is said again less often.
    case congested(Refusal)
    /// The request that was turned away got through.
    case relieved
    /// Others serve from now on: connect to them.
    case enteredEpoch(Epoch, Membership)
    /// A replica sent something that proves nothing. No answer depends on it.
    case report(ReplicaID, LightClient.Fault)
  }

  /// A timer's name. There is at most one for each purpose.
  public struct Timer: Hashable, Sendable {
    /// What a timer is for.
    public enum Purpose: Hashable, Sendable {
      /// The request, or the sounding before it, wasn't answered in time.
      case request
      /// The read of this number wasn't answered in time.
      case read(UInt64)
    }

    /// What it is for.
    public let purpose: Purpose
    /// Which setting of it this is; one that was set again or cancelled since means nothing.
    public let generation: UInt64
  }

  /// What came of a bundle or a read.
  public enum Completion: Hashable, Sendable {
    /// The bundle ran, once, at this sequence, and a quorum told the same result.
    case executed([UInt8], at: SequenceNumber)
    /// The bundle ran, once, at this sequence; its result is longer than the network lets replies be.
    case executedSilently(at: SequenceNumber)
    /// A quorum's applications don't want the bundle. A faulty leader may still have it run until it expires.
    case declined
    /// Another session with the same key used a higher number: the bundle won't run, if it didn't before.
    case superseded
    /// Whether the bundle ran can't be known any more: it was void before a quorum could be heard, and what
    /// ran then is forgotten. Or it was abandoned.
    case unknown
    /// The answer to a read, as of the state after this sequence.
    case answered([UInt8], at: SequenceNumber)
    /// Nobody answered the read, or all refused.
    case unanswered(Refusal?)
    /// Nothing was sent.
    case notTaken(Objection)
  }

  /// Why the session itself doesn't take something.
  public enum Objection: Hashable, Sendable, CustomStringConvertible {
    /// As much waits as may: go on when something has finished.
    case queueFull
    /// No operations, or an empty one.
    case empty
    /// More than the network takes in a request or query.
    case tooLarge
    /// It was abandoned before it was sent.
    case abandoned
    /// All of the session's numbers are used up.
    case exhausted

    /// What is wrong and what would be right, for people.
    public var description: String {
      switch self {
      case .queueFull: "too much waits already; go on when something has finished"
      case .empty: "there is nothing to do; give at least one operation, none of them empty"
      case .tooLarge: "it exceeds the network's limits; cut it into several"
      case .abandoned: "it was abandoned before it was sent"
      case .exhausted: "all numbers are used up; go on with another key"
      }
    }
  }
}
