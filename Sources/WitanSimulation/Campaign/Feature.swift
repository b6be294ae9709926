import WitanDraw

/// Something that a scenario may have or not. Each is switched on or off for a scenario as a whole (*Swarm testing*, ISSTA
/// '12): what has a bit of everything hides what needs much of one thing and nothing of another.
public enum Feature: String, CaseIterable, Sendable {
  /// More than four replicas.
  case manyReplicas = "many-replicas"
  /// Votes that don't all weigh the same.
  case weights
  /// More than one client.
  case manyClients = "many-clients"
  /// Clients give up what takes long, and ask something else.
  case impatientClients = "impatient-clients"
  /// Checkpoints every few sequences, and little room beyond them.
  case smallWindow = "small-window"
  /// Epochs end every few checkpoints.
  case epochs
  /// Members change.
  case reconfiguration
  /// Leaders are given up soon.
  case shortPatience = "short-patience"
  /// Few requests fit in a block.
  case smallBatch = "small-batch"
  /// Messages take different times.
  case jitter
  /// Messages get lost.
  case loss
  /// Messages come twice.
  case duplicates
  /// Messages overtake each other.
  case reordering
  /// Bits flip on their way.
  case corruption
  /// Links have a width.
  case bandwidth
  /// The network is wild at first.
  case lateSynchrony = "late-synchrony"
  /// Disks take their time.
  case slowSyncs = "slow-syncs"
  /// Signatures are real ones.
  case realSignatures = "real-signatures"
  /// The network is cut into groups.
  case partition
  /// Some don't hear some others.
  case cut
  /// What some say waits.
  case clog
  /// Machines are clogged one by one, and released in another order.
  case swizzle
  /// Some links are slow, or lose much.
  case slowLink = "slow-link"
  /// Machines are killed and started again.
  case crash
  /// Machines are killed between two effects.
  case crashBetweenEffects = "crash-between-effects"
  /// Machines stand still for a while.
  case pause
  /// Clocks run fast or slow.
  case drift
  /// Clocks are set.
  case clockStep = "clock-step"
  /// Disks are full.
  case fullDisk = "full-disk"
  /// Disks are slow for a while.
  case slowDisk = "slow-disk"
  /// Bits flip on disks.
  case flip
  /// Machines die for good.
  case death
  /// Somebody lies.
  case adversary
  /// Those who lie all do it in one way, and know of each other.
  case coalition
  /// They lie only at times.
  case trigger
  /// They lie only to some.
  case victims
  /// The replicas run the ledger.
  case ledger
  /// Claims are brought to it, and each replica judges them before it votes.
  case judgedClaims = "judged-claims"

  /// How likely a scenario has it where nothing else is said.
  var usualShare: Double {
    switch self {
    case .smallWindow: 0.8
    case .ledger: 0.25
    case .manyClients, .shortPatience, .jitter, .adversary, .manyReplicas: 0.5
    case .coalition, .trigger: 0.4
    case .realSignatures: 0.02
    // Every replica judges each claim.
    case .judgedClaims: 0.02
    case .bandwidth, .death, .lateSynchrony: 0.15
    case .weights, .epochs, .crash, .crashBetweenEffects, .partition, .victims, .reconfiguration:
      0.3
    default: 0.2
    }
  }

  /// Whether it is drawn only when all else is, so that all else is the same with it and without.
  var isDrawnLast: Bool { self == .ledger || self == .judgedClaims }

  /// Whether it is about links.
  var isOfLinks: Bool {
    switch self {
    case .jitter, .loss, .duplicates, .reordering, .corruption, .lateSynchrony, .partition, .cut,
      .clog, .swizzle, .slowLink:
      true
    default: false
    }
  }

  /// Whether it is about machines.
  var isOfMachines: Bool {
    switch self {
    case .crash, .crashBetweenEffects, .pause, .drift, .clockStep, .fullDisk, .slowDisk, .flip,
      .death, .slowSyncs:
      true
    default: false
    }
  }
}

extension Scenario {
  /// Which features it has, as its statements say.
  public var features: [Feature] { Feature.allCases.filter(has) }

  /// The adversaries that it casts, each once, in the library's order.
  public var cast: [String] {
    Adversaries.all.map(\.name).filter { name in adversaries.contains { $0.adversary == name } }
  }

  private func has(_ feature: Feature) -> Bool {
    let plain = Scenario()
    func befalls(_ matches: (Fault) -> Bool) -> Bool { faults.contains(where: matches) }
    switch feature {
    case .manyReplicas: return replicas > plain.replicas
    case .weights: return Set(weights).count > 1
    case .manyClients: return clients > plain.clients
    case .impatientClients: return endurance != nil
    case .smallWindow: return checkpoint < plain.checkpoint
    case .epochs: return epoch > 0
    case .reconfiguration:
      return befalls { if case .reconfigure = $0.effect { true } else { false } }
    case .shortPatience: return patience < plain.patience
    case .smallBatch: return batch < plain.batch
    case .jitter: if case .fixed = quality.latency { return false } else { return true }
    case .loss: return quality.loss > 0
    case .duplicates: return quality.duplicate > 0
    case .reordering: return quality.reorder > 0
    case .corruption: return quality.corrupt > 0
    case .bandwidth: return bandwidth != nil
    case .lateSynchrony: return stabilisation != nil
    case .slowSyncs: return sync > 0
    case .realSignatures: return signatures == .real
    case .adversary: return !adversaries.isEmpty
    case .coalition: return adversaries.contains { $0.machines.count > 1 }
    case .trigger: return adversaries.contains { $0.trigger != .always }
    case .victims: return adversaries.contains { $0.victims != nil }
    case .ledger: return application == .ledger
    case .judgedClaims: return judge != .none
    default: return befalls { $0.feature == feature }
    }
  }
}

extension Fault {
  /// What it is a case of.
  fileprivate var feature: Feature? {
    switch effect {
    case .partition: .partition
    case .cut: .cut
    case .clog: .clog
    case .swizzle: .swizzle
    case .link: .slowLink
    case .crash(_, let count): ends == nil ? .death : count == nil ? .crash : .crashBetweenEffects
    case .pause: .pause
    case .drift: .drift
    case .step: .clockStep
    case .fullDisk: .fullDisk
    case .slowDisk: .slowDisk
    case .flip: .flip
    case .reconfigure: nil
    }
  }
}
