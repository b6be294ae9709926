/// Where a draw's choices come from, and where they are written down.
///
/// A draw that is copied shares its tape with the copy: there is one sequence of choices, in the order in
/// which they were asked for. Like any value that is passed `inout`, such a draw belongs to one task at a
/// time; that, and no lock, is what makes sharing it safe. Whoever needs streams for several tasks splits it.
@usableFromInline
final class Tape: @unchecked Sendable {
  /// Choices to be made again, before any other.
  private let replayed: [UInt64]
  private var position = 0
  /// A fuzzer's bytes, if choices come from them.
  private let bytes: [UInt8]?
  private var offset = 0
  /// The seed and its stream, if choices come from there.
  private let seed: UInt64?
  private var seeded: Draw

  private let limit: Int
  private var key: UInt64?
  private var open: [Int] = []
  private var recording = Recording()
  private var isShort = false
  private var hasClamped = false

  /// What whoever made the draw wants to be found with it.
  var companion: AnyObject?

  init(replaying replayed: [UInt64] = [], bytes: [UInt8]? = nil, seed: UInt64? = nil, limit: Int) {
    self.replayed = replayed
    self.bytes = bytes
    self.seed = seed
    self.limit = limit
    seeded = Draw(seed: seed ?? 0)
  }

  /// What was recorded so far.
  var result: Recording {
    var result = recording
    result.fits = !isShort && !hasClamped && position == replayed.count
    for index in open {
      let start = result.spans[index].range.lowerBound
      result.spans[index].range = start..<result.entries.count
    }
    return result
  }

  /// Whether a seed decides what comes next.
  private var isSeeded: Bool { seed != nil && position == replayed.count }

  @usableFromInline
  func choice(upTo bound: UInt64) -> UInt64 {
    choice(upTo: bound) { seed in seed.choice(upTo: bound) }
  }

  /// A choice that a seed makes in its own way. Whatever else makes it is free within the bound.
  func choice(upTo bound: UInt64, proposing propose: (inout Draw) -> UInt64) -> UInt64 {
    guard recording.entries.count < limit else {
      recording.isTruncated = true
      return 0
    }
    let value: UInt64
    if position < replayed.count {
      value = min(replayed[position], bound)
      hasClamped = hasClamped || value != replayed[position]
      position += 1
    } else if let bytes {
      value = number(upTo: bound, from: bytes)
    } else if seed != nil {
      value = min(propose(&seeded), bound)
    } else {
      isShort = true
      value = 0
    }
    recording.entries.append(.init(value: value, bound: bound))
    return value
  }

  /// As many bytes as the bound needs, the lowest first; zero where there are none left.
  private func number(upTo bound: UInt64, from bytes: [UInt8]) -> UInt64 {
    var value: UInt64 = 0
    var (left, shift) = (bound, UInt64(0))
    while left > 0, offset < bytes.count {
      value |= UInt64(bytes[offset]) << shift
      offset += 1
      shift += 8
      left >>= 8
    }
    return bound == .max ? value : value % (bound + 1)
  }

  /// What a seed would like, which isn't recorded; nil where it has no say.
  func suggestion<Value>(_ suggest: (inout Draw) -> Value) -> Value? {
    isSeeded ? suggest(&seeded) : nil
  }

  /// A stream of what a seed would like in this case as a whole.
  func suggestions(_ purpose: StaticString) -> Draw? {
    seed.map { Draw.split(SplitMix64.scramble($0), purpose, 0) }
  }

  /// What splits follow from: one choice, which is the seed itself where there is one.
  func splitKey() -> UInt64 {
    if let key { return key }
    let seed = seed
    let chosen = span("split") { choice(upTo: .max) { _ in seed ?? 0 } }
    key = chosen
    return chosen
  }

  private func span<Value>(_ label: StaticString, _ body: () -> Value) -> Value {
    begin(label)
    defer { end() }
    return body()
  }

  func begin(_ label: StaticString) {
    let start = recording.entries.count
    open.append(recording.spans.count)
    recording.spans.append(
      .init(label: Self.number(of: label), depth: open.count - 1, range: start..<start))
  }

  func end() {
    guard let index = open.popLast() else { return }
    let start = recording.spans[index].range.lowerBound
    recording.spans[index].range = start..<recording.entries.count
  }

  /// FNV-1a: short, and the same everywhere.
  private static func number(of label: StaticString) -> UInt64 {
    label.withUTF8Buffer { name in
      name.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
  }
}
