import Witan

/// How long it may take, once faults have stopped or no longer change, until everything that waits is executed by all that
/// can talk to each other: computed from what the network does, what the genesis says, and who is faulty.
///
/// The parts, each an upper bound:
///
/// * **An exchange**: something is said and arrives. Said once, it takes the longest delay and a sync of the disk; it
///   is said again every retransmission interval, at most a sixteenfold delay (`Pacemaker`: four times delay and
///   deviation, the deviation at most three delays) and half the ceiling of patience; after r times with loss p, all but
///   p^r of it got through, and r is taken such that this is under a millionth.
/// * **Finding neighbours**: where nodes look for each other, each asks at every eighth tick one that all know; an
///   answer that doesn't come is given up after a while.
/// * **Coming together**: what replicas measured before the faults stopped may be anything up to the ceiling: they
///   say where they stand, and again their view-changes (every fourth time), within two ceilings, and join the furthest view.
/// * **Views**: then each view whose leader is faulty, down or cut off costs a patience, at most the ceiling, and an
///   exchange; so may each whose leader some have demoted, who weigh at most the fault bound together. Leaders follow
///   each other round-robin, so that these can all come in a row. Then a correct one's view needs three exchanges
///   to open. A view also fails while the patience is shorter than the agreement needs: it doubles each time, so that all
///   of these together last no more than twice the last one, which is shorter than twice the need.
/// * **Catching up**: a manifest and its pieces, eight at a time, each an exchange; then the blocks after it, as many
///   as a window, four an answer.
/// * **Working off**: what waits fills so many blocks, each an agreement of four exchanges; under a faulty leader that
///   is slow on purpose, each may last a patience, until it is demoted after thirty-two samples.
/// * **Clients**: a client says again what isn't answered within half a minute at the most, twice for a request that
///   expired meanwhile.
public struct ProgressBound: Sendable {
  /// One part.
  public struct Part: Sendable {
    /// What takes the time.
    public let name: String
    /// How long at most.
    public let span: Micros
  }

  /// The parts.
  public let parts: [Part]
  /// How often something is said until it has got through.
  public let repetitions: UInt64
  /// How long something that is said takes to get through.
  public let exchange: Micros

  /// All of it.
  public var total: Micros { parts.reduce(0) { $0 + $1.span } }

  /// The bound for a cluster as it is now, under the faults it has now.
  public init(for cluster: Cluster) {
    let parameters = cluster.configuration.parameters
    let connections = Connections(in: cluster)
    repetitions = Self.repetitions(cluster.conditions.quality)
    let delay = Self.delay(in: cluster)
    let ceiling = Self.slowed(parameters.patienceCeiling, in: cluster)
    let interval = min(ceiling / 2, delay * 16 + parameters.patienceFloor)
    exchange = delay + interval * (repetitions - 1)
    // Those whose views fail: whoever isn't in the core, and as many more as the fault bound lets be demoted.
    let bound = connections.members.quorum.faultBound
    var (missing, demoted): (UInt64, UInt64) = (0, 0)
    var power: VotingPower = 0
    let core = Set(connections.core.map { cluster.machines[$0].id })
    for member in connections.members.members.sorted(by: { $0.power < $1.power }) {
      if !core.contains(member.id) { missing += 1 }
      if power + member.power <= bound {
        power += member.power
        demoted += 1
      }
    }
    let waiting = cluster.machines.reduce(0) { max($0, $1.replica.waitingRequests) }
    let blocks =
      UInt64(waiting + cluster.clients.count) / UInt64(parameters.blockRequestLimit) + 2
    let slow = cluster.faulty.isEmpty ? 0 : min(blocks, 32) * (missing + 1)
    let pieces = cluster.machines.reduce(0) { sum, machine in
      max(sum, (machine.host.machine.size * 64 + machine.replica.waitingRequests) / 4_096)
    }
    let catching = 4 + UInt64(pieces) / 8 + parameters.window / 4
    var acquaintance: [Part] = []
    if case .gossip(let gossip) = cluster.configuration.topology, gossip.bootstrap > 0 {
      let silence = gossip.discovery.patience + gossip.lookout
      let span = (silence + Self.delay(in: cluster) * 2) * (8 * repetitions)
      acquaintance.append(Part(name: "finding neighbours", span: span))
    }
    parts =
      acquaintance + [
        Part(name: "coming together", span: (ceiling + exchange) * 2),
        Part(name: "views that fail", span: (ceiling + exchange) * (missing + demoted)),
        Part(name: "a view that opens", span: exchange * 3 + exchange * 16),
        Part(name: "catching up", span: exchange * catching + ceiling),
        Part(name: "working off", span: exchange * 4 * blocks + ceiling * slow),
        Part(name: "clients", span: (.seconds(30) + exchange) * (2 * repetitions)),
      ]
  }

  /// How often something must be said until less than a millionth of it is lost.
  static func repetitions(_ quality: LinkQuality) -> UInt64 {
    let lost = min(0.999, max(0, 1 - (1 - quality.loss) * (1 - quality.corrupt)))
    var (count, left): (UInt64, Double) = (1, lost)
    while left > 1e-6, count < 4_096 {
      left *= lost
      count += 1
    }
    return count
  }

  /// The longest that what is said once is on its way, but for one time in a million.
  private static func delay(in cluster: Cluster) -> Micros {
    let conditions = cluster.conditions
    var delay = Micros(conditions.quality.latency.sample(.max - .max >> 20))
    if let stabilisation = conditions.stabilisation {
      delay = min(delay, conditions.bound)
      if cluster.now < stabilisation { delay = delay + (stabilisation - cluster.now) }
    }
    if conditions.quality.reorder > 0 { delay = delay + conditions.reorderSpan }
    if case .gossip(let gossip) = cluster.configuration.topology {
      // Eight hops lead through any mesh of a sensible size. What is lost on one is announced, and asked for, while it
      // is in the history.
      let parameters = gossip.parameters
      delay = delay * 8 + (parameters.heartbeat + delay * 2) * UInt64(parameters.historyLength)
    }
    let sync = cluster.machines.map(\.disk.syncTime).max() ?? 0
    // A sync may have to wait for the one before.
    return max(delay, 1) + sync * 2
  }

  /// How long a span lasts on the slowest of the clocks.
  private static func slowed(_ span: Micros, in cluster: Cluster) -> Micros {
    cluster.machines.map { $0.clock.span(span) }.max() ?? span
  }
}
