/// Decided blocks around the point of execution: those ahead wait their turn, those behind help others catch
/// up. A ring that is allocated once.
struct DecisionLog: Sendable {
  private var ring: [Decision?]

  /// Room for a window ahead of execution and a window behind it.
  init(window: UInt64) { ring = Array(repeating: nil, count: 2 * Int(window)) }

  /// How far ahead of the executed sequence a decision may be to be kept.
  var reach: UInt64 { UInt64(ring.count / 2) }

  /// The decision at a sequence, if it is here.
  subscript(sequence: SequenceNumber) -> Decision? {
    let decision = ring[index(of: sequence)]
    return decision?.sequence == sequence ? decision : nil
  }

  /// The view of the decision at a sequence, if it is here.
  func view(at sequence: SequenceNumber) -> View? {
    let index = index(of: sequence)
    return ring[index]?.sequence == sequence ? ring[index]?.certificate.view : nil
  }

  /// Keeps a decision near the executed sequence; false when it is too far ahead or behind, or here already.
  mutating func insert(_ decision: Decision, executed: SequenceNumber) -> Bool {
    let sequence = decision.sequence
    guard sequence > executed, sequence.distance(after: executed) <= reach,
      ring[index(of: sequence)]?.sequence != sequence
    else { return false }
    ring[index(of: sequence)] = decision
    return true
  }

  /// Forgets everything: the state came from elsewhere.
  mutating func removeAll() {
    for index in ring.indices { ring[index] = nil }
  }

  private func index(of sequence: SequenceNumber) -> Int {
    Int(truncatingIfNeeded: sequence.rawValue % UInt64(ring.count))
  }
}
