import Witan
import WitanDraw

extension FuzzTarget {
  static let replica = FuzzTarget(
    "Replica",
    "One replica, all of whose peers and clients are one adversary, and whose machine dies.",
    drawing: ReplicaCase.self)
}

/// What the adversary does, in order. It has all keys but the replica's own, so that no agreement protects the replica:
/// what it may still not do is trap, hold more than it may, lose what it knows of itself, or contradict itself.
struct ReplicaCase: DrawnCase {
  private let parameters: Parameters
  private let orders: [Order]

  init?(drawing draw: inout Draw) {
    var parameters = Parameters()
    parameters.checkpointInterval = draw.integer(in: 1...4)
    parameters.window = parameters.checkpointInterval * draw.integer(in: 2...3)
    parameters.epochLength = draw.chance(0.3) ? parameters.checkpointInterval : 0
    parameters.sessionLimit = draw.integer(in: 1...4)
    parameters.sessionHorizon = parameters.window * draw.integer(in: 1...4)
    self.parameters = parameters
    var orders: [Order] = []
    while orders.count < 120, draw.choice(upTo: 63) != 0 {
      orders.append(draw.span("order") { Order(drawing: &$0) })
    }
    guard !orders.isEmpty else { return nil }
    self.orders = orders
  }

  var description: String {
    let heading =
      "checkpoint \(parameters.checkpointInterval), window \(parameters.window), epoch "
      + "\(parameters.epochLength), sessions \(parameters.sessionLimit)"
    return ([heading] + orders.map { "\($0)" }).joined(separator: "\n")
  }

  func check(_ traces: inout Traces) throws(Finding) {
    guard var ordeal = ReplicaOrdeal(parameters) else { return }
    for order in orders { try ordeal.perform(order, noting: &traces) }
    try ordeal.conclude()
  }
}
