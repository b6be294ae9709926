/// Decided blocks around the point of execution: those ahead wait their turn, those behind help others catch
/// up. A ring that is allocated once.
struct DecisionLog: Sendable {
  private var ring: [Decision?]
  /// The sequences of what is here; 0 where nothing is. Whether something is here is asked far more often than what.
  private var sequences: [SequenceNumber]

  /// Room for a window ahead of execution and a window behind it.
  init(window: UInt64) {
    ring = Array(repeating: nil, count: 2 * Int(window))
    sequences = Array(repeating: 0, count: ring.count)
  }

  /// How far ahead of the executed sequence a decision may be to be kept.
  var reach: UInt64 { UInt64(ring.count / 2) }

  /// The decision at a sequence, if it is here.
  subscript(sequence: SequenceNumber) -> Decision? {
    @inline(__always)
    get { contains(sequence) ? ring[index(of: sequence)] : nil }
  }

  /// Whether the decision at a sequence is here.
  @inline(__always)
  func contains(_ sequence: SequenceNumber) -> Bool {
    sequence > 0 && sequences[index(of: sequence)] == sequence
  }

  /// The decided block at a sequence, if it is here.
  func block(at sequence: SequenceNumber) -> Block? {
    contains(sequence) ? ring[index(of: sequence)]?.block : nil
  }

  /// The view of the decision at a sequence, if it is here.
  func view(at sequence: SequenceNumber) -> View? {
    contains(sequence) ? ring[index(of: sequence)]?.certificate.view : nil
  }

  /// Keeps a decision near the executed sequence; false when it is too far ahead or behind, or here already.
  mutating func insert(_ decision: Decision, executed: SequenceNumber) -> Bool {
    let sequence = decision.sequence
    guard sequence > executed, sequence.distance(after: executed) <= reach else { return false }
    let index = index(of: sequence)
    guard sequences[index] != sequence else { return false }
    ring[index] = decision
    sequences[index] = sequence
    return true
  }

  /// Forgets everything: the state came from elsewhere.
  mutating func removeAll() {
    for index in ring.indices {
      ring[index] = nil
      sequences[index] = 0
    }
  }

  @inline(__always)
  private func index(of sequence: SequenceNumber) -> Int {
    Int(truncatingIfNeeded: sequence.rawValue % UInt64(ring.count))
  }
}
