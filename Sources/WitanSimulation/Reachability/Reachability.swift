import WitanDraw

/// What stands between a node and those who would dial it.
public enum NATClass: UInt8, Hashable, Sendable, CaseIterable {
  /// Nothing: anybody can dial it.
  case open
  /// It is dialled only by those it dialled, or by one that dials at the same moment as it does.
  case restricted
  /// It only dials out: whoever dials it finds another door each time.
  case symmetric
}

/// Who can dial whom.
///
/// | from, to | open | restricted | symmetric |
/// |---|---|---|---|
/// | open | direct | direct once dialled by it, else reversed | reversed |
/// | restricted | direct | direct once dialled by it, else punched | relayed |
/// | symmetric | direct | direct once dialled by it, else relayed | relayed |
///
/// All but direct need an open node that both keep in touch with: to pass a word, or everything.
public struct Reachability: Sendable {
  /// How one node can come to speak with another.
  public enum Path: Hashable, Sendable {
    /// It dials.
    case direct
    /// It has a relay ask the other to dial.
    case reversed(via: NodeIndex)
    /// Both dial at once, when a relay says so.
    case punched(via: NodeIndex)
    /// Everything goes through a relay.
    case relayed(via: NodeIndex)
    /// Not at all.
    case none
  }

  /// What each node stands behind.
  public private(set) var classes: [NATClass]
  /// Who dialled whom and left the way back open. Only asked for single pairs, so its order is never seen.
  private var doors: Set<UInt64> = []

  /// Nodes behind these, none of whom dialled anyone yet.
  public init(_ classes: [NATClass]) { self.classes = classes }

  /// Nodes that stand behind something with a probability, of whom a share is symmetric.
  public init(count: Int, private probability: Double, symmetric share: Double, draw: Draw) {
    classes = (0..<count).map { node in
      var draw = draw.split("nat", UInt64(node))
      let (isPrivate, isSymmetric) = (draw.chance(probability), draw.chance(share))
      return isPrivate ? isSymmetric ? .symmetric : .restricted : .open
    }
  }

  private func door(of node: NodeIndex, for guest: NodeIndex) -> UInt64 {
    UInt64(UInt32(bitPattern: node.rawValue)) << 32 | UInt64(UInt32(bitPattern: guest.rawValue))
  }

  /// What a node stands behind; nil if there is no such node.
  public func nat(of node: NodeIndex) -> NATClass? {
    classes.indices.contains(node.offset) ? classes[node.offset] : nil
  }

  /// Whether one node's dialling reaches another as things are.
  public func canDial(_ caller: NodeIndex, _ callee: NodeIndex) -> Bool {
    guard caller != callee, nat(of: caller) != nil, let nat = nat(of: callee) else { return false }
    switch nat {
    case .open: return true
    case .restricted: return doors.contains(door(of: callee, for: caller))
    case .symmetric: return false
    }
  }

  /// How one node can come to speak with another, given the relays that both are in touch with. Which of
  /// them is used follows from who speaks with whom, so that the load is spread.
  public func path(
    from caller: NodeIndex, to callee: NodeIndex, relays: [NodeIndex]
  ) -> Path {
    guard caller != callee, let here = nat(of: caller), let there = nat(of: callee) else {
      return .none
    }
    if canDial(caller, callee) { return .direct }
    let fit = relays.filter { $0 != caller && $0 != callee && nat(of: $0) == .open }
    guard !fit.isEmpty else { return .none }
    // The sum is the same from both ends. Neither number is negative, since both are places.
    let relay = fit[(caller.offset + callee.offset) % fit.count]
    if canDial(callee, caller) { return .reversed(via: relay) }
    return here == .restricted && there == .restricted
      ? .punched(via: relay) : .relayed(via: relay)
  }

  /// A node dialled another, whether or not it got through: a restricted one leaves a way back.
  public mutating func dialled(_ caller: NodeIndex, _ callee: NodeIndex) {
    guard caller != callee, nat(of: caller) == .restricted, nat(of: callee) != nil else { return }
    doors.insert(door(of: caller, for: callee))
  }

  /// A node was away, and every way back to it is closed.
  public mutating func restarted(_ node: NodeIndex) {
    let number = UInt64(UInt32(bitPattern: node.rawValue))
    doors = doors.filter { $0 >> 32 != number }
  }
}
