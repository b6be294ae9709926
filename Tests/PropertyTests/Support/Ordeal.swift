import Synchronization
import Witan
import WitanCrypto
import WitanSimulation

/// A scenario that was gone through to its end, and all that the suites ask of it afterwards.
///
/// Properties that ask different things of the same cases share what happened: it is kept by scenario.
final class Ordeal: Sendable {
  /// What must not have happened and did.
  let violations: [Violation]
  /// Whether all was decided, and all that was asked executed in the end.
  let isLive: Bool
  /// Why nothing more could be demanded.
  let excuse: Excuse?
  /// How many blocks every correct machine that serves executed.
  let decided: SequenceNumber
  /// The blocks that a quorum executed, in order.
  let blocks: [Run.DecidedBlock]
  /// Every view that was given up, and its leader.
  let suspicions: [(leader: ReplicaID, asks: View)]
  /// Every view that was entered, and its leader.
  let entered: [(view: View, leader: ReplicaID)]
  /// The proofs that correct replicas hold.
  let proofs: [Evidence]
  /// What those that lie did.
  let culprits: [Run.Culprit]
  /// The last executed sequence and the root of the state of each correct machine that is up, in the end.
  let ends: [(executed: SequenceNumber, root: Digest)]
  /// How many blocks an application found invalid.
  let refusals: Int

  init(_ scenario: Scenario) throws {
    var run = try Run(scenario)
    var blocks: [Run.DecidedBlock] = []
    var suspicions: [(ReplicaID, View)] = []
    var entered: [(View, ReplicaID)] = []
    var refusals = 0
    let outcome = run.complete(
      scenario, onDecision: { blocks.append($0) },
      onHappenings: { happenings in
        for happening in happenings {
          switch happening.event {
          case .report(.suspected(let leader, let view, _)): suspicions.append((leader, view))
          case .report(.enteredView(_, let view, let leader)): entered.append((view, leader))
          case .validated(_, .invalid): refusals += 1
          default: break
          }
        }
      })
    violations = run.violations
    (isLive, excuse, decided) = (outcome.isLive, outcome.excuse, run.decided)
    (self.blocks, self.suspicions, self.entered) = (blocks, suspicions, entered)
    (proofs, culprits, self.refusals) = (run.proofs, run.culprits, refusals)
    let roots = run.cluster.stateRoots
    let vantage = run.oracle.vantage
    ends = zip(run.cluster.replicas.indices, run.cluster.liveness).compactMap { machine, isUp in
      guard isUp, vantage.isCorrect(machine) else { return nil }
      return (run.cluster.replica(at: machine).executed, roots[machine])
    }
  }

  private static let known = Mutex<[Scenario: Ordeal]>([:])

  /// What became of a scenario.
  static func of(_ scenario: Scenario) throws -> Ordeal {
    if let ordeal = known.withLock({ $0[scenario] }) { return ordeal }
    let ordeal = try Ordeal(scenario)
    known.withLock { $0[scenario] = ordeal }
    return ordeal
  }

  /// The steps of correct machines in a scenario that the rules don't allow.
  static func breaches(in scenario: Scenario) throws -> [RuleBook.Breach] {
    var run = try Run(scenario, isChecked: false)
    var book = RuleBook(Vantage(of: run.cluster))
    run.cluster.watch.formUnion(RuleBook.watch)
    run.run(until: scenario.limit) { _ in
    } onHappenings: { happenings in
      for happening in happenings { book.observe(happening) }
    }
    return book.breaches
  }

  /// What of these kinds must not have happened and did.
  func violations(_ kinds: Set<Violation.Kind>) -> [String] {
    violations.filter { kinds.contains($0.kind) }.map(\.description)
  }
}
