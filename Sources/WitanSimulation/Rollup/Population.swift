import Witan
import WitanDraw

/// The validators: what they are like, and who is there.
struct Population: Sendable {
  let profiles: [ValidatorProfile]
  let isPrivate: [Bool]
  /// Who is never there.
  let isAbsent: [Bool]
  /// Whose blocks are wrong.
  let isWrong: [Bool]
  /// Who keeps effects to itself.
  let isSecretive: [Bool]
  /// Who proposes two blocks in a slot.
  let isEquivocal: [Bool]
  private(set) var isOnline: [Bool]
  private let down: [UInt64]
  private let up: [UInt64]
  private let dice: Dice

  init(_ scenario: RollupScenario, draw: Draw) {
    let count = scenario.validators
    let honest = Int(Double(count) * scenario.shares.honest + 1e-9)
    let lazy = min(count - honest, Int(Double(count) * scenario.shares.lazy + 1e-9))
    profiles = (0..<count).map { $0 < honest ? .honest : $0 < honest + lazy ? .lazy : .byzantine }
    var nat = draw.split("nat")
    isPrivate = profiles.map { nat.chance(scenario.nat[$0]) }
    // Faults are given to those who would do their duties: it is they who are missed.
    var order = draw.split("faults").shuffledCopy(of: Array(0..<honest))
    order += Array(honest..<count)
    func chosen(_ range: Range<Int>) -> [Bool] {
      var flags = [Bool](repeating: false, count: count)
      for node in order[range] { flags[node] = true }
      return flags
    }
    let (absent, wrong) = (scenario.offlineSequencers, scenario.invalidBlocks)
    isAbsent = chosen(0..<absent)
    isWrong = chosen(absent..<absent + wrong)
    let secretive = absent + wrong + scenario.withheldEffects
    isSecretive = chosen(absent + wrong..<secretive)
    isEquivocal = chosen(secretive..<secretive + scenario.equivocating)
    isOnline = isAbsent.map { !$0 }
    down = ValidatorProfile.allCases.map { UInt64(share: scenario.downtime[$0]) }
    up = ValidatorProfile.allCases.map { UInt64(share: scenario.recovery[$0]) }
    dice = Dice(draw.split("churn"))
  }

  /// Some go and some come back, as a slot begins; `changed` is told of each.
  mutating func churn(in slot: UInt64, changed: (_ node: Int, _ isOnline: Bool) -> Void) {
    let dice = dice.narrowed(to: slot)
    for node in isOnline.indices where !isAbsent[node] {
      let profile = Int(profiles[node].rawValue)
      let bound = isOnline[node] ? down[profile] : up[profile]
      guard dice.word(UInt64(node)) < bound else { continue }
      isOnline[node].toggle()
      changed(node, isOnline[node])
    }
  }
}

extension Draw {
  /// The elements in some order, drawn from a copy of the stream.
  fileprivate func shuffledCopy<Element>(of elements: [Element]) -> [Element] {
    var draw = self
    return draw.shuffled(elements)
  }
}
