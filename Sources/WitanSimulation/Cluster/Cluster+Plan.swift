import Witan
import WitanCrypto
import WitanDraw

/// Faults that are planned beforehand.
extension Cluster {
  /// A fault of a plan, in the parts that happen at different times.
  struct PlannedFault: Sendable {
    let effect: Fault.Effect
    let begins: Micros
    let ends: Micros?
    /// Which fault of the plan it is part of.
    let origin: Int
  }

  /// Plans faults; those whose time is past happen at once.
  public mutating func plan(_ faults: [Fault]) {
    for fault in faults {
      let origin = plannedFaults
      plannedFaults += 1
      for part in parts(of: fault, origin: origin) {
        let number = UInt32(planned.count)
        planned.append(part)
        queue.schedule(Agenda(.planned, node: 1, number: number).ticket, at: part.begins)
        if let end = part.ends, !part.effect.isMomentary {
          queue.schedule(Agenda(.planned, node: 0, number: number).ticket, at: end)
        }
      }
    }
  }

  private func parts(of fault: Fault, origin: Int) -> [PlannedFault] {
    guard case .swizzle(let nodes) = fault.effect else {
      return [
        PlannedFault(
          effect: fault.effect, begins: fault.begins, ends: fault.ends, origin: origin)
      ]
    }
    var draw = draw.split("swizzle", UInt64(origin))
    let (first, last) = (draw.shuffled(nodes), draw.shuffled(nodes))
    let end = fault.ends ?? fault.begins + .seconds(UInt64(2 * nodes.count))
    let step = (end - fault.begins) / UInt64(2 * first.count + 1)
    return first.enumerated().map { index, node in
      let release = last.firstIndex(of: node) ?? index
      let others = NodeSet(machines.indices.filter { $0 != node })
      return PlannedFault(
        effect: .clog(from: [node], to: others),
        begins: fault.begins + step * UInt64(index),
        ends: fault.begins + step * UInt64(first.count + 1 + release), origin: origin)
    }
  }

  /// A planned fault begins or ends.
  mutating func happen(_ agenda: Agenda) {
    let fault = planned[Int(agenda.number)]
    let begins = agenda.node == 1
    if configuration.keepsAccount {
      account.note(.fault, at: now, node: 0, UInt64(agenda.number), begins ? 1 : 0)
    }
    tell(.reports, 0, .planned(fault.origin, begins: begins))
    if begins {
      begin(fault, cause: Int(agenda.number))
    } else {
      end(fault, cause: Int(agenda.number))
    }
  }

  private mutating func begin(_ fault: PlannedFault, cause: Int) {
    switch fault.effect {
    case .partition(let groups): partition(groups, cause: cause)
    case .cut(let from, let to): cut(from: from, to: to, cause: cause)
    case .clog(let from, let to): clog(from: from, to: to, cause: cause)
    case .swizzle: break
    case .link(let from, let to, let change):
      var quality = conditions.quality
      if let latency = change.latency { quality.latency = latency }
      if let loss = change.loss { quality.loss = loss }
      network.set(quality, from: from, to: to, cause: cause)
    case .crash(let nodes, let count):
      for node in nodes {
        if let count, machines[node].isUp {
          machines[node].effectsLeft = count
        } else {
          die(node, .killed)
        }
      }
    case .pause(let nodes): for node in nodes { pause(node) }
    case .drift(let nodes, let millionths):
      for node in nodes { setClock(node, drift: millionths) }
    case .step(let nodes, let micros): for node in nodes { setClock(node, step: micros) }
    case .fullDisk(let nodes): for node in nodes { setDisk(node, isFull: true) }
    case .slowDisk(let nodes, let span): for node in nodes { setDisk(node, syncTime: span) }
    case .flip(let nodes): for node in nodes { flipBit(node) }
    case .reconfigure(let seats): reconfigure(seats)
    }
  }

  private mutating func end(_ fault: PlannedFault, cause: Int) {
    switch fault.effect {
    case .partition, .cut, .clog, .link: mend(cause)
    case .crash(let nodes, _): for node in nodes { _ = restart(node) }
    case .pause(let nodes): for node in nodes { resume(node) }
    case .drift(let nodes, _): for node in nodes { setClock(node, drift: 0) }
    case .fullDisk(let nodes):
      for node in nodes {
        setDisk(node, isFull: false)
        // Whoever died of it can be started again.
        _ = restart(node)
      }
    case .slowDisk(let nodes, _):
      for node in nodes { setDisk(node, syncTime: configuration.syncTime) }
    case .swizzle, .step, .flip, .reconfigure: break
    }
  }

  private mutating func reconfigure(_ seats: [Fault.Effect.Seat]) {
    let members = seats.filter { machines.indices.contains($0.machine) }.map { seat in
      Member(
        id: machines[seat.machine].id, key: machines[seat.machine].signer.publicKey,
        power: VotingPower(seat.weight))
    }
    submit(.reconfigure(members))
  }
}
