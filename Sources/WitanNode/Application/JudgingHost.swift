import Synchronization
import Witan
import WitanCrypto
import WitanProofs

/// Answers a replica's effects for an application that judges claims, and never waits for the judge.
///
/// ```
///   .offer, .validate ─▶ answer ── all rulings known ─▶ the host's answer
///                          │ some aren't
///                          ▼
///                    set aside ─▶ ProofPool ─▶ wake ─▶ resume ─▶ the host's answer, to be given to the replica
///                                 (worker processes)
/// ```
///
/// What is set aside is answered when its claims are judged, and everything else meanwhile: votes, timers, and the execution of
/// decided blocks, which asks no judge. Blocks go before offers; offers go round their clients, so that nobody's flood
/// of claims keeps those of others waiting for more than one turn.
///
/// The application's court must be the same ``Docket``. Not for several threads at once: it is the replica's thread that
/// calls it, and `wake` that tells that thread to come back, from a thread of the pool's.
public struct JudgingHost<Machine: StateMachine>: Sendable {
  /// The application's host.
  public var host: StateMachineHost<Machine>
  private let docket: Docket
  private let desk: Desk
  private var asides: [UInt64: Aside] = [:]
  private var tickets: UInt64 = 0
  /// Offers that wait for their turn in the pool.
  private var offers = FairQueue()
  private var offered: [Digest: Aside] = [:]
  /// How many offers the pool has.
  private var busy = 0

  /// An effect whose answer has to wait.
  private struct Aside: Sendable {
    let effect: Effect
    /// What was ruled for its sake so far.
    var rulings: [Claim: Ruling] = [:]
    var missing: [Claim]

    /// The request that it offers, if it does.
    var request: Request? { if case .offer(let request) = effect { request } else { nil } }
  }

  /// Where the pool's threads put what they have.
  private final class Desk: Sendable {
    private let done = Mutex<[(ticket: UInt64, rulings: [Ruling])]>([])
    private let wake: @Sendable () -> Void

    init(_ wake: @escaping @Sendable () -> Void) { self.wake = wake }

    func put(_ rulings: [Ruling], for ticket: UInt64) {
      done.withLock { $0.append((ticket, rulings)) }
      wake()
    }

    func clear() -> [(ticket: UInt64, rulings: [Ruling])] {
      done.withLock { done in
        defer { done = [] }
        return done
      }
    }
  }

  /// Answers for a host whose application asks this docket. `wake` is called whenever ``resume(clock:)`` has something to
  /// do.
  public init(
    _ host: StateMachineHost<Machine>, docket: Docket, wake: @escaping @Sendable () -> Void
  ) {
    self.host = host
    self.docket = docket
    desk = Desk(wake)
  }

  /// How many effects wait for a judge.
  public var waiting: Int { asides.count + offered.count }

  /// The answer to an effect; nil when it asks nothing of the application, or when the answer has to wait.
  public mutating func answer(_ effect: Effect, clock: Micros) -> Input? {
    switch effect {
    case .offer, .validate: return attempt(Aside(effect: effect, missing: []), clock: clock)
    case .withdraw(let digests):
      // An offer that is answered after that would never be withdrawn again.
      offers.remove(digests)
      for digest in digests { offered[digest] = nil }
      let gone = Set(digests)
      for (ticket, aside) in asides {
        if let request = aside.request, gone.contains(request.digest) {
          asides[ticket]?.missing = []
        }
      }
      return host.answer(effect, clock: clock)
    default: return host.answer(effect, clock: clock)
    }
  }

  /// The answers that had to wait and needn't any longer.
  public mutating func resume(clock: Micros) -> [Input] {
    var inputs: [Input] = []
    for (ticket, rulings) in desk.clear() {
      guard var aside = asides.removeValue(forKey: ticket) else { continue }
      if aside.request != nil { busy -= 1 }
      // Withdrawn meanwhile.
      guard !aside.missing.isEmpty else { continue }
      for (claim, ruling) in zip(aside.missing, rulings) { aside.rulings[claim] = ruling }
      if let input = attempt(aside, clock: clock) { inputs.append(input) }
    }
    sendOffers()
    return inputs
  }

  /// Has the host answer. Where a ruling was missing nothing has changed: a claim that isn't known gets nobody admitted.
  private mutating func attempt(_ aside: Aside, clock: Micros) -> Input? {
    let isOffer = aside.request != nil
    let (answer, missing) = docket.answer(knowing: aside.rulings, isHopeful: !isOffer) {
      host.answer(aside.effect, clock: clock)
    }
    guard !missing.isEmpty else { return answer }
    var aside = aside
    aside.missing = Array(Set(missing))
    if let request = aside.request {
      offered[request.digest] = aside
      offers.append(request)
      sendOffers()
    } else {
      send(aside, isUrgent: true)
    }
    return nil
  }

  private mutating func sendOffers() {
    while busy < docket.pool.width, let digest = offers.next(count: 1, bytes: .max).first {
      offers.remove([digest])
      guard let aside = offered.removeValue(forKey: digest) else { continue }
      busy += 1
      send(aside, isUrgent: false)
    }
  }

  private mutating func send(_ aside: Aside, isUrgent: Bool) {
    tickets += 1
    asides[tickets] = aside
    docket.pool.judge(aside.missing, isUrgent: isUrgent) { [desk, tickets] rulings in
      desk.put(rulings, for: tickets)
    }
  }
}
