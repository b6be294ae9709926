import Testing
import Witan
import WitanDraw

@testable import WitanSimulation

/// What links do to messages, each thing alone.
@Suite("Network") struct NetworkTests {
  private static let sample = 4_000

  private func network(
    _ quality: LinkQuality = LinkQuality(), nodes: Int = 4,
    _ change: (inout Conditions) -> Void = { _ in }
  ) -> Network {
    var conditions = Conditions()
    conditions.quality = quality
    change(&conditions)
    return Network(nodes: nodes, conditions: conditions, draw: Draw(seed: 7))
  }

  private func fates(
    _ network: inout Network, _ count: Int = sample, from: Int = 0, to: Int = 1, bytes: Int = 100,
    at now: Micros = 0
  ) -> [Network.Fate] {
    (0..<count).map { _ in
      let message = network.nextMessage(from: from)
      return network.fate(of: message, from: from, to: to, bytes: bytes, at: now)
    }
  }

  /// Whether a share of the sample is near what it should be: within five standard deviations, the widest there are.
  private func isShare(_ share: Double, _ count: Int) -> Bool {
    abs(Double(count) / Double(Self.sample) - share) < 2.5 / Double(Self.sample).squareRoot()
  }

  @Test func latencyIsAsItsDistributionSays() throws {
    var network = network(LinkQuality(latency: .uniform(low: 10, high: 19)))
    let arrivals = fates(&network, at: 1_000).compactMap(\.arrival?.rawValue)
    #expect(arrivals.count == Self.sample)
    #expect(Set(arrivals) == Set(1_010...1_019))
  }

  @Test func aShareIsLost() {
    var network = network(LinkQuality(loss: 0.2))
    let fates = fates(&network)
    #expect(isShare(0.2, fates.filter { $0.arrival == nil }.count))
  }

  @Test func aShareComesTwiceTheSecondTimeLater() {
    var network = network(LinkQuality(latency: .uniform(low: 5, high: 50), duplicate: 0.3))
    let fates = fates(&network)
    let twice = fates.filter { $0.echo != nil }
    #expect(isShare(0.3, twice.count))
    for fate in twice {
      guard let arrival = fate.arrival, let echo = fate.echo else { continue }
      #expect(echo > arrival)
    }
  }

  @Test func aShareIsOvertakenAndComesNoLaterThanItMay() {
    var network = network(LinkQuality(latency: .fixed(10), reorder: 0.4)) {
      $0.reorderSpan = 1_000
    }
    let late = fates(&network).compactMap(\.arrival?.rawValue).filter { $0 != 10 }
    // One in a thousand that may be overtaken comes at once all the same.
    #expect(isShare(0.4, late.count))
    #expect(late.allSatisfy { $0 > 10 && $0 <= 1_010 })
    #expect(Set(late).count > 500)
  }

  @Test func aBitFlipsInAShare() {
    var network = network(LinkQuality(corrupt: 0.1))
    let flips = fates(&network).compactMap(\.flippedBit)
    #expect(isShare(0.1, flips.count))
    #expect(Set(flips.map { $0 % 32 }).count == 32)
  }

  @Test func whatBefallsOneMessageHangsOnNoOtherLink() {
    var (quiet, busy) = (network(LinkQuality(loss: 0.5)), network(LinkQuality(loss: 0.5)))
    _ = fates(&busy, 100, from: 2, to: 3)
    let alone = fates(&quiet, 200).map(\.arrival)
    #expect(fates(&busy, 200).map(\.arrival) == alone)
    // And a message has another fate for each receiver.
    #expect(fates(&quiet, 200, to: 2).map(\.arrival) != alone)
  }

  // MARK: Cuts and clogs

  @Test func aOneWayCutStopsOneWayOnly() {
    var network = network()
    network.cut([Cut(cause: 1, senders: [0], receivers: [1, 2])])
    #expect(fates(&network, 10).allSatisfy { $0.arrival == nil })
    #expect(fates(&network, 10, from: 1, to: 0).allSatisfy { $0.arrival != nil })
    #expect(fates(&network, 10, from: 0, to: 3).allSatisfy { $0.arrival != nil })
    #expect(!network.carries(from: 0, to: 1) && network.carries(from: 1, to: 0))
    _ = network.mend(2)
    #expect(!network.carries(from: 0, to: 1))
    _ = network.mend(1)
    #expect(network.carries(from: 0, to: 1))
  }

  @Test func aPartitionSeversGroupsAndLeavesWhoeverIsInNoneAlone() {
    let cuts = Cut.between([[0, 1], [2]], of: 4, cause: 1)
    func hears(_ from: Int, _ to: Int) -> Bool { !cuts.contains { $0.severs(from, to) } }
    #expect(hears(0, 1) && hears(1, 0))
    for (from, to) in [(0, 2), (2, 1), (3, 0), (0, 3), (2, 3)] { #expect(!hears(from, to)) }
  }

  @Test func whatIsOnItsWayWhenALinkIsCutIsLost() throws {
    var configuration = Cluster.Configuration(replicas: 4, seed: 1)
    configuration.watch = [.deliveries]
    var cluster = try Cluster(configuration)
    cluster.submit(.put(key: [1], value: [1]))
    // The leader's proposal is on its way when nobody hears it any more.
    cluster.run(for: .milliseconds(15))
    cluster.cut(from: [0], to: [1, 2, 3])
    cluster.run(for: .milliseconds(30))
    var lost: Set<Int> = []
    for happening in cluster.takeHappenings() {
      if case .lost(.prePrepare, from: 0) = happening.event { lost.insert(happening.node) }
    }
    #expect(lost == [1, 2, 3])
  }

  @Test func aCloggedLinkHoldsWhatIsSentUntilItIsReleased() throws {
    var cluster = try Cluster(.init(replicas: 4, seed: 1))
    cluster.clog(from: [0], to: [1, 2, 3])
    cluster.submit(.put(key: [1], value: [1]))
    cluster.run(for: .seconds(1))
    #expect(cluster.executedByAll == 0)
    cluster.heal()
    // What was held comes now, not when it is said again.
    cluster.run(for: .milliseconds(60))
    #expect(cluster.executedByAll == 1)
  }

  @Test func swizzledMachinesAreStoppedOneByOneAndReleasedInAnotherOrder() throws {
    var configuration = Cluster.Configuration(replicas: 7, seed: 5)
    configuration.clients = 1
    var cluster = try Cluster(configuration)
    cluster.plan([Fault(.swizzle([0, 1, 2, 3, 4, 5, 6]), from: .seconds(1), until: .seconds(16))])
    var (stopped, released): ([Int], [Int]) = ([], [])
    for moment in 1...160 {
      cluster.run(until: .milliseconds(UInt64(moment) * 100))
      let clogged = (0..<7).filter { !cluster.network.carries(from: $0, to: ($0 + 1) % 7) }
      stopped += clogged.filter { !stopped.contains($0) }
      released += stopped.filter { !clogged.contains($0) && !released.contains($0) }
      if released.isEmpty { #expect(clogged.count == stopped.count) }
    }
    #expect(Set(stopped) == Set(0...6) && Set(released) == Set(0...6))
    #expect(stopped != released)
  }

  // MARK: Synchrony

  @Test func untilItIsSynchronousAnythingMayBeLateAndFromThenOnNothingIsLost() {
    var network = network(LinkQuality(latency: .uniform(low: 10, high: 900), loss: 0.5)) {
      $0.stabilisation = .seconds(10)
      $0.wildness = .seconds(20)
      $0.bound = 500
    }
    let early = fates(&network, at: .seconds(1))
    #expect(isShare(0.5, early.filter { $0.arrival == nil }.count))
    let arrivals = early.compactMap(\.arrival)
    #expect(arrivals.contains { $0 > .seconds(9) })
    #expect(arrivals.allSatisfy { $0 <= .seconds(10) + 500 })
    let late = fates(&network, at: .seconds(10))
    #expect(late.allSatisfy { $0.arrival.map { $0 <= .seconds(10) + 500 } ?? false })
  }

  // MARK: Bandwidth

  @Test func whatIsSentOverANarrowLineWaitsItsTurn() {
    var network = network(LinkQuality(latency: .fixed(7))) { $0.nodeBandwidth = 1_000 }
    // A hundred bytes take a tenth of a second, to whomever they go.
    let first = fates(&network, 2, to: 1).compactMap(\.arrival?.rawValue)
    #expect(first == [100_007, 200_007])
    #expect(fates(&network, 1, to: 2).compactMap(\.arrival?.rawValue) == [300_007])
    #expect(fates(&network, 1, from: 3, to: 2).compactMap(\.arrival?.rawValue) == [100_007])
    // After a rest the line is free.
    #expect(fates(&network, 1, at: .seconds(9)).compactMap(\.arrival?.rawValue) == [9_100_007])
  }

  @Test func aLinksQueueIsItsOwn() {
    var network = network(LinkQuality(latency: .fixed(7), bandwidth: 1_000))
    #expect(fates(&network, 2, to: 1).compactMap(\.arrival?.rawValue) == [100_007, 200_007])
    #expect(fates(&network, 1, to: 2).compactMap(\.arrival?.rawValue) == [100_007])
  }

  @Test func whatFindsTheQueueFullIsLost() {
    var network = network(LinkQuality(latency: .fixed(7))) {
      $0.nodeBandwidth = 1_000
      $0.queueLimit = 250
    }
    #expect(fates(&network, 5).map { $0.arrival != nil } == [true, true, true, false, false])
  }

  @Test func whatArrivesAtANarrowLineAtOnceIsReceivedOneAfterTheOther() throws {
    var network = network { $0.nodeBandwidth = 1_000 }
    let times = (0..<3).map { _ in network.receipt(at: 1, bytes: 100, now: 50)?.rawValue }
    #expect(times == [100_050, 200_050, 300_050])
    // In a cluster, too: three votes come to each at once, and are heard one after the other.
    var configuration = Cluster.Configuration(replicas: 4, seed: 1)
    configuration.conditions.nodeBandwidth = 10_000
    configuration.watch = [.deliveries]
    var cluster = try Cluster(configuration)
    cluster.submit(.put(key: [1], value: [1]))
    cluster.run(for: .seconds(1))
    var heard: [Micros] = []
    for happening in cluster.takeHappenings() where happening.node == 3 {
      if case .delivered(.commit, _) = happening.event { heard.append(happening.time) }
    }
    #expect(heard.count == 3)
    for (first, second) in zip(heard, heard.dropFirst()) {
      #expect(second - first >= .milliseconds(10), "a commit has more than a hundred bytes")
    }
  }
}
