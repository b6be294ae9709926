import Witan
import WitanDraw

extension Scenario {
  /// A random scenario. The smallest choices give the simplest one: four replicas to whom nothing happens.
  ///
  /// Whatever is drawn, progress can be judged in the end: those that lie, are dead for good or have damaged disks weigh
  /// no more than the network bears, in any epoch, and all else ends. Only the canary's liars weigh more.
  public init(drawing draw: inout Draw, profile: Profile = .default) {
    var sketch = Sketch(profile, &draw)
    sketch.drawCluster(&draw)
    sketch.drawNetwork(&draw)
    sketch.drawLiars(&draw)
    sketch.drawFaults(&draw)
    sketch.scenario.seed = 1 + draw.choice(upTo: 999_999)
    sketch.drawApplication(&draw)
    self = sketch.scenario
  }
}

/// A scenario as it is being drawn.
struct Sketch {
  let profile: Profile
  var scenario = Scenario()
  private(set) var features: Set<Feature> = []
  /// The replicas of which nothing may be expected in the end: they weigh no more than the network bears.
  private(set) var troubled: [Int] = []
  /// Those of them that die for good, and those whose disks are damaged.
  private(set) var mortal: [Int] = []
  private(set) var damaged: [Int] = []

  init(_ profile: Profile, _ draw: inout Draw) {
    self.profile = profile
    draw.beginSpan("features")
    for feature in Feature.allCases
    where !feature.isDrawnLast && draw.chance(profile.share(of: feature)) {
      features.insert(feature)
    }
    draw.endSpan()
  }

  func has(_ feature: Feature) -> Bool { features.contains(feature) }

  // MARK: The cluster

  mutating func drawCluster(_ draw: inout Draw) {
    draw.beginSpan("cluster")
    defer { draw.endSpan() }
    // A scenario of 31 costs sixty times as much as one of 4, and rarely shows more.
    if has(.manyReplicas) {
      switch draw.integer(in: 0...19) {
      case 0...11: scenario.replicas = draw.integer(in: 5...7)
      case 12...17: scenario.replicas = draw.integer(in: 8...13)
      default: scenario.replicas = draw.integer(in: 14...31)
      }
    }
    if has(.weights) { drawWeights(&draw) }
    if has(.manyClients) {
      scenario.clients = draw.integer(in: 2...(profile == .overload ? 32 : 5))
    }
    // From less than an answer takes at best, to long enough for a view to change meanwhile.
    if has(.impatientClients) { scenario.endurance = .milliseconds(50 * draw.integer(in: 1...40)) }
    if profile == .overload { scenario.claims = draw.integer(in: 4...64) }
    let hasEpochs = has(.epochs) || has(.reconfiguration)
    if has(.smallWindow) || hasEpochs {
      scenario.checkpoint = draw.integer(in: 1...8)
      scenario.window = max(2, scenario.checkpoint * draw.integer(in: 2...4))
    }
    if hasEpochs { scenario.epoch = scenario.checkpoint * draw.integer(in: 1...4) }
    if has(.reconfiguration) { scenario.reserve = draw.integer(in: 0...2) }
    if has(.smallBatch) { scenario.batch = draw.integer(in: 1...4) }
    if has(.shortPatience) { scenario.patience = .milliseconds(50 * draw.integer(in: 2...20)) }
    if has(.slowSyncs) { scenario.sync = .milliseconds(draw.integer(in: 1...20)) }
    if has(.realSignatures) { scenario.signatures = .real }
  }

  private mutating func drawWeights(_ draw: inout Draw) {
    let largest: UInt64 = [2, 10, 1_000, 1_000_000][draw.integer(in: 0...3)]
    scenario.weights = (0..<scenario.replicas).map { _ in draw.integer(in: 1...largest) }
  }

  /// What runs is drawn last, so that all else is the same for either. Nobody asks a ledger for other members: they
  /// follow from the stakes.
  mutating func drawApplication(_ draw: inout Draw) {
    guard draw.chance(profile.share(of: .ledger)), !has(.reconfiguration) else { return }
    scenario.application = .ledger
    drawJudging(&draw)
  }

  /// Few have claims judged, and of these few Z3 does it: small ones, for each replica judges each claim. Half of those
  /// who lie do so about claims.
  private mutating func drawJudging(_ draw: inout Draw) {
    let share = profile.share(of: .judgedClaims) / profile.share(of: .ledger)
    guard scenario.replicas <= 7, draw.chance(share) else { return }
    scenario.judge = .simulated
    scenario.claims = 1
    scenario.blocks = 10
    if draw.chance(0.1) {
      scenario.judge = .real
      scenario.blocks = 4
    }
    let roles = ["invalid-blocks", "wrong-verdicts"].filter(profile.adversaries.contains)
    guard !roles.isEmpty, scenario.twins.isEmpty else { return }
    for index in scenario.adversaries.indices where draw.chance(0.5) {
      scenario.adversaries[index].adversary = draw.pick(roles) ?? roles[0]
    }
  }

  // MARK: The network

  mutating func drawNetwork(_ draw: inout Draw) {
    draw.beginSpan("network")
    defer { draw.endSpan() }
    let typical: UInt64 = [20_000, 1_000, 5_000, 50_000][draw.integer(in: 0...3)]
    scenario.quality.latency = has(.jitter) ? jitter(typical, &draw) : .fixed(typical)
    func share(_ feature: Feature, _ most: Int, _ draw: inout Draw) -> Double {
      has(feature) ? Double(draw.integer(in: 1...most)) / 100 : 0
    }
    scenario.quality.loss = share(.loss, 25, &draw)
    scenario.quality.duplicate = share(.duplicates, 30, &draw)
    scenario.quality.reorder = share(.reordering, 30, &draw)
    scenario.quality.corrupt = share(.corruption, 5, &draw)
    if has(.bandwidth) { scenario.bandwidth = draw.integer(in: 1...16) << 20 }
    if has(.lateSynchrony) {
      scenario.stabilisation = .milliseconds(draw.integer(in: 1...5_000))
      scenario.bound = .milliseconds(draw.integer(in: 10...500))
    }
  }

  private func jitter(_ typical: UInt64, _ draw: inout Draw) -> Distribution {
    switch draw.integer(in: 0...3) {
    case 0: .uniform(low: typical / 5, high: typical * 2)
    case 1: .normal(mean: typical, deviation: typical / 2)
    case 2: .exponential(mean: typical)
    default: .lognormal(median: typical, sigma: 0.8)
    }
  }

  // MARK: Weighing

  func weight(of machine: Int) -> UInt64 {
    scenario.weights.indices.contains(machine) ? scenario.weights[machine] : 1
  }

  /// What faulty ones among these may weigh together.
  func bound(among machines: [Int]) -> UInt64 {
    let total = machines.reduce(UInt64(0)) { $0 + weight(of: $1) }
    return Quorum(total: VotingPower(total)).faultBound.rawValue
  }

  // MARK: Who can't be counted on

  mutating func drawLiars(_ draw: inout Draw) {
    draw.beginSpan("liars")
    defer { draw.endSpan() }
    guard has(.adversary) || has(.death) || has(.flip) else { return }
    let all = Array(0..<scenario.replicas)
    let bound = bound(among: all)
    // The canary leads first, most of the time: whoever never leads shows nothing.
    let order = profile == .canary && draw.chance(0.8) ? all : draw.shuffled(all)
    var power: UInt64 = 0
    if profile == .canary {
      for machine in order where power <= bound {
        power += weight(of: machine)
        troubled.append(machine)
      }
      return cast(troubled, &draw)
    }
    let most = draw.integer(in: 1...max(1, scenario.replicas / 3))
    for machine in order where power + weight(of: machine) <= bound && troubled.count < most {
      power += weight(of: machine)
      troubled.append(machine)
    }
    let fates: [Feature] = [.adversary, .death, .flip].filter(has)
    var liars: [Int] = []
    for (index, machine) in troubled.enumerated() {
      // Each fate that is switched on falls on somebody, if there are enough.
      let fate = index < fates.count ? fates[index] : draw.pick(fates)
      switch fate {
      case .death: mortal.append(machine)
      case .flip: damaged.append(machine)
      default: liars.append(machine)
      }
    }
    if !liars.isEmpty { cast(liars, &draw) }
  }

  private mutating func cast(_ liars: [Int], _ draw: inout Draw) {
    let names = profile.adversaries
    let isOne = has(.coalition) || profile == .canary
    let groups = isOne ? [liars] : liars.map { [$0] }
    for (index, group) in groups.enumerated() {
      guard let name = draw.pick(names) else { continue }
      var casting = Casting(name, machines: NodeSet(group), coalition: isOne ? 0 : index)
      if has(.trigger) { casting.trigger = trigger(&draw) }
      if profile == .canary, name == "double-voter", group.count > 1 {
        // Two votes need two blocks: whoever leads first proposes them.
        var leader = casting
        leader.adversary = "equivocating-leader"
        leader.machines = NodeSet(group.prefix(1))
        casting.machines = NodeSet(group.dropFirst())
        scenario.adversaries.append(leader)
      }
      if name == "flooding-peer", scenario.replicas > 4 || draw.chance(0.9) {
        // A flood that never ends costs thousands of times what others do; in a small cluster some don't.
        casting.trigger.until = casting.trigger.from + .milliseconds(draw.integer(in: 100...3_000))
      }
      if has(.victims), profile != .canary {
        let others = (0..<scenario.replicas).filter { !group.contains($0) }
        casting.victims = some(of: others, &draw)
      }
      scenario.adversaries.append(casting)
    }
  }

  private func trigger(_ draw: inout Draw) -> Trigger {
    var trigger = Trigger()
    switch draw.integer(in: 0...3) {
    case 0:
      let first: UInt64 = draw.integer(in: 0...3)
      trigger.views = View(first)...View(first + draw.integer(in: 0...3))
    case 1:
      let first: UInt64 = draw.integer(in: 1...16)
      trigger.sequences =
        SequenceNumber(first)...SequenceNumber(first + draw.integer(in: 0...8))
    case 2:
      trigger.from = .milliseconds(draw.integer(in: 0...2_000))
      trigger.until = trigger.from + .milliseconds(draw.integer(in: 10...4_000))
    default: trigger.chance = Double(draw.integer(in: 1...9)) / 10
    }
    return trigger
  }

  /// Some of these, one at least.
  func some(of machines: [Int], _ draw: inout Draw) -> NodeSet {
    let count = draw.integer(in: 1...max(1, machines.count * 2 / 3))
    return NodeSet(draw.shuffled(machines).prefix(count))
  }
}
