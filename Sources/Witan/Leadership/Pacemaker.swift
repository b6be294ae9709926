/// How patient a replica is: timeouts that follow the measured network, double with every view that fails, and
/// come back down as views succeed.
///
/// The delay is the lower quartile of the latest samples, which are of whole agreements: one that had to wait
/// for a retransmission says more about loss than about delay, and would else make everybody more patient, and
/// so retransmit later still. The deviation is that of the samples which aren't far above. The patience is a
/// multiple with a margin, between a floor and a ceiling, and grows with the delay before a timer fires in
/// vain: at half a second of delay a request is given several seconds.
struct Pacemaker: Sendable {
  /// How many one-way delays an agreement takes at most when nothing fails: request, pre-prepare, prepare,
  /// commit and one retransmission of each.
  static let delaysPerAgreement: UInt64 = 8

  private let initial: Micros
  private let floor: Micros
  private let ceiling: Micros
  /// So many samples are kept: a quarter of them is enough to follow a change within a few agreements.
  static let sampleCount = 16

  private var samples: [Micros] = []
  private var sorted: [Micros] = []
  private var oldest = 0
  /// The one-way delay between replicas and its deviation; nil before the first sample.
  private(set) var delay: Micros?
  private(set) var deviation: Micros = 0
  /// How often the patience is doubled.
  private(set) var backoff: UInt64 = 0
  private var decisionsInView: UInt64 = 0
  private var answers = AnswerTimes()
  /// How long a quorum's answers to a proposal take when nothing is lost; nil while too few were measured.
  private var answer: Micros?
  /// How often in a row something was asked for again in vain.
  private var fruitless: UInt64 = 0

  init(parameters: Parameters) {
    initial = parameters.patience
    floor = parameters.patienceFloor
    ceiling = parameters.patienceCeiling
  }

  /// What a request may wait without back-off.
  var basePatience: Micros {
    guard let delay else { return initial }
    let measured = (delay + deviation * 4) * Self.delaysPerAgreement
    return max(floor, min(ceiling, max(measured, min(initial, measured * 2 + floor))))
  }

  /// What a request, or a view-change, may wait now.
  var patience: Micros {
    min(ceiling, basePatience * (1 << min(backoff, 20)))
  }

  /// How long something is given before it is asked for again: two round trips.
  ///
  /// Where much is lost and everybody is needed, nearly all agreements wait to be told again, so that the measured delay
  /// follows this span; did this span follow the delay without limit, both would grow for ever. So single answers say how
  /// long a round trip takes where they are faster (see `AnswerTimes`). And no more is given than the genesis finds short,
  /// unless even the fastest agreement takes long: then it is the network that is slow.
  var retransmission: Micros {
    guard let delay else { return floor / 2 }
    let limit = min(max(initial / 4, (sorted.first ?? 0) * 3), (answer ?? .milliseconds(.max)) * 4)
    return max(floor / 4, min(patience / 2, min(limit, (delay + deviation) * 4)))
  }

  /// When to ask again: the more often that was in vain, the later. Else what is asked for and repeated could be more than
  /// the links carry, and would keep from arriving what everybody waits for. Half a patience is the most: as views fail,
  /// that grows too.
  var repetition: Micros {
    let span = retransmission
    return max(span, min(patience / 2, span * (1 << min(fruitless / Self.roundsAtOnce, 20))))
  }

  /// So many rounds follow each other before they become rarer: what is lost by chance is there by then.
  private static let roundsAtOnce: UInt64 = 4

  /// A member's prepare came so long after the proposal.
  @inline(__always)
  mutating func note(answer span: Micros, of seat: Seat, among count: Int) {
    answers.note(span, of: seat, among: count)
  }

  /// It was looked for what is missing, and asked if something is. Who leads and who asks answers nothing.
  mutating func noteRound(isStuck: Bool, among members: Membership, besides silent: SeatSet) {
    if answers.areNews(besides: silent) { answer = answers.ofQuorum(members, besides: silent) }
    fruitless = isStuck ? fruitless + 1 : 0
  }

  /// Something came of it, or a view begins or is left: others know what isn't known here, and it is asked for soon.
  mutating func noteTurn() { fruitless = 0 }

  /// Other members serve from here on.
  mutating func beginEpoch() {
    answers.removeAll()
    answer = nil
    fruitless = 0
  }

  /// A sample of the one-way delay between replicas.
  mutating func note(delay sample: Micros) {
    if samples.count == Self.sampleCount {
      replace(samples[oldest], by: sample)
      samples[oldest] = sample
      oldest = (oldest + 1) % Self.sampleCount
    } else {
      samples.append(sample)
      sorted.insert(sample, at: sorted.firstIndex { $0 > sample } ?? sorted.count)
    }
    let quartile = sorted[sorted.count / 4]
    var sum: Micros = 0
    var near: UInt64 = 0
    for other in sorted where other > quartile && other <= quartile * 4 {
      sum = sum + (other - quartile)
      near += 1
    }
    delay = quartile
    deviation = near == 0 ? quartile / 4 : sum / near
  }

  /// What lies between the places of the two moves by one.
  private mutating func replace(_ old: Micros, by new: Micros) {
    guard var place = sorted.firstIndex(of: old) else { return }
    while place + 1 < sorted.count, sorted[place + 1] < new {
      sorted[place] = sorted[place + 1]
      place += 1
    }
    while place > 0, sorted[place - 1] > new {
      sorted[place] = sorted[place - 1]
      place -= 1
    }
    sorted[place] = new
  }

  /// A view was given up: the next is given twice the time.
  mutating func noteFailedView() {
    backoff = min(backoff + 1, 20)
    decisionsInView = 0
  }

  /// A block was executed: a back-off that was needed once is taken back step by step.
  mutating func noteProgress() {
    fruitless = 0
    decisionsInView += 1
    if decisionsInView.isMultiple(of: 4), backoff > 0 { backoff -= 1 }
  }
}
