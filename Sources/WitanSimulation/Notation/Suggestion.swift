/// Guesses what a person meant by a mistyped word.
package enum Suggestion {
  /// The candidate nearest to `word`, if any is near enough to be meant; the first one wins a tie.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    guard !word.isEmpty else { return nil }
    let allowance = max(1, (word.count + 1) / 3)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      // An abbreviation is a guess as good as a single slip.
      let isPrefix = word.count >= 2 && candidate.lowercased().hasPrefix(word.lowercased())
      let distance = isPrefix ? 1 : distance(word.lowercased(), candidate.lowercased())
      if distance <= allowance, distance < best?.distance ?? .max {
        best = (candidate, distance)
      }
    }
    return best?.candidate
  }

  /// The least number of letters to insert, drop, replace, or swap with their neighbour.
  package static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left)
    let b = Array(right)
    // Three rows of the table of optimal string alignment: a swap looks back two.
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in b.indices {
        let replaced = last[j] + (a[i] == b[j] ? 0 : 1)
        var least = min(row[j] + 1, last[j + 1] + 1, replaced)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          least = min(least, beforeLast[j - 1] + 1)
        }
        row.append(least)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
