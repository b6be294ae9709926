/// Smaller choices.
extension Shrinker {
  /// Sets all that lies in a span to zero: its simplest form.
  mutating func clearSpans() {
    var index = 0
    while index < best.spans.count, !isSpent {
      let range = best.spans[index].range
      if values[range].contains(where: { $0 > 0 }) {
        _ = consider { for place in range { $0[place] = 0 } }
      }
      index += 1
    }
  }

  /// Lowers a span's first choice, which often says what the rest means, and clears the rest, or takes it
  /// out: another branch in its simplest form.
  mutating func lowerBranches() {
    var index = 0
    while index < best.spans.count, !isSpent {
      let range = best.spans[index].range
      if let start = range.first {
        for branch in 0..<min(values[start], 6) {
          let rest = (start + 1)..<range.upperBound
          let found =
            consider {
              $0[start] = branch
              for place in rest { $0[place] = 0 }
            }
            || consider {
              $0[start] = branch
              $0.removeSubrange(rest)
            }
          if found { break }
        }
      }
      index += 1
    }
  }

  /// Lowers each choice by itself as far as it goes.
  mutating func lowerEach() {
    var index = 0
    while index < best.entries.count, !isSpent {
      lower(best.entries[index].value) { shrinker, value in
        guard index < shrinker.best.entries.count else { return false }
        return shrinker.consider { $0[index] = value }
      }
      index += 1
    }
  }

  /// Lowers choices that are equal together: what only fails while they are.
  mutating func lowerEqual() {
    var tried: Set<UInt64> = []
    while !isSpent {
      let values = values
      let repeated = values.first { value in
        value > 0 && !tried.contains(value) && values.count { $0 == value } > 1
      }
      guard let repeated else { return }
      tried.insert(repeated)
      let places = values.indices.filter { values[$0] == repeated }
      lower(repeated) { shrinker, value in
        guard let last = places.last, last < shrinker.best.entries.count else { return false }
        return shrinker.consider { for place in places { $0[place] = value } }
      }
    }
  }

  /// Lowers a choice together with a later one, which keeps their difference, or at the cost of a later one,
  /// which keeps their sum.
  mutating func shiftPairs() {
    var first = 0
    while first < best.entries.count, !isSpent {
      var second = first + 1
      while second < min(first + 32, best.entries.count), !isSpent {
        let (one, other) = (best.entries[first], best.entries[second])
        if one.value > 0, one.bound > 1, other.bound > 1 {
          shift(first, second)
        }
        second += 1
      }
      first += 1
    }
  }

  private mutating func shift(_ first: Int, _ second: Int) {
    let (one, other) = (best.entries[first], best.entries[second])
    let common = min(one.value, other.value)
    if common > 0 {
      lower(common) { shrinker, left in
        shrinker.consider { values in
          guard second < values.count else { return }
          values[first] = one.value - common + left
          values[second] = other.value - common + left
        }
      }
    }
    guard best.entries.count > second else { return }
    let (now, then) = (best.entries[first], best.entries[second])
    lower(now.value) { shrinker, left in
      let (sum, overflow) = then.value.addingReportingOverflow(now.value - left)
      guard !overflow, sum <= then.bound else { return false }
      return shrinker.consider { values in
        guard second < values.count else { return }
        values[first] = left
        values[second] = sum
      }
    }
  }
}
