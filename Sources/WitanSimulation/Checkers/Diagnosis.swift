import Witan

/// What everybody waits for, said in a few sentences by somebody who looks at all replicas from outside.
public struct Diagnosis: Sendable, CustomStringConvertible {
  /// The sentences, the most important first.
  public let sentences: [String]

  /// The sentences as one text.
  public var description: String { sentences.joined(separator: " ") }

  /// What a cluster waits for now.
  public init(of cluster: Cluster) {
    let look = Look(at: cluster)
    sentences = [
      look.power, look.absences, look.views, look.gaps, look.demand,
    ].compactMap { $0 }
  }
}

/// What can be seen of a cluster at one moment, in words.
private struct Look {
  let cluster: Cluster
  let connections: Connections
  let correct: [Int]

  init(at cluster: Cluster) {
    self.cluster = cluster
    connections = Connections(in: cluster)
    let faulty = cluster.faulty
    correct = cluster.machines.indices.filter { !faulty.contains($0) }
  }

  /// Whether the members that can talk to each other could decide anything.
  var power: String? {
    let quorum = connections.members.quorum
    let lack = VotingPower(
      quorum.threshold.rawValue - min(quorum.threshold, connections.power).rawValue)
    let (have, need) = (cluster.weight(of: connections.power), cluster.weight(of: quorum.threshold))
    if connections.hasQuorum {
      return "A quorum of correct members hear each other (\(have) of the \(need) needed)."
    }
    return
      "Nothing can be decided: the correct members that run and hear each other weigh \(have), and a quorum weighs \(need), so that \(cluster.weight(of: lack)) is lacking."
  }

  /// Who is down, halted, cut off, or lies.
  var absences: String? {
    var parts: [String] = []
    func add(_ nodes: [Int], _ text: String) {
      guard !nodes.isEmpty else { return }
      parts.append("\(Self.names(nodes, in: cluster)) \(nodes.count == 1 ? "is" : "are") \(text)")
    }
    add(cluster.machines.indices.filter { cluster.machines[$0].state == .down }, "down")
    add(cluster.machines.indices.filter { cluster.machines[$0].state == .paused }, "halted")
    add(cluster.faulty.filter { cluster.machines[$0].isUp }, "faulty")
    let cutOff = correct.filter {
      cluster.machines[$0].state == .running && !connections.core.contains($0)
        && connections.members.seat(of: cluster.machines[$0].id) != nil
    }
    if !connections.core.isEmpty {
      add(cutOff, "cut off from \(Self.names(Array(connections.core), in: cluster))")
    }
    return parts.isEmpty ? nil : Self.sentence(parts.joined(separator: "; "))
  }

  /// Which views correct replicas are in, and what they wait for there.
  var views: String? {
    var groups: [(text: String, nodes: [Int])] = []
    for node in correct where cluster.machines[node].state == .running {
      let replica = cluster.machines[node].replica
      let text =
        replica.phase == .active
        ? "in view \(replica.view) under \(replica.currentLeader)"
        : "waiting for \(replica.currentLeader) to open view \(replica.view)"
      let epoch = replica.epoch == 0 ? "" : " of epoch \(replica.epoch)"
      if let place = groups.firstIndex(where: { $0.text == text + epoch }) {
        groups[place].nodes.append(node)
      } else {
        groups.append((text + epoch, [node]))
      }
    }
    guard !groups.isEmpty else { return "No correct machine runs." }
    let parts = groups.prefix(4).map { group in
      "\(Self.names(group.nodes, in: cluster)) \(group.nodes.count == 1 ? "is" : "are") \(group.text)"
    }
    let rest = groups.count > 4 ? "; \(groups.count - 4) more are elsewhere" : ""
    return Self.sentence(parts.joined(separator: "; ") + rest)
  }

  /// Who lacks what others have.
  var gaps: String? {
    let running = correct.filter { cluster.machines[$0].state == .running }
    let most = running.map { cluster.machines[$0].replica.executed }.max() ?? 0
    let behind = running.filter { cluster.machines[$0].replica.executed < most }
    guard !behind.isEmpty else {
      return running.isEmpty ? nil : "All that run have executed \(most)."
    }
    let parts = behind.prefix(3).map { node in
      let replica = cluster.machines[node].replica
      let next = replica.executed.next
      let holders = running.filter {
        cluster.machines[$0].replica.decision(at: next) != nil
      }
      let lacks =
        holders.isEmpty
        ? "a certified state, since nobody keeps block \(next) any more"
        : "block \(next), which \(Self.names(holders, in: cluster)) can give it"
      return "\(replica.id) has executed \(replica.executed) of \(most) and lacks \(lacks)"
    }
    let rest = behind.count > 3 ? "; \(behind.count - 3) more are behind" : ""
    return Self.sentence(parts.joined(separator: "; ") + rest)
  }

  /// What is asked and not answered.
  var demand: String? {
    let waiting = correct.filter { cluster.machines[$0].replica.waitingRequests > 0 }
    let most = waiting.map { cluster.machines[$0].replica.waitingRequests }.max() ?? 0
    let clients = cluster.clients.indices.filter { cluster.clients[$0].session.unfinished > 0 }
    guard most > 0 || !clients.isEmpty else { return "Nothing is asked that isn't answered." }
    var parts: [String] = []
    if most > 0 {
      parts.append(
        "\(Self.counted(most, "request")) wait\(most == 1 ? "s" : "") at \(Self.names(waiting, in: cluster))"
      )
    }
    if !clients.isEmpty {
      parts.append(
        "\(Self.counted(clients.count, "client")) wait\(clients.count == 1 ? "s" : "") for an answer"
      )
    }
    return Self.sentence(parts.joined(separator: ", "))
  }

  private static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  /// The names of some machines: all of a few, the number of many.
  private static func names(_ nodes: [Int], in cluster: Cluster) -> String {
    guard nodes.count <= 8 else { return "\(nodes.count) replicas" }
    let names = nodes.map { "\(cluster.machines[$0].id)" }
    guard let last = names.last, names.count > 1 else { return names.first ?? "nobody" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }
}
