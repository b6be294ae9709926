import Testing
import Witan
import WitanCrypto
import WitanSimulation

/// The library of adversaries: what each promises it does, and as many as are tolerated change nothing that matters.
@Suite("Library of adversaries") struct LibraryTests {
  private static let names = Adversaries.all.map(\.name)

  /// Those that lead do so from the beginning; who lies in new views must get one.
  private static func first(_ name: String) -> Int { name == "new-view-lies" ? 1 : 0 }

  /// Only those who have neighbours can lie to them.
  private static func setStage(for name: String, _ configuration: inout Cluster.Configuration) {
    guard name == "false-neighbour" else { return }
    var gossip = Cluster.Gossip()
    // One of those that all know must be honest.
    gossip.bootstrap = 3
    configuration.topology = .gossip(gossip)
  }

  /// What each does must show: in what left its machine, what didn't, or what became of it.
  private static func keepsItsPromise(_ name: String, _ deeds: Deeds) -> Bool {
    switch name {
    case "silent", "withheld-votes", "selective-sends", "hoarder", "twins": deeds.withheld > 0
    case "crash-repeat": deeds.crashes > 0
    case "slow-leader": deeds.delayed > 0
    case "censoring-leader", "wrong-verdicts": deeds.misjudged > 0
    default: deeds.told > 0
    }
  }

  private static func check(_ ordeal: inout Ordeal, _ what: String) {
    ordeal.runAll()
    let isSettled = ordeal.settle()
    #expect(isSettled, "\(what): \(ordeal.summary)")
    #expect(ordeal.forks.isEmpty, "\(what)")
    #expect(ordeal.isAnyoneGuilty, "\(what) did nothing")
    for casting in ordeal.cluster.configuration.castings where casting.machines.count == 1 {
      let deeds = casting.machines.map { ordeal.cluster.deeds(of: $0) }
      #expect(
        deeds.allSatisfy { keepsItsPromise(casting.adversary, $0) },
        "\(casting.adversary): \(deeds)")
    }
    let corrupted = ordeal.cluster.corrupted
    let names = Set(corrupted.map { ordeal.cluster.replica(at: $0).id })
    let convicted = Set(ordeal.evidence.map(\.culprit)).union(ordeal.liars)
    #expect(convicted.isSubset(of: names), "\(what): \(convicted) aren't all of \(names)")
    for proof in ordeal.evidence {
      #expect(throws: Never.self) {
        try proof.verify(
          ordeal.cluster.genesis,
          scheme: .simulated(SimulatedAuthority(seed: ordeal.cluster.configuration.seed)))
      }
    }
  }

  @Test(arguments: names) func oneOfFourIsTolerated(name: String) throws {
    let casting = Casting(name, machines: [Self.first(name)])
    var ordeal = try Ordeal([casting]) { Self.setStage(for: name, &$0) }
    Self.check(&ordeal, name)
  }

  @Test(arguments: names) func twoOfSevenAreTolerated(name: String) throws {
    let first = Self.first(name)
    let casting = Casting(name, machines: [first, first + 1])
    var ordeal = try Ordeal(replicas: 7, [casting], seed: 2) { Self.setStage(for: name, &$0) }
    Self.check(&ordeal, name)
  }

  @Test(arguments: [
    ("equivocating-leader", "double-voter"), ("silent", "new-view-lies"),
    ("equivocating-leader", "hoarder"), ("invalid-blocks", "wrong-verdicts"),
    ("mutations", "forged-certificates"), ("state-lies", "checkpoint-lies"),
  ])
  func aPairOfSevenIsTolerated(first: String, second: String) throws {
    var ordeal = try Ordeal(
      replicas: 7, [Casting(first, machines: [0]), Casting(second, machines: [1])], seed: 3)
    Self.check(&ordeal, "\(first) and \(second)")
  }

  @Test func everyNameIsOneOfItsOwnAndEverySentenceIsOne() {
    #expect(Set(Self.names).count == Self.names.count)
    for role in Adversaries.all {
      #expect(role.sentence.hasSuffix("."))
      #expect(role.name.allSatisfy { $0.isLowercase || $0 == "-" })
      #expect(Adversaries.named(role.name)?.sentence == role.sentence)
    }
    #expect(Adversaries.named("nobody") == nil)
  }

  @Test func theSameSeedGivesTheSameLies() throws {
    func digest(seed: UInt64) throws -> Digest {
      let castings = [
        Casting("mutations", machines: [0]), Casting("stale-replays", machines: [1]),
      ]
      var ordeal = try Ordeal(replicas: 7, castings, seed: seed) { $0.keepsAccount = true }
      ordeal.runAll()
      return ordeal.cluster.account.digest
    }
    #expect(try digest(seed: 5) == digest(seed: 5))
    #expect(try digest(seed: 5) != digest(seed: 6))
  }
}
