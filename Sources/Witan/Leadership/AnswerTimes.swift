/// How fast the members answer a proposal with their prepares, one by one.
///
/// A whole agreement needs a quorum's messages and waits for whichever is lost; where much is lost and everybody is
/// needed, hardly one goes through without a repetition, so that what agreements take says nothing of how long an
/// answer does. A single answer needs two messages only. Of each member's latest answers the second fastest counts:
/// repetitions aren't among the fastest two of eight until half of all messages are lost, nor is one freak. Of the
/// members, the slowest counts that a quorum needs.
struct AnswerTimes: Sendable {
  /// So many answers of a member are kept.
  static let memory = 8

  /// In microseconds, `memory` places a seat; nothing was measured where there is the highest number. Empty until the
  /// first comes.
  private var spans: [UInt32] = []
  /// Where each seat's next goes.
  private var next: [UInt8] = []
  /// Who was left out when somebody looked last; nil since an answer came.
  private var lookedAtBesides: SeatSet?

  /// A member answered so long after the proposal was here.
  @inline(__always)
  mutating func note(_ span: Micros, of seat: Seat, among count: Int) {
    if next.count != count { makeRoom(for: count) }
    let place = next[seat.index]
    spans[seat.index * Self.memory + Int(place)] = UInt32(clamping: min(span.rawValue, 1 << 31))
    next[seat.index] = (place + 1) % UInt8(Self.memory)
    lookedAtBesides = nil
  }

  private mutating func makeRoom(for count: Int) {
    spans = Array(repeating: .max, count: count * Self.memory)
    next = Array(repeating: 0, count: count)
  }

  /// Other members answer from here on.
  mutating func removeAll() { (spans, next, lookedAtBesides) = ([], [], nil) }

  /// Whether answers came, or others are left out, since this was asked last: most rounds bring neither.
  mutating func areNews(besides silent: SeatSet) -> Bool {
    guard lookedAtBesides != silent else { return false }
    lookedAtBesides = silent
    return true
  }

  /// How long a quorum's answers take when nothing is lost; nil while too few have answered. Who asks and who leads needn't
  /// answer.
  func ofQuorum(_ members: Membership, besides silent: SeatSet) -> Micros? {
    guard next.count == members.count else { return nil }
    var power = members.power(of: silent)
    var answers: [(span: UInt32, power: VotingPower)] = []
    for (index, member) in members.members.enumerated() where !silent.contains(Seat(index)) {
      let place = index * Self.memory
      guard let span = Self.secondFastest(spans[place..<place + Self.memory]) else { continue }
      answers.append((span, member.power))
    }
    answers.sort { $0.span < $1.span }
    for answer in answers {
      power += answer.power
      if members.quorum.isReached(by: power) { return Micros(UInt64(answer.span)) }
    }
    return nil
  }

  /// The second fastest, or the only one.
  private static func secondFastest(_ spans: ArraySlice<UInt32>) -> UInt32? {
    var (first, second) = (UInt32.max, UInt32.max)
    for span in spans {
      if span < first {
        (first, second) = (span, first)
      } else if span < second {
        second = span
      }
    }
    return first == .max ? nil : second == .max ? first : second
  }
}
