import Testing
import Witan
import WitanCrypto
import WitanLedger
import WitanSimulation

/// The ledger replicated by shipped replicas, under load and under the eyes of all checkers.
@Suite("A cluster that runs the ledger") struct LedgerClusterTests {
  private func run(
    _ blocks: UInt64 = 60, _ change: (inout Scenario) -> Void = { _ in }
  ) throws -> Run {
    var scenario = Scenario()
    scenario.application = .ledger
    scenario.clients = 3
    scenario.blocks = blocks
    scenario.checkpoint = 8
    scenario.window = 16
    scenario.limit = .seconds(300)
    change(&scenario)
    var run = try Run(scenario, keepsHistory: true)
    let outcome = run.complete(scenario)
    #expect(run.isSafe, "\(run.violations)")
    #expect(outcome.isLive)
    return run
  }

  @Test func allHaveTheSameStateAndEverythingInItWasIssued() throws {
    let run = try run()
    let ledger = try #require(run.bestLedger)
    #expect(try ledger.tree.audit().holdings == 0)
    let earned = try ledger.validators().map(\.earned)
    #expect(earned.allSatisfy { $0 > 0 })
    #expect(
      earned.reduce(UInt64(0)) { $0 + $1.units } == (try ledger.supply().rewarded.units))
    let supply = try ledger.supply()
    #expect(supply.rewarded <= ledger.economy.allowance(at: run.decided))
  }

  @Test func itsHistoryCanBeFollowedFromTheGenesis() throws {
    let run = try run()
    let (ledger, height, first, transitions) = try #require(run.ledgerHistory)
    var history = LedgerHistory(
      chain: run.cluster.genesis.digest, height: 0, root: first.root, economy: first.economy)
    for transition in transitions { try history.append(transition) }
    #expect(history.root == ledger.root)
    #expect(history.height == height)
    #expect(first.root == run.cluster.genesis.applicationRoot)
  }

  @Test func whoSignsTwiceIsSlashedByTheOthersAndNobodyElseIs() throws {
    let run = try run(100) { $0.adversaries = [Casting("double-voter", machines: [1])] }
    let validators = try #require(run.bestLedger).validators()
    #expect(validators[1].slashed > 0)
    #expect(validators[1].stake < .tokens(10_000))
    #expect([0, 2, 3].allSatisfy { validators[$0].slashed == 0 })
  }

  @Test func whoJudgesWronglyLosesStakeAndRewards() throws {
    let run = try run(100) { $0.adversaries = [Casting("wrong-verdicts", machines: [3])] }
    let validators = try #require(run.bestLedger).validators()
    #expect(validators[3].slashed > 0)
    #expect(validators[3].earned < validators[0].earned)
    #expect(validators[3].accuracy.permille < 950)
    #expect(validators[..<3].allSatisfy { $0.slashed == 0 && $0.accuracy.permille == 1_000 })
  }

  @Test func whoIsSilentEarnsNothingAndLosesNothing() throws {
    let run = try run(60) { $0.adversaries = [Casting("silent", machines: [3])] }
    let validator = try #require(try run.bestLedger?.validator(3))
    #expect(validator.slashed == 0)
    #expect(validator.earned == 0)
    #expect(validator.stake == .tokens(10_000))
  }

  @Test(arguments: [1, 2] as [UInt64]) func whoComesBackFetchesThePiecesThoughSomebodyLies(
    seed: UInt64
  ) throws {
    let run = try run(150) {
      $0.seed = seed
      $0.adversaries = [Casting("state-lies", machines: [1])]
      $0.faults = [
        Fault(.crash([3]), from: .milliseconds(300), until: .seconds(4))
      ]
    }
    let roots = Set(run.cluster.ledgers.map(\.root))
    #expect(run.cluster.replicas.map(\.executed).min() ?? 0 >= 150)
    #expect(roots.count <= 2, "only the last block may be under way")
  }

  @Test func votesFollowStakeFromTheNextEpochOn() throws {
    let run = try run(100) {
      $0.epoch = 16
      $0.replicas = 5
      $0.weights = [1, 1, 2, 2, 3]
      $0.adversaries = [Casting("wrong-verdicts", machines: [1])]
    }
    let ledger = try #require(run.bestLedger)
    let office = try #require(try ledger.office())
    #expect(office.epoch > 0)
    let liar = try #require(try ledger.validator(1))
    #expect(liar.slashed > 0)
    let power = office.seats.first { $0.id == 1 }?.power ?? 0
    #expect(power.rawValue < Amount.tokens(10_000).units)
    #expect(office.seats.first { $0.id == 4 }?.power.rawValue == Amount.tokens(30_000).units)
  }
}
