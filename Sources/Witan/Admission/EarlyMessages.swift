/// Agreement messages for a view that hasn't opened here yet, or just above the window: kept for each peer up
/// to a quota, and taken up again when their time comes.
///
/// A correct peer is ahead of us by one view and one window at the most for long: two votes and one proposal
/// for each slot of a window. What goes beyond is dropped, and so is what repeats, or contradicts, what is kept
/// of the same place; retransmission brings it again.
struct EarlyMessages: Sendable {
  private struct Place: Hashable, Sendable {
    let kind: StatementKind
    let epoch: Epoch
    let view: View
    let sequence: SequenceNumber
  }

  private let messageQuota: Int
  private let byteQuota: Int
  private var kept: [[Verified<Message>]]
  private var places: [Set<Place>]
  private var bytes: [Int]
  private(set) var isEmpty = true

  init(peers: Int, parameters: Parameters) {
    messageQuota = 3 * Int(parameters.window)
    // Two full blocks, or a window of smaller ones.
    byteQuota = 2 * Int(parameters.blockByteLimit) + 256 * Int(parameters.window)
    kept = Array(repeating: [], count: peers)
    places = Array(repeating: [], count: peers)
    bytes = Array(repeating: 0, count: peers)
  }

  /// How many are kept.
  var count: Int { kept.reduce(0) { $0 + $1.count } }

  /// Keeps a message; false when its sender's quota is used up, or something of its place is kept.
  mutating func keep(_ message: Verified<Message>, from seat: Seat) -> Bool {
    guard let statement = message.value.signed?.statement else { return false }
    let size = Self.size(of: message.value)
    guard kept[seat.index].count < messageQuota, bytes[seat.index] + size <= byteQuota,
      places[seat.index].insert(
        Place(
          kind: statement.kind, epoch: statement.epoch, view: statement.view,
          sequence: statement.sequence)
      ).inserted
    else { return false }
    kept[seat.index].append(message)
    bytes[seat.index] += size
    isEmpty = false
    return true
  }

  /// Takes out everything, peer by peer in the order of arrival. What is still early is kept again.
  mutating func drain() -> [Verified<Message>] {
    guard !isEmpty else { return [] }
    var all: [Verified<Message>] = []
    for index in kept.indices {
      all.append(contentsOf: kept[index])
      kept[index].removeAll(keepingCapacity: true)
      places[index].removeAll(keepingCapacity: true)
      bytes[index] = 0
    }
    isEmpty = true
    return all
  }

  private static func size(of message: Message) -> Int {
    guard case .prePrepare(let proposal) = message else { return 0 }
    return proposal.body.requests.reduce(0) { $0 + $1.footprint }
  }
}
