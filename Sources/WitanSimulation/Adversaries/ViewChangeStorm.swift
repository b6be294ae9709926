import Witan

/// Asks for view after view, near and far, and shows nothing of what it is bound to.
struct ViewChangeStorm: Adversary {
  private static let period: Micros = .milliseconds(50)

  mutating func begin(_ scene: inout Scene) { scene.wake(after: Self.period) }

  mutating func wake(_ scene: inout Scene) {
    let view: View =
      switch scene.draw.integer(in: 0...7) {
      case 0: View(.max)
      case 1: scene.view.advanced(by: scene.draw.next() >> 1)
      case let step: scene.view.advanced(by: UInt64(step - 1))
      }
    let stable = scene.stableCheckpoint
    let body = ViewChangeBody(stable: stable, locks: [])
    if let viewChange = scene.seal(
      .viewChange, body, view: view, sequence: stable?.sequence ?? 0)
    {
      scene.pass(.viewChange(viewChange))
    }
    scene.wake(after: Self.period)
  }
}
