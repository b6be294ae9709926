import Witan
import WitanCrypto
import WitanDraw
import WitanSimulation

/// Nodes that discover each other, some of which lie about it; what they send arrives at once.
struct DiscoveryTown {
  static let network = SHA256.hash([1])

  /// What a liar answers with, given who it is and whom it heard of.
  typealias Lie = (_ town: DiscoveryTown, _ liar: Int) -> [PeerRecord]

  let authority = SimulatedAuthority(seed: 1)
  var nodes: [Discovery] = []
  var now: Micros = .seconds(100)
  var silent: Set<Int> = []
  private(set) var refused: [(by: Int, Discovery.Refusal, from: NodeIndex)] = []
  private let liars: Range<Int>
  private let lie: Lie

  init(
    honest: Int, liars: Int = 0, bootstrap: [NodeIndex] = [0], seed: UInt64 = 1,
    parameters: Discovery.Parameters = .init(), lie: @escaping Lie = { _, _ in [] }
  ) {
    self.liars = honest..<honest + liars
    self.lie = lie
    let draw = Draw(seed: seed)
    nodes = (0..<honest + liars).map { node in
      Discovery(
        signer: authority.signer(UInt64(node)), scheme: .simulated(authority),
        network: Self.network, address: NodeIndex(node), isDialable: true, bootstrap: bootstrap,
        parameters: parameters, draw: draw.split("node", UInt64(node)))
    }
  }

  func signer(_ node: Int) -> Signer { authority.signer(UInt64(node)) }

  /// The nodes whose records a node keeps.
  func known(to node: Int) -> Set<Int> { Set(nodes[node].known.map(\.address.offset)) }

  mutating func run(ticks: Int) {
    for _ in 0..<ticks {
      now = now + .seconds(2)
      for node in nodes.indices where !silent.contains(node) { give(.tick, to: node) }
    }
  }

  mutating func give(_ input: Discovery.Input, to node: Int) {
    var effects: [Discovery.Effect] = []
    nodes[node].handle(input, at: now, into: &effects)
    for effect in effects {
      switch effect {
      case .send(let message, let machine):
        let here = NodeIndex(node)
        guard nodes.indices.contains(machine.offset), !silent.contains(machine.offset) else {
          continue
        }
        var message = message
        if case .found(_, let answerer) = message, liars.contains(node) {
          message = .found(lie(self, node), answerer: answerer)
        }
        give(.received(message, from: here), to: machine.offset)
      case .refused(let refusal, let machine): refused.append((node, refusal, machine))
      case .discovered, .forgot: break
      }
    }
  }
}
