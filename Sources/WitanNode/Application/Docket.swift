import Glibc
import Synchronization
import Witan
import WitanProofs

/// The court of an application that must not wait: it rules by what a pool has ruled already, and notes the claims of which
/// it knows nothing, so that they can be judged and the question asked again.
public final class Docket: Adjudicator {
  /// Who judges.
  public let pool: ProofPool
  private let session = Mutex(Session())

  /// A question that is being answered.
  private struct Session {
    /// Whose question it is: what others ask meanwhile isn't part of it.
    var thread: pthread_t?
    /// What was ruled for the sake of this very question, and isn't remembered beyond it.
    var rulings: [Claim: Ruling] = [:]
    /// What is said of a claim that isn't known.
    var unknown = Docket.unknown
    /// The claims that aren't known.
    var missing: [Claim] = []
  }

  private static let unknown = Ruling(.rejected(.unavailable("it isn't judged yet")))

  /// A docket over a pool.
  public init(_ pool: ProofPool) { self.pool = pool }

  /// The version of the solver that the pool rules by.
  public var solver: String { pool.solver }

  /// A ruling on each claim, in order, at once. A claim that isn't known is rejected as not to be had here: every replica
  /// may find otherwise, so that it is nobody's fault.
  public func rulings(on claims: [Claim]) -> [Ruling] {
    let known = pool.knownRulings(on: claims)
    return session.withLock { session in
      zip(claims, known).map { claim, ruling in
        guard session.thread == pthread_self() else { return ruling ?? Self.unknown }
        if let ruling = session.rulings[claim] ?? ruling { return ruling }
        session.missing.append(claim)
        return session.unknown
      }
    }
  }

  /// Has a question answered that asks for rulings; says which claims it asked for that aren't known. Their rulings can be
  /// taken for good meanwhile, so that a question that goes on only while all is well asks for all that it needs at once:
  /// an answer is worth something only if nothing was missing.
  func answer<Answer>(
    knowing rulings: [Claim: Ruling], isHopeful: Bool, _ body: () -> Answer
  ) -> (answer: Answer, missing: [Claim]) {
    session.withLock {
      $0 = Session(
        thread: pthread_self(), rulings: rulings,
        unknown: isHopeful ? Ruling(.proved) : Self.unknown)
    }
    let answer = body()
    let missing = session.withLock { session in
      defer { session = Session() }
      return session.missing
    }
    return (answer, missing)
  }
}
