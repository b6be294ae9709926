import Witan
import WitanDraw

extension Scenario {
  /// The sizes of meshes, where nodes gossip.
  public struct Mesh: Hashable, Sendable {
    /// How many neighbours a mesh should have (D).
    public var degree = 8
    /// Below this it takes in more (D_low).
    public var low = 6
    /// Above this it sheds some (D_high).
    public var high = 12
    /// How many outside it hear at least of what there is (D_lazy).
    public var lazy = 6

    /// The usual sizes.
    public init() {}
  }

  /// How its nodes gossip.
  public var gossip: Cluster.Gossip {
    var gossip = Cluster.Gossip()
    gossip.parameters.degree = mesh.degree
    gossip.parameters.degreeLow = mesh.low
    gossip.parameters.degreeHigh = mesh.high
    gossip.parameters.degreeLazy = mesh.lazy
    // A small mesh can't have as many that are kept for a reason.
    gossip.parameters.degreeScore = min(gossip.parameters.degreeScore, mesh.degree)
    gossip.parameters.degreeOut = max(
      0, min(gossip.parameters.degreeOut, mesh.low - 1, mesh.degree / 2))
    gossip.parameters.opportunisticGraftPeers = min(
      gossip.parameters.opportunisticGraftPeers, mesh.high)
    gossip.parameters.heartbeat = heartbeat
    gossip.nat = nat
    gossip.symmetric = symmetric
    gossip.bootstrap = bootstrap
    gossip.stay = stay
    gossip.absence = absence
    return gossip
  }
}

extension Scenario.Mesh: CustomStringConvertible {
  /// D, D_low, D_high and D_lazy: `8,6,12,6`.
  public var description: String { "\(degree),\(low),\(high),\(lazy)" }

  /// Reads `8,6,12,6`.
  package init(parsing text: String) throws(InvalidValue) {
    var sizes: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      sizes.append(try Int(parsing: String(part), in: 0...10_000))
    }
    guard sizes.count == 4 else {
      throw InvalidValue("is no mesh", remedy: "give D, D_low, D_high and D_lazy, like 8,6,12,6")
    }
    self.init()
    (degree, low, high, lazy) = (sizes[0], sizes[1], sizes[2], sizes[3])
  }
}
