import WitanDraw

/// Changes bytes that are choices in such a way that what they make is a neighbour of what they made: one choice is another
/// one, a part is left out, doubled, moved, or taken from another case.
///
/// What was changed is drawn once more before it is written down, so that every choice lies within its bound and the bytes
/// that follow a change still mean what they meant.
public struct ChoiceMutator: Sendable {
  private let draws: @Sendable (inout Draw) -> Void

  /// A mutator of what is drawn so.
  public init(_ draws: @escaping @Sendable (inout Draw) -> Void) { self.draws = draws }

  /// A neighbour of a case, of at most so many bytes.
  public func mutated(_ bytes: [UInt8], seed: UInt64, limit: Int) -> [UInt8] {
    var luck = Draw(seed: seed)
    let recording = recording(of: bytes)
    var values = recording.entries.map(\.value)
    for _ in 0..<luck.integer(in: 1...4) { change(&values, recording, &luck) }
    return written(values, luck.next(), limit)
  }

  /// A case with a part of another in place of its own.
  public func crossed(_ one: [UInt8], _ other: [UInt8], seed: UInt64, limit: Int) -> [UInt8] {
    var luck = Draw(seed: seed)
    let (mine, theirs) = (recording(of: one), recording(of: other))
    var values = mine.entries.map(\.value)
    let donors = theirs.entries.map(\.value)
    if let span = luck.pick(mine.spans),
      let donor = luck.pick(theirs.spans.filter { $0.label == span.label })
    {
      values.replaceSubrange(span.range, with: donors[donor.range])
    } else if !values.isEmpty, !donors.isEmpty {
      // Nothing is alike: the beginning of the one, and the end of the other.
      let cut = luck.integer(in: 0...values.count - 1)
      values = values[..<cut] + donors.suffix(luck.integer(in: 0...donors.count))
    }
    return written(values, luck.next(), limit)
  }

  /// What is chosen when these bytes are drawn from.
  func recording(of bytes: [UInt8]) -> Recording {
    var draw = Draw(bytes: bytes)
    draws(&draw)
    return draw.recording ?? Recording()
  }

  private func written(_ values: [UInt64], _ seed: UInt64, _ limit: Int) -> [UInt8] {
    // What a change makes necessary is drawn from a seed: all zeroes would be the dullest neighbour there is.
    var draw = Draw(replaying: Choices(values), thenSeed: seed)
    draws(&draw)
    return Array(Self.bytes(of: draw.recording ?? Recording()).prefix(limit))
  }

  /// The bytes from which these choices are read again. Zeroes at the end needn't be there.
  static func bytes(of recording: Recording) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in recording.entries {
      var (left, value) = (entry.bound, entry.value)
      while left > 0 {
        bytes.append(UInt8(truncatingIfNeeded: value))
        (left, value) = (left >> 8, value >> 8)
      }
    }
    while bytes.last == 0 { bytes.removeLast() }
    return bytes
  }

  // MARK: Changes

  private func change(_ values: inout [UInt64], _ recording: Recording, _ luck: inout Draw) {
    // Spans lie where they lay before the first change; after one that moved something they lie roughly so.
    let spans = recording.spans.filter { !$0.range.isEmpty && $0.range.upperBound <= values.count }
    switch luck.integer(in: 0...9) {
    case 5:
      guard let span = luck.pick(spans) else { return }
      for index in span.range { values[index] = 0 }
    case 6:
      guard let span = luck.pick(spans) else { return }
      values.removeSubrange(span.range)
    case 7:
      guard let span = luck.pick(spans) else { return }
      values.insert(contentsOf: values[span.range], at: span.range.upperBound)
    case 8:
      guard let span = luck.pick(spans),
        let other = luck.pick(spans.filter { $0.label == span.label })
      else { return }
      values.replaceSubrange(other.range, with: Array(values[span.range]))
    case 9:
      guard let span = luck.pick(spans) else { return }
      for index in span.range where luck.chance(0.3) {
        values[index] = other(than: values[index], bound(index, recording), &luck)
      }
    default:
      guard let index = luck.pick(values.indices) else { return }
      values[index] = other(than: values[index], bound(index, recording), &luck)
    }
  }

  private func bound(_ index: Int, _ recording: Recording) -> UInt64 {
    index < recording.entries.count ? recording.entries[index].bound : .max
  }

  private func other(than value: UInt64, _ bound: UInt64, _ luck: inout Draw) -> UInt64 {
    switch luck.integer(in: 0...5) {
    case 0: 0
    case 1: bound
    case 2: value > 0 ? value - 1 : min(1, bound)
    case 3: value < bound ? value + 1 : bound
    default: luck.choice(upTo: bound)
    }
  }
}
