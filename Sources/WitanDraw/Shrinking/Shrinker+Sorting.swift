/// The same choices in a simpler order.
extension Shrinker {
  /// Puts what lies directly within a span, or at the top, in order, the simplest first: all at once if that
  /// will do, otherwise by exchanging neighbours.
  mutating func sortChildren() {
    var parent = -1
    while parent < best.spans.count, !isSpent {
      for label in labels(within: parent) { sort(label, within: parent) }
      parent += 1
    }
  }

  private func labels(within parent: Int) -> [UInt64] {
    var labels: [UInt64] = []
    for child in best.children(of: parent) where !labels.contains(best.spans[child].label) {
      labels.append(best.spans[child].label)
    }
    return labels
  }

  private func ranges(_ label: UInt64, within parent: Int) -> [Range<Int>] {
    guard parent < best.spans.count else { return [] }
    return best.children(of: parent).map { best.spans[$0] }
      .filter { $0.label == label && !$0.range.isEmpty }.map(\.range)
  }

  private mutating func sort(_ label: UInt64, within parent: Int) {
    let ranges = ranges(label, within: parent)
    let parts = ranges.map { Array(values[$0]) }
    guard parts.count > 1, !consider(arranged(parts.sorted(by: precedes), in: ranges)) else {
      return
    }
    // A part moves to the front as long as it is simpler than what stands there.
    var index = 1
    while index < self.ranges(label, within: parent).count, !isSpent {
      var place = index
      while place > 0, exchange(place - 1, place, label, within: parent) { place -= 1 }
      index += 1
    }
  }

  private mutating func exchange(
    _ one: Int, _ other: Int, _ label: UInt64, within parent: Int
  ) -> Bool {
    let ranges = ranges(label, within: parent)
    guard other < ranges.count else { return false }
    var parts = ranges.map { Array(values[$0]) }
    guard precedes(parts[other], parts[one]) else { return false }
    parts.swapAt(one, other)
    return consider(arranged(parts, in: ranges))
  }

  private func precedes(_ one: [UInt64], _ other: [UInt64]) -> Bool {
    one.lexicographicallyPrecedes(other)
  }

  /// The best choices, with these parts where those ranges were.
  private func arranged(_ parts: [[UInt64]], in ranges: [Range<Int>]) -> [UInt64] {
    let values = values
    var (result, end) = ([UInt64](), 0)
    for (part, range) in zip(parts, ranges) {
      result += values[end..<range.lowerBound] + part
      end = range.upperBound
    }
    return result + values[end...]
  }
}
