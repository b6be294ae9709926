import Witan
import WitanDraw

/// Ways to make a scenario simpler. Each gives candidates, the boldest first; none is ever less simple than what it was
/// made of, so that there is an end.
extension ScenarioShrinker {
  static var simplifications: [(Scenario) -> [Scenario]] {
    [
      defaults, withoutMachine, mergedCastings, plainCastings, smallerSets, roundTimes,
      shorterSpans, plainLatency, smallerNumbers,
    ]
  }

  /// Settings as they are when nothing is said: those that depend on each other together, then one by one.
  private static func defaults(_ scenario: Scenario) -> [Scenario] {
    let together: [[String]] = [
      ["checkpoint", "window", "epoch"], ["gst", "bound"], ["epoch", "reserve"],
    ]
    let single = ScenarioSetting.all.map { [$0.name] }
    return (together + single).map { names in
      var candidate = scenario
      for setting in ScenarioSetting.all where names.contains(setting.name) {
        setting.reset(&candidate)
      }
      if names.contains("replicas") { candidate.weights = [] }
      return candidate
    }
  }

  /// Without one of the machines, the last first.
  private static func withoutMachine(_ scenario: Scenario) -> [Scenario] {
    guard scenario.twins.isEmpty else {
      // The second machines of twins come after all others; what names them would name others.
      return []
    }
    return (0..<scenario.replicas + scenario.reserve).reversed().map { machine in
      scenario.without(machine)
    }
  }

  /// Adversaries of one name on all machines of two statements, or one statement's name for both.
  private static func mergedCastings(_ scenario: Scenario) -> [Scenario] {
    var candidates: [Scenario] = []
    for first in scenario.adversaries.indices {
      for second in scenario.adversaries.indices where first != second {
        var candidate = scenario
        let other = candidate.adversaries[second]
        for machine in other.machines { candidate.adversaries[first].machines.insert(machine) }
        candidate.adversaries.remove(at: second)
        candidates.append(candidate)
      }
    }
    return candidates
  }

  /// Adversaries that always act, towards all, each by itself or all together.
  private static func plainCastings(_ scenario: Scenario) -> [Scenario] {
    scenario.adversaries.indices.flatMap { index -> [Scenario] in
      let casting = scenario.adversaries[index]
      var plain: [Casting] = []
      func add(_ change: (inout Casting) -> Void) {
        var copy = casting
        change(&copy)
        plain.append(copy)
      }
      add { $0 = Casting($0.adversary, machines: $0.machines) }
      add { $0.trigger = .always }
      add { $0.trigger.views = nil }
      add { $0.trigger.sequences = nil }
      add { $0.trigger.until = nil }
      add { $0.trigger.from = 0 }
      add { $0.trigger.chance = 1 }
      add { $0.victims = nil }
      add { $0.coalition = 0 }
      return plain.map { casting in
        var candidate = scenario
        candidate.adversaries[index] = casting
        return candidate
      }
    }
  }

  /// Statements that name one machine less.
  private static func smallerSets(_ scenario: Scenario) -> [Scenario] {
    var candidates: [Scenario] = []
    for (index, fault) in scenario.faults.enumerated() {
      for effect in fault.effect.smaller {
        var candidate = scenario
        candidate.faults[index].effect = effect
        candidates.append(candidate)
      }
    }
    for (index, casting) in scenario.adversaries.enumerated() {
      for machines in casting.machines.smaller {
        var candidate = scenario
        candidate.adversaries[index].machines = machines
        candidates.append(candidate)
      }
      for victims in casting.victims?.smaller ?? [] {
        var candidate = scenario
        candidate.adversaries[index].victims = victims
        candidates.append(candidate)
      }
    }
    return candidates
  }

  /// Faults that begin at rounder times, earlier.
  private static func roundTimes(_ scenario: Scenario) -> [Scenario] {
    scenario.faults.indices.flatMap { index -> [Scenario] in
      let fault = scenario.faults[index]
      return fault.begins.rounder.map { begins in
        var candidate = scenario
        candidate.faults[index].begins = begins
        if let ends = fault.ends { candidate.faults[index].ends = ends - (fault.begins - begins) }
        return candidate
      }
    }
  }

  /// Faults that end at rounder times, sooner.
  private static func shorterSpans(_ scenario: Scenario) -> [Scenario] {
    scenario.faults.indices.flatMap { index -> [Scenario] in
      let fault = scenario.faults[index]
      guard let ends = fault.ends else { return [] }
      return ends.rounder.filter { $0 > fault.begins }.map { ends in
        var candidate = scenario
        candidate.faults[index].ends = ends
        return candidate
      }
    }
  }

  /// Messages that all take as long as most do.
  private static func plainLatency(_ scenario: Scenario) -> [Scenario] {
    var candidates: [Scenario] = []
    guard scenario.quality.latency != Scenario().quality.latency else { return [] }
    let typical = Micros(scenario.quality.latency.sample(1 << 63))
    for latency in [typical] + typical.rounder where latency > 0 {
      var candidate = scenario
      candidate.quality.latency = .fixed(latency.rawValue)
      candidates.append(candidate)
    }
    return candidates
  }

  /// Numbers that are smaller or rounder, but for those that would be a statement more.
  private static func smallerNumbers(_ scenario: Scenario) -> [Scenario] {
    let plain = Scenario()
    var candidates: [Scenario] = []
    func lower(_ path: WritableKeyPath<Scenario, UInt64>, from least: UInt64) {
      let value = scenario[keyPath: path]
      guard value != plain[keyPath: path] else { return }
      for smaller in [least, value / 2, value - 1] where smaller >= least && smaller < value {
        var candidate = scenario
        candidate[keyPath: path] = smaller
        candidates.append(candidate)
      }
    }
    lower(\.seed, from: 2)
    lower(\.seed, from: 3)
    lower(\.checkpoint, from: 1)
    lower(\.window, from: 2)
    lower(\.epoch, from: 1)
    lower(\.blocks, from: 1)
    for place in scenario.weights.indices {
      for smaller in [1, scenario.weights[place] / 2]
      where smaller >= 1 && smaller < scenario.weights[place] {
        var candidate = scenario
        candidate.weights[place] = smaller
        candidates.append(candidate)
      }
    }
    for smaller in [2, scenario.clients / 2] where smaller >= 1 && smaller < scenario.clients {
      var candidate = scenario
      candidate.clients = smaller
      candidates.append(candidate)
    }
    for path in [\Scenario.quality.loss, \.quality.duplicate, \.quality.reorder, \.quality.corrupt]
    {
      let tenths = (scenario[keyPath: path] * 10).rounded(.down) / 10
      guard tenths > 0, tenths < scenario[keyPath: path] else { continue }
      var candidate = scenario
      candidate[keyPath: path] = tenths
      candidates.append(candidate)
    }
    return candidates
  }
}

extension Scenario {
  /// The same without a machine: those after it are counted one lower.
  fileprivate func without(_ machine: Int) -> Scenario {
    var scenario = self
    if machine < replicas {
      scenario.replicas -= 1
      if weights.indices.contains(machine) { scenario.weights.remove(at: machine) }
    } else {
      scenario.reserve -= 1
    }
    scenario.adversaries = adversaries.compactMap { casting in
      var casting = casting
      casting.machines = casting.machines.without(machine)
      casting.victims = casting.victims?.without(machine)
      return casting.machines.isEmpty || casting.victims?.isEmpty == true ? nil : casting
    }
    scenario.faults = faults.compactMap { fault in
      guard let effect = fault.effect.without(machine) else { return nil }
      return Fault(effect, from: fault.begins, until: fault.ends)
    }
    return scenario
  }
}

extension NodeSet {
  fileprivate func without(_ node: Int) -> NodeSet {
    NodeSet(filter { $0 != node }.map { $0 > node ? $0 - 1 : $0 })
  }

  /// The first half, the second half, and all but one; none of them empty.
  fileprivate var smaller: [NodeSet] {
    let nodes = Array(self)
    guard nodes.count > 1 else { return [] }
    let halves =
      nodes.count > 3
      ? [nodes.prefix(nodes.count / 2), nodes.suffix(nodes.count / 2)].map { NodeSet($0) } : []
    return halves + nodes.map { node in NodeSet(nodes.filter { $0 != node }) }
  }
}

extension Fault.Effect {
  /// The effect as it befalls the machines that this makes of their sets; nil if a set it needs is empty.
  private func mapped(_ change: (NodeSet) -> NodeSet) -> Fault.Effect? {
    func whole(_ sets: NodeSet...) -> Bool { sets.allSatisfy { !$0.isEmpty } }
    switch self {
    case .partition(let groups):
      let groups = groups.map(change).filter { !$0.isEmpty }
      return groups.isEmpty ? nil : .partition(groups)
    case .cut(let from, let to):
      let (from, to) = (change(from), change(to))
      return whole(from, to) ? .cut(from: from, to: to) : nil
    case .clog(let from, let to):
      let (from, to) = (change(from), change(to))
      return whole(from, to) ? .clog(from: from, to: to) : nil
    case .link(let from, let to, let quality):
      let (from, to) = (change(from), change(to))
      return whole(from, to) ? .link(from: from, to: to, quality) : nil
    case .swizzle(let nodes): return whole(change(nodes)) ? .swizzle(change(nodes)) : nil
    case .crash(let nodes, let count):
      return whole(change(nodes)) ? .crash(change(nodes), afterEffects: count) : nil
    case .pause(let nodes): return whole(change(nodes)) ? .pause(change(nodes)) : nil
    case .drift(let nodes, let millionths):
      return whole(change(nodes)) ? .drift(change(nodes), millionths: millionths) : nil
    case .step(let nodes, let micros):
      return whole(change(nodes)) ? .step(change(nodes), micros: micros) : nil
    case .fullDisk(let nodes): return whole(change(nodes)) ? .fullDisk(change(nodes)) : nil
    case .slowDisk(let nodes, let span):
      return whole(change(nodes)) ? .slowDisk(change(nodes), span) : nil
    case .flip(let nodes): return whole(change(nodes)) ? .flip(change(nodes)) : nil
    case .reconfigure: return self
    }
  }

  /// The same where a machine isn't there and those after it are counted one lower.
  fileprivate func without(_ machine: Int) -> Fault.Effect? {
    guard case .reconfigure(let seats) = self else { return mapped { $0.without(machine) } }
    let left = seats.filter { $0.machine != machine }
    guard !left.isEmpty else { return nil }
    return .reconfigure(
      left.map { Seat($0.machine > machine ? $0.machine - 1 : $0.machine, weight: $0.weight) })
  }

  /// The same with one machine less, or with less of what it does.
  fileprivate var smaller: [Fault.Effect] {
    switch self {
    case .reconfigure(let seats):
      return seats.indices.map { index in
        .reconfigure(seats.enumerated().filter { $0.offset != index }.map(\.element))
      }.filter { $0 != .reconfigure([]) }
    case .crash(let nodes, let count?):
      return [.crash(nodes)]
        + [0, count / 2].filter { $0 < count }.map {
          .crash(nodes, afterEffects: $0)
        } + others
    default: return others
    }
  }

  private var others: [Fault.Effect] {
    machines.compactMap { machine in
      mapped { NodeSet($0.filter { $0 != machine }) }
    }
  }
}

extension Micros {
  /// Earlier times that are rounder, the earliest first: none, and full seconds, tenths, hundredths, milliseconds.
  fileprivate var rounder: [Micros] {
    var times: [Micros] = self > 0 ? [0] : []
    for unit in [Micros.seconds(1), .milliseconds(100), .milliseconds(10), .milliseconds(1)] {
      let whole = Micros(rawValue / unit.rawValue * unit.rawValue)
      if whole < self, whole > 0, !times.contains(whole) { times.append(whole) }
      if whole == self, whole > unit, !times.contains(whole - unit) { times.append(whole - unit) }
    }
    return times
  }
}
