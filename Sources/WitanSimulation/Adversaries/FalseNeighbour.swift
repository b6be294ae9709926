import Witan
import WitanDraw

/// Says what its replica says, and lies as a neighbour.
struct FalseNeighbour: Adversary {
  var mischief: Trigger? { .always }
}

/// How a node lies as a neighbour.
struct Mischief: Sendable {
  private let trigger: Trigger
  private var draw: Draw
  /// How often it lied.
  private(set) var lies: UInt64 = 0

  init(_ trigger: Trigger, draw: Draw) {
    self.trigger = trigger
    self.draw = draw.split("mischief")
  }

  /// A word from which the lie follows, or nil when it is honest this time.
  mutating func strike(at now: Micros) -> UInt64? {
    guard now >= trigger.from, trigger.until.map({ now < $0 }) ?? true,
      draw.chance(trigger.chance)
    else { return nil }
    lies += 1
    return draw.next()
  }
}
