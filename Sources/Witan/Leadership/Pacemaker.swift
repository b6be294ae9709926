/// How patient a replica is: timeouts that follow the measured network, double with every view that fails, and
/// come back down as views succeed.
///
/// The measured delay is smoothed as TCP's round-trip time is (RFC 6298): an average and a deviation, from
/// which the patience is a multiple with a margin, between a floor and a ceiling. The formula grows with the
/// delay before a timer fires in vain: at half a second of delay a request is given several seconds.
struct Pacemaker: Sendable {
  /// How many one-way delays an agreement takes at most when nothing fails: request, pre-prepare, prepare,
  /// commit and one retransmission of each.
  static let delaysPerAgreement: UInt64 = 8

  private let initial: Micros
  private let floor: Micros
  private let ceiling: Micros
  /// The smoothed one-way delay and its deviation; nil before the first sample.
  private(set) var delay: Micros?
  private(set) var deviation: Micros = 0
  /// How often the patience is doubled.
  private(set) var backoff: UInt64 = 0
  private var decisionsInView: UInt64 = 0

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

  /// How often to say where we stand while waiting.
  var statusPeriod: Micros { max(floor, patience) / 2 }

  /// A sample of the one-way delay between replicas.
  mutating func note(delay sample: Micros) {
    guard let delay else {
      self.delay = sample
      deviation = sample / 2
      return
    }
    let difference = max(sample, delay) - min(sample, delay)
    deviation = (deviation * 3 + difference) / 4
    self.delay = (delay * 7 + sample) / 8
  }

  /// A view was given up: the next is given twice the time.
  mutating func noteFailedView() {
    backoff = min(backoff + 1, 20)
    decisionsInView = 0
  }

  /// A block was executed: a back-off that was needed once is taken back step by step.
  mutating func noteProgress() {
    decisionsInView += 1
    if decisionsInView.isMultiple(of: 4), backoff > 0 { backoff -= 1 }
  }
}
