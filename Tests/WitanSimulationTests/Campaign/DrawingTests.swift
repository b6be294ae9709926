import Testing
import Witan
import WitanDraw

@testable import WitanSimulation

@Suite("Drawn scenarios") struct DrawingTests {
  private static func scenarios(_ count: UInt64, _ profile: Profile = .default) -> [Scenario] {
    (1...count).map { seed in
      var draw = Draw(seed: seed)
      return Scenario(drawing: &draw, profile: profile)
    }
  }

  @Test func theSimplestChoicesMakeFourReplicasToWhomNothingHappens() {
    var draw = Draw(replaying: [])
    #expect(Scenario(drawing: &draw) == Scenario())
  }

  /// A class of input that is never drawn hides what is wrong with it (F53): what is drawn is measured, and required.
  @Test func everythingThereIsIsDrawnOften() {
    let drawn = Self.scenarios(4_000)
    func share(_ matches: (Scenario) -> Bool) -> Double {
      Double(drawn.count(where: matches)) / Double(drawn.count)
    }
    for feature in Feature.allCases {
      let rare: [Feature: Double] = [.coalition: 0.03, .judgedClaims: 0.005]
      let least = rare[feature] ?? min(0.05, feature.usualShare / 2)
      #expect(share { $0.features.contains(feature) } > least, "\(feature)")
    }
    for role in Adversaries.all {
      #expect(share { $0.cast.contains(role.name) } > 0.01, "\(role.name)")
    }
    #expect(share { $0.replicas == 4 } > 0.4)
    #expect(Set(drawn.map(\.replicas)).isSuperset(of: 4...31))
    #expect(share { Set($0.weights).count > 2 } > 0.1)
    #expect(share { !$0.faults.isEmpty && !$0.adversaries.isEmpty } > 0.3)
    #expect(share { $0.faults.isEmpty && $0.adversaries.isEmpty } > 0.001)
    // Few have claims judged, fewer by Z3, and many of those that lie there lie about claims.
    let judged = drawn.filter { $0.judge != .none }
    #expect(judged.allSatisfy { $0.application == .ledger && $0.replicas <= 7 })
    #expect(judged.count < 80 && judged.contains { $0.judge == .real })
    let liars = judged.filter { !$0.cast.isEmpty }
    let aboutClaims = liars.filter {
      !Set($0.cast).isDisjoint(with: ["invalid-blocks", "wrong-verdicts"])
    }
    #expect(3 * aboutClaims.count > liars.count)
  }

  @Test(arguments: Profile.allCases) func whatIsDrawnCanBeWrittenAndRead(_ profile: Profile) throws
  {
    for scenario in Self.scenarios(200, profile) {
      #expect(try Scenario(parsing: scenario.description) == scenario)
      #expect(scenario.flaw == nil)
    }
  }

  @Test(arguments: Profile.allCases) func onlyTheCanaryHasMoreLiarsThanTheNetworkBears(
    _ profile: Profile
  ) {
    for scenario in Self.scenarios(300, profile) {
      #expect(scenario.isBearable == (profile != .canary), "\(scenario)")
    }
  }

  @Test(arguments: Profile.allCases) func aProfileDrawsWhatItSaysItDraws(_ profile: Profile) {
    var names: Set<String> = []
    for scenario in Self.scenarios(3_000, profile) {
      names.formUnion(scenario.features.map(\.rawValue))
      names.formUnion(scenario.cast)
    }
    for name in names where !profile.draws(name) { Issue.record("\(name) was drawn") }
    for feature in Feature.allCases where profile.share(of: feature) > 0.05 {
      #expect(names.contains(feature.rawValue), "\(feature)")
    }
    for name in profile.adversaries { #expect(names.contains(name), "\(name)") }
  }
}
