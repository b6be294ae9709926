import Witan
import WitanDraw

extension Sketch {
  /// What befalls the cluster, in the order of time.
  mutating func drawFaults(_ draw: inout Draw) {
    draw.beginSpan("faults")
    defer { draw.endSpan() }
    for feature in Feature.allCases where has(feature) {
      draw.span("fault") { draw in drawFault(feature, &draw) }
    }
    scenario.faults.sort { $0.begins < $1.begins }
  }

  private mutating func drawFault(_ feature: Feature, _ draw: inout Draw) {
    switch feature {
    case .death:
      for machine in mortal { add(.crash([machine]), from: moment(&draw), until: nil) }
    case .flip:
      // It shows when the machine starts, and from then on the machine stays down.
      for machine in damaged {
        let time = moment(&draw)
        add(.flip([machine]), from: time, until: nil)
        add(.crash([machine]), from: time + .milliseconds(1), until: end(of: time, &draw))
      }
    case .reconfiguration: drawMembers(&draw)
    case .clockStep:
      // Twice this and a drift stay within what clocks may differ by.
      let step: Int64 = draw.integer(in: 1...1_500) * 1_000
      add(
        .step(machines(&draw), micros: draw.chance(0.5) ? -step : step), from: moment(&draw),
        until: nil)
    case .partition, .cut, .clog, .swizzle, .slowLink, .crash, .crashBetweenEffects, .pause, .drift,
      .fullDisk, .slowDisk:
      for _ in 0..<draw.integer(in: 1...3) {
        let begins = moment(&draw)
        let ends = end(of: begins, &draw)
        if let effect = effect(feature, &draw) { add(effect, from: begins, until: ends) }
      }
    default: break
    }
  }

  private func effect(_ feature: Feature, _ draw: inout Draw) -> Fault.Effect? {
    switch feature {
    case .partition: return .partition(groups(&draw))
    case .cut:
      let (from, to) = link(&draw)
      return .cut(from: from, to: to)
    case .clog:
      let (from, to) = link(&draw)
      return .clog(from: from, to: to)
    case .swizzle: return .swizzle(machines(&draw))
    case .slowLink:
      let (from, to) = link(&draw)
      var change = Fault.LinkChange()
      if draw.chance(0.5) {
        change.loss = Double(draw.integer(in: 1...9)) / 10
      } else {
        change.latency = .fixed(draw.integer(in: 1...20) * 50_000)
      }
      return .link(from: from, to: to, change)
    case .crash: return .crash(machines(&draw))
    case .crashBetweenEffects:
      return .crash(machines(&draw), afterEffects: draw.integer(in: 0...40))
    case .pause: return .pause(machines(&draw))
    case .drift:
      let drift: Int64 = draw.integer(in: 1...500) * 100
      return .drift(machines(&draw), millionths: draw.chance(0.5) ? -drift : drift)
    case .fullDisk: return .fullDisk(machines(&draw))
    case .slowDisk: return .slowDisk(machines(&draw), .milliseconds(draw.integer(in: 1...100)))
    default: return nil
    }
  }

  private mutating func add(_ effect: Fault.Effect, from begins: Micros, until ends: Micros?) {
    scenario.faults.append(Fault(effect, from: begins, until: ends))
  }

  // MARK: When

  /// How long the decisions take if nothing goes wrong, within limits: while that lasts, faults begin.
  private var horizon: UInt64 {
    let delay = scenario.quality.latency.sample(1 << 63) + scenario.sync.rawValue
    return min(5_000, max(200, scenario.blocks * delay * 5 / 1_000))
  }

  private func moment(_ draw: inout Draw) -> Micros {
    .milliseconds(draw.integer(in: 0...horizon))
  }

  /// Short and long spans are as likely.
  private func end(of begins: Micros, _ draw: inout Draw) -> Micros {
    let most: UInt64 = [1_000, 10, 100, 4_000][draw.integer(in: 0...3)]
    return begins + .milliseconds(2 + draw.integer(in: 0...most))
  }

  // MARK: Where

  private var everywhere: [Int] { Array(0..<scenario.machines) }

  /// Some machines: often a few, and when leaders are to fail, those that lead first.
  private func machines(_ draw: inout Draw) -> NodeSet {
    if profile == .viewchange { return [draw.integer(in: 0...3)] }
    guard draw.chance(0.5) else { return [draw.integer(in: 0...scenario.machines - 1)] }
    return some(of: everywhere, &draw)
  }

  private func link(_ draw: inout Draw) -> (from: NodeSet, to: NodeSet) {
    let from = machines(&draw)
    let rest = everywhere.filter { !from.contains($0) }
    return (from, rest.isEmpty ? [0] : some(of: rest, &draw))
  }

  private func groups(_ draw: inout Draw) -> [NodeSet] {
    let count = draw.chance(0.2) ? 3 : 2
    var groups = [NodeSet](repeating: [], count: count)
    for machine in everywhere { groups[draw.integer(in: 0...count - 1)].insert(machine) }
    return groups.filter { !$0.isEmpty }
  }

  // MARK: Members

  /// Other members: some leave, some of the reserve come, and those that can't be counted on weigh no more than the
  /// new members bear.
  private mutating func drawMembers(_ draw: inout Draw) {
    for _ in 0..<draw.integer(in: 1...2) {
      var members = Array(0..<scenario.replicas)
      for _ in 0..<draw.integer(in: 0...max(1, scenario.replicas / 4)) {
        members.remove(at: draw.integer(in: 0...members.count - 1))
      }
      members += (scenario.replicas..<scenario.replicas + scenario.reserve)
      func burden() -> UInt64 {
        members.filter(troubled.contains).reduce(0) { $0 + weight(of: $1) }
      }
      while burden() > bound(among: members), let last = members.last(where: troubled.contains) {
        members.removeAll { $0 == last }
      }
      let seats = members.map { Fault.Effect.Seat($0, weight: weight(of: $0)) }
      add(.reconfigure(seats), from: moment(&draw), until: nil)
    }
  }
}
