import Witan

/// Which correct machines can talk to each other now.
struct Connections: Sendable {
  /// The members of the furthest epoch that a correct machine is in.
  let members: Membership
  /// The largest group found of correct members that run and all hear each other, by machine.
  let core: NodeSet
  /// What the core weighs.
  let power: VotingPower
  /// What any correct member could count on at most: itself and the correct members it talks to both ways.
  let best: VotingPower

  init(in cluster: Cluster) {
    let faulty = cluster.faulty
    var members = cluster.genesis.members
    var epoch: Epoch = 0
    for node in cluster.machines.indices where !faulty.contains(node) {
      guard cluster.machines[node].replica.epoch > epoch else { continue }
      epoch = cluster.machines[node].replica.epoch
      members = cluster.machines[node].replica.currentMembers
    }
    self.members = members
    let live = cluster.machines.indices.filter { node in
      !faulty.contains(node) && cluster.machines[node].state == .running
        && members.seat(of: cluster.machines[node].id) != nil
    }
    func power(of nodes: some Sequence<Int>) -> VotingPower {
      nodes.reduce(0) { sum, node in
        members.seat(of: cluster.machines[node].id).map { sum + members[$0].power } ?? sum
      }
    }
    var (core, most, best): (NodeSet, VotingPower, VotingPower) = ([], 0, 0)
    // With cuts between groups, the neighbours of any member of a group are the group. Where some hear some and not
    // others, a group is grown from each in turn; that may miss the largest, so `best` says what none can exceed.
    for first in live {
      let near = live.filter { $0 == first || Self.areConnected(first, $0, in: cluster) }
      best = max(best, power(of: near))
      guard power(of: near) > most else { continue }
      var group = [first]
      for node in near where node != first {
        if group.allSatisfy({ Self.areConnected($0, node, in: cluster) }) { group.append(node) }
      }
      if power(of: group) > most { (core, most) = (NodeSet(group), power(of: group)) }
      if group.count == live.count { break }
    }
    (self.core, self.power, self.best) = (core, most, max(best, most))
  }

  /// Whether what each of two nodes sends can reach the other.
  static func areConnected(_ a: Int, _ b: Int, in cluster: Cluster) -> Bool {
    cluster.network.carries(from: a, to: b) && cluster.network.carries(from: b, to: a)
  }

  /// Whether a quorum of correct members can talk among themselves.
  var hasQuorum: Bool { members.quorum.isReached(by: power) }
}

/// Why nobody can demand progress.
public enum Excuse: Hashable, Sendable, CustomStringConvertible {
  /// The correct members that run and hear each other weigh less than a quorum: with the faulty ones silent, nothing
  /// can be decided.
  case noQuorum(connected: VotingPower, needed: VotingPower)
  /// More than the fault bound lies.
  case tooManyFaulty(VotingPower, bound: VotingPower)

  /// The excuse that a cluster has at the moment; nil when it has none.
  public init?(for cluster: Cluster) {
    let connections = Connections(in: cluster)
    let quorum = connections.members.quorum
    let faulty = cluster.faulty
    let lying = connections.members.members.reduce(VotingPower(0)) { sum, member in
      cluster.machines.indices.contains {
        faulty.contains($0) && cluster.machines[$0].id == member.id
      } ? sum + member.power : sum
    }
    if lying > quorum.faultBound {
      self = .tooManyFaulty(lying, bound: quorum.faultBound)
    } else if !connections.hasQuorum {
      self = .noQuorum(connected: connections.power, needed: quorum.threshold)
    } else {
      return nil
    }
  }

  /// The excuse, for people.
  public var description: String {
    switch self {
    case .noQuorum(let connected, let needed):
      "the correct members that run and hear each other weigh \(connected); a quorum weighs \(needed)"
    case .tooManyFaulty(let power, let bound):
      "members weighing \(power) lie; the network bears \(bound)"
    }
  }
}
