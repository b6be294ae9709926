import Witan
import WitanCrypto

/// How adversaries are let into a cluster.
extension Cluster {
  /// Lets an adversary take hold of a machine, in a coalition with those that were given the same number.
  public mutating func corrupt(
    _ machine: Int, with adversary: any Adversary, coalition: Int = 0
  ) {
    while coalitions.count <= coalition { coalitions.append(Coalition()) }
    coalitions[coalition].signers[machines[machine].id] = machines[machine].signer
    machines[machine].coalition = coalition
    machines[machine].adversary = adversary
    act(at: machine) { $0.begin(&$1) }
  }

  /// Which machines lie.
  public var corrupted: NodeSet {
    NodeSet(machines.indices.filter { machines[$0].adversary != nil })
  }

  /// Lets an adversary do something, and does what it wants done.
  mutating func act(
    at index: Int, _ body: (inout any Adversary, inout Scene) -> Void
  ) {
    guard var adversary = machines[index].adversary.take() else { return }
    let coalition = machines[index].coalition
    var scene = Scene(
      machine: machines[index], now: now, chain: genesis.digest, draw: machines[index].malice,
      coalition: coalitions[coalition])
    body(&adversary, &scene)
    machines[index].malice = scene.draw
    machines[index].adversary = adversary
    coalitions[coalition] = scene.coalition
    for act in scene.takeActs() {
      switch act {
      case .send(let message, let receiver, let delay):
        transmit(message, from: index, to: receiver, at: now + delay)
      case .wake(let delay):
        queue.schedule(
          Agenda(.adversary, node: index, number: machines[index].life).ticket, at: now + delay)
      }
    }
  }

  mutating func isHeard(_ message: Message, at index: Int) -> Bool {
    var isHeard = true
    act(at: index) { isHeard = $0.hears(message, &$1) }
    return isHeard
  }

  mutating func wakeAdversary(_ agenda: Agenda) {
    guard machines[agenda.node].life == agenda.number, isAwake(agenda.node, for: agenda) else {
      return
    }
    act(at: agenda.node) { $0.wake(&$1) }
  }
}
