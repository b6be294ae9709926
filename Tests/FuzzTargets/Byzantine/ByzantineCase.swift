import Witan
import WitanDraw
import WitanSimulation

extension FuzzTarget {
  static let byzantine = FuzzTarget(
    "Byzantine", "Whole clusters, whatever befalls them, under the eyes of all checkers.",
    drawing: ByzantineCase.self)
}

/// A scenario: the bytes are its configuration, its faults, its liars and its schedule.
struct ByzantineCase: DrawnCase {
  private let scenario: Scenario

  /// What liars beyond the bound do proves nothing, so that the canary isn't among them.
  private static let profiles = Profile.allCases.filter { $0 != .canary }

  init?(drawing draw: inout Draw) {
    let profile = draw.pick(Self.profiles) ?? .default
    var scenario = Scenario(drawing: &draw, profile: profile)
    // What can go wrong among thirty goes wrong among seven, in a fraction of the time.
    guard scenario.replicas + scenario.reserve <= 7 else { return nil }
    scenario.clients = min(scenario.clients, 3)
    scenario.blocks = draw.integer(in: 2...6)
    scenario.claims = min(scenario.claims, 2)
    self.scenario = scenario
  }

  /// The scenario as a file, to be run with `witan replay`.
  var description: String { scenario.description }

  func check(_ traces: inout Traces) throws(Finding) {
    let trial: Trial
    do {
      guard try Scenario(parsing: scenario.description) == scenario else {
        throw Finding("text", "the scenario's own text describes another")
      }
      trial = try Trial(of: scenario, watchesPostures: true)
    } catch let error as Finding {
      throw error
    } catch {
      throw Finding("scenario", "\(error)")
    }
    for posture in trial.postures { traces.note(posture) }
    if let violation = trial.verdict {
      throw Finding(violation.kind.rawValue, violation.description)
    }
  }
}
