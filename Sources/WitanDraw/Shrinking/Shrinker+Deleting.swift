/// Fewer choices.
extension Shrinker {
  /// Takes out what lies directly within a span, or at the top: half of it at once, a quarter, down to one by
  /// one (Zeller's delta debugging). This is what makes collections and lists of commands short.
  mutating func deleteChildren() {
    var parent = -1
    while parent < best.spans.count, !isSpent {
      deleteChildren(of: parent)
      parent += 1
    }
  }

  private mutating func deleteChildren(of parent: Int) {
    var size = max(1, best.children(of: parent).count / 2)
    while !isSpent {
      var first = 0
      while !isSpent {
        let children = best.children(of: parent)
        guard first < children.count else { break }
        let chunk = children[first..<min(first + size, children.count)]
        let removed = chunk.flatMap { Array(best.spans[$0].range) }
        guard !removed.isEmpty, consider({ $0.remove(removed) }) else {
          first += size
          continue
        }
        // The span itself may be gone with what was in it.
        guard parent < best.spans.count else { return }
      }
      guard size > 1 else { return }
      size /= 2
    }
  }

  /// Puts in a span's place one of the same kind that lies within it: a tree becomes one of its branches.
  mutating func descend() {
    var outer = 0
    while outer < best.spans.count, !isSpent {
      let span = best.spans[outer]
      let inner = best.spans[(outer + 1)...].filter {
        $0.label == span.label && span.range.contains($0.range) && $0.range.count < span.range.count
      }
      let values = values
      let found = inner.contains { inner in
        consider { $0.replaceSubrange(span.range, with: values[inner.range]) }
      }
      if !found { outer += 1 }
    }
  }

  /// Takes out runs of choices that no span holds together.
  mutating func deleteRuns() {
    for size in [8, 4, 3, 2, 1] {
      var end = best.entries.count
      while end >= size, !isSpent {
        let run = (end - size)..<end
        if consider({ $0.removeSubrange(run) }) {
          end = min(end, best.entries.count)
        } else {
          end -= 1
        }
      }
    }
  }

  /// Lowers a choice by one and takes out something after it: what was drawn as so many things as a number
  /// before said.
  mutating func lowerAndDelete() {
    var index = 0
    while index < best.entries.count, !isSpent {
      if best.entries[index].value == 0 || !lowerAndDelete(at: index) { index += 1 }
    }
  }

  private mutating func lowerAndDelete(at index: Int) -> Bool {
    let following = best.spans.map(\.range).filter { $0.lowerBound > index && !$0.isEmpty }
    let runs = (1...4).map { (index + 1)..<(index + 1 + $0) }
      .filter { $0.upperBound <= best.entries.count }
    for range in following.prefix(24) + runs {
      let found = consider {
        $0[index] -= 1
        $0.removeSubrange(range)
      }
      if found { return true }
    }
    return false
  }
}

extension Recording {
  /// The spans that lie directly within this one, or those that lie in none.
  func children(of parent: Int) -> [Int] {
    guard parent >= 0 else { return spans.indices.filter { spans[$0].depth == 0 } }
    let span = spans[parent]
    let rest = spans[(parent + 1)...]
    let end = rest.firstIndex { $0.depth <= span.depth } ?? spans.count
    return ((parent + 1)..<end).filter { spans[$0].depth == span.depth + 1 }
  }
}

extension Range where Bound == Int {
  /// Whether another range lies within.
  fileprivate func contains(_ other: Range) -> Bool {
    lowerBound <= other.lowerBound && other.upperBound <= upperBound
  }
}

extension Array {
  /// Takes out the elements at these places, which are in order.
  fileprivate mutating func remove(_ places: [Int]) {
    for place in places.reversed() { remove(at: place) }
  }
}
