/// Fewer choices at the price of others: the last means, when simpler ones are used up.
extension Shrinker {
  /// Takes a span out and makes up for it elsewhere. Numbers that name places are lowered by one, as the places
  /// after it moved up; or a number nearby becomes larger, as it has to stand for two.
  mutating func trade() {
    var index = 0
    while index < best.spans.count, !isSpent {
      let span = best.spans[index]
      if span.range.isEmpty || !(renumber(span) || merge(span)) { index += 1 }
    }
  }

  private mutating func renumber(_ span: Recording.Span) -> Bool {
    let siblings = best.spans.filter {
      $0.label == span.label && $0.depth == span.depth && $0.range != span.range
    }
    let places = siblings.flatMap { Array($0.range) }
      .filter { best.entries[$0].bound > 1 && best.entries[$0].value > 0 }
    guard places.count > 1 else { return false }
    return consider {
      for place in places { $0[place] -= 1 }
      $0.removeSubrange(span.range)
    }
  }

  private mutating func merge(_ span: Recording.Span) -> Bool {
    let largest = best.entries[span.range].map(\.value).max() ?? 0
    let around =
      max(0, span.range.lowerBound - 4)..<min(best.entries.count, span.range.upperBound + 4)
    for place in around where !span.range.contains(place) {
      let entry = best.entries[place]
      guard entry.bound > 1 else { continue }
      let room = entry.bound - entry.value
      for more in [1, 2, largest, room] where more > 0 && more <= room {
        let found = consider {
          $0[place] = entry.value + more
          $0.removeSubrange(span.range)
        }
        if found { return true }
      }
    }
    return false
  }
}
