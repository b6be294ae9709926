import Witan
import WitanCrypto
import WitanDraw

/// Nodes that find their neighbours, come and go.
extension Cluster {
  // MARK: What can be seen of it

  /// The records that a node keeps of others, each signed by whom it is about. Empty where everybody was acquainted
  /// beforehand.
  public func peers(of node: Int) -> [PeerRecord] { rendezvous?.known(to: node) ?? [] }

  /// Has a node look for others now, and not only when its time comes.
  public mutating func discoverPeers(_ node: Int) {
    guard node >= machines.count || machines[node].state == .running else { return }
    rendezvous?.ask(node, at: now, over: &network, into: &queue)
  }

  // MARK: Beginning

  /// Has all who gossip find each other, from a few that all know.
  mutating func beginDiscovery(
    _ gossip: Gossip, among everybody: [Int], _ overlay: Overlay<Bulletin>
  ) {
    let draw = draw.split("discovery")
    var rendezvous = Rendezvous(nodes: network.nodes, every: gossip.lookout, draw: draw)
    let classes = overlay.reachability.classes
    // Whom all know is busy: not those who vote, where there are others.
    let servers = readers.isEmpty ? everybody : everybody.filter { $0 >= machines.count }
    let bootstrap = servers.filter { classes[$0] == .open }.prefix(gossip.bootstrap)
    // Members talk among themselves, and so have to find each other among all.
    let members = readers.isEmpty ? [] : machines.map(\.signer.publicKey)
    for node in everybody {
      rendezvous.add(
        Discovery(
          signer: signer(of: node), scheme: scheme, network: genesis.digest,
          address: NodeIndex(node), isDialable: classes[node] == .open,
          bootstrap: bootstrap.map { NodeIndex($0) },
          sought: node < machines.count ? members : [], parameters: gossip.discovery,
          draw: draw.split("node", UInt64(node))),
        at: node)
    }
    self.rendezvous = rendezvous
  }

  /// The key of a machine or of a follower.
  private func signer(of node: Int) -> Signer {
    node < machines.count
      ? machines[node].signer : followerSigners[reader(of: node) - machines.count]
  }

  // MARK: Looking for others

  /// A node looks for others, and dials some of those it knows by now.
  mutating func lookAround(_ agenda: Agenda) {
    let node = agenda.node
    if isPaused(node, for: agenda) { return }
    rendezvous?.tick(agenda, at: now, over: &network, into: &queue)
    befriend(node)
  }

  /// What one node told another in the search for others arrives.
  mutating func getAcquainted(_ agenda: Agenda) {
    let node = agenda.node
    if isPaused(node, for: agenda) { return }
    rendezvous?.arrive(agenda.number, at: now, over: &network, into: &queue)
    guard let overlay, overlay.nodes[node].dials.count < overlay.parameters.degree else { return }
    befriend(node)
  }

  /// Has a node dial others that it knows: a member first of all other members, who agree among themselves.
  private mutating func befriend(_ node: Int) {
    guard var overlay = self.overlay.take(), let rendezvous else { return }
    let known = rendezvous.known(to: node).map(\.address.offset)
    let degree = overlay.parameters.degree
    overlay.giveUpDialling(node)
    let isAmongOthers = node < machines.count && !readers.isEmpty
    if isAmongOthers {
      let members = known.filter { $0 < machines.count }
      overlay.befriend(node, members, upTo: degree, draw: &acquaintanceDraw)
    }
    overlay.befriend(
      node, known, upTo: isAmongOthers ? 2 * degree : degree, draw: &acquaintanceDraw)
    overlay.redial(node, at: now, over: &network, into: &queue)
    self.overlay = overlay
  }

  /// A machine comes up, and with it its part in gossip.
  mutating func enterGossip(_ node: Int) {
    overlay?.enter(node, at: now, over: &network, into: &queue)
    rendezvous?.enter(node, at: now, into: &queue)
    if !readers.isEmpty { readers[reader(of: node)].comeBack() }
  }

  /// A machine goes down, and with it its part in gossip.
  mutating func leaveGossip(_ node: Int) {
    overlay?.leave(node, at: now, over: &network, into: &queue)
    rendezvous?.leave(node)
  }

  /// Has a machine lie as a neighbour.
  mutating func lieAsNeighbour(_ machine: Int, when trigger: Trigger) {
    guard overlay != nil else { return }
    let mischief = Mischief(trigger, draw: draw.split("mischief", UInt64(machine)))
    overlay?.nodes[machine].mischief = mischief
    rendezvous?.corrupt(machine, mischief)
  }

  /// How often a machine lied as a neighbour.
  func liesAsNeighbour(of machine: Int) -> UInt64 {
    (overlay?.nodes[machine].mischief?.lies ?? 0) + (rendezvous?.lies(of: machine) ?? 0)
  }

  // MARK: Coming and going

  /// Has those who don't vote come and go.
  mutating func beginChurn(stay: Distribution, absence: Distribution) {
    let draw = draw.split("churn")
    for node in machines.count + clients.count..<network.nodes {
      churns.append(Churn(node: NodeIndex(node), stay: stay, absence: absence, draw: draw))
      scheduleChurn(of: node)
    }
  }

  private mutating func scheduleChurn(of node: Int) {
    guard let change = churns[reader(of: node) - machines.count].next() else { return }
    queue.schedule(
      Agenda(.churn, node: node, number: change.isUp ? 1 : 0).ticket, at: change.time)
  }

  /// A node that doesn't vote comes or goes.
  mutating func comeOrGo(_ agenda: Agenda) {
    if agenda.number == 1 {
      enterGossip(agenda.node)
    } else {
      leaveGossip(agenda.node)
    }
    scheduleChurn(of: agenda.node)
  }
}
