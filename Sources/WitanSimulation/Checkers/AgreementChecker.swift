import Witan
import WitanCrypto

/// Agreement: what crosses the seam to the applications is one chain of blocks, the same on every correct machine, in every
/// life it has, without gaps.
///
/// It goes by the blocks that applications were given, not by what replicas say of themselves, and forgets no sequence,
/// so that a machine that comes late, or back, is compared as all others are (F52).
public struct AgreementChecker: Checker {
  private struct Place: Sendable {
    let block: Digest
    /// Which of the block's requests ran, in order.
    let runs: [Digest]
    let timestamp: Micros
  }

  /// Where a machine's application stands.
  private struct Standing: Sendable {
    var executed: SequenceNumber = 0
    var last: Digest
    /// The furthest it came in any life.
    var furthest: SequenceNumber = 0
    /// Whether it is known where it stands: not between its start and the word where from.
    var isKnown = true
  }

  /// What it knows beforehand.
  public var vantage: Vantage
  /// What it found.
  public private(set) var findings = Findings()
  private var order: [Place?] = []
  private var standings: [Standing]
  /// The sequences at which correct machines executed different blocks.
  public private(set) var forks: [SequenceNumber] = []

  /// A checker that has seen nothing yet.
  public init(_ vantage: Vantage) {
    self.vantage = vantage
    let origin = Standing(last: vantage.genesis.digest)
    standings = Array(repeating: origin, count: vantage.names.count)
  }

  /// How many sequences were executed by any correct machine.
  public var length: SequenceNumber { SequenceNumber(UInt64(order.count)) }

  /// The block that was executed at a sequence.
  public func block(at sequence: SequenceNumber) -> Digest? { place(at: sequence)?.block }

  /// How far a machine's application has come.
  public func executed(by node: Int) -> SequenceNumber { standings[node].executed }

  /// Sees what happened.
  public mutating func observe(_ happening: Happening) {
    guard vantage.isCorrect(happening.node) else { return }
    switch happening.event {
    case .executed(let execution): executed(execution, happening)
    case .installed(let summary):
      stand(at: summary.sequence, last: summary.lastBlock, happening)
    case .started: standings[happening.node].isKnown = false
    case .restored(let sequence, _): restored(sequence, happening)
    default: break
    }
  }

  private func place(at sequence: SequenceNumber) -> Place? {
    let index = Int(clamping: sequence.rawValue) - 1
    return order.indices.contains(index) ? order[index] : nil
  }

  private mutating func executed(_ execution: Execution, _ happening: Happening) {
    let (sequence, header) = (execution.sequence, execution.header)
    let standing = standings[happening.node]
    if standing.isKnown {
      if sequence != standing.executed.next {
        findings.add(
          .order, at: happening, sequence,
          detail: "executed \(sequence) right after \(standing.executed)")
      } else if header.previous != standing.last {
        findings.add(
          .chain, at: happening, sequence,
          detail:
            "the block follows \(header.previous.short), but \(standing.last.short) is what it executed before"
        )
      }
    }
    compare(execution, happening)
    standings[happening.node] = Standing(
      executed: sequence, last: header.digest, furthest: max(standing.furthest, sequence))
  }

  private mutating func compare(_ execution: Execution, _ happening: Happening) {
    let (sequence, header) = (execution.sequence, execution.header)
    guard let known = place(at: sequence) else {
      return append(execution, happening)
    }
    guard known.block == header.digest else {
      if forks.last != sequence { forks.append(sequence) }
      return findings.add(
        .fork, at: happening, sequence,
        detail: "executed block \(header.digest.short), others \(known.block.short)")
    }
    let isSame =
      known.runs.count == execution.requests.count
      && zip(known.runs, execution.requests).allSatisfy { $0 == $1.digest }
    if !isSame {
      findings.add(
        .sessions, at: happening, sequence,
        detail:
          "of block \(header.digest.short) it runs \(execution.requests.count) requests, others ran \(known.runs.count) or other ones"
      )
    }
  }

  private mutating func append(_ execution: Execution, _ happening: Happening) {
    let (sequence, header) = (execution.sequence, execution.header)
    let before = place(at: sequence.previous)
    if sequence > 1, before == nil {
      findings.add(
        .order, at: happening, sequence,
        detail: "no correct machine ever executed what comes before")
    }
    if header.timestamp < before?.timestamp ?? vantage.genesis.timestamp {
      findings.add(
        .invalid, at: happening, sequence, detail: "its timestamp is before its parent's")
    }
    // Whoever names a sequence far ahead may not fill the memory with what lies between.
    guard sequence.distance(after: length) <= 1 << 20 else { return }
    while length < sequence { order.append(nil) }
    order[Int(sequence.rawValue) - 1] = Place(
      block: header.digest, runs: execution.requests.map(\.digest), timestamp: header.timestamp)
  }

  private mutating func restored(_ sequence: SequenceNumber, _ happening: Happening) {
    if sequence > standings[happening.node].furthest {
      findings.add(
        .order, at: happening, sequence,
        detail:
          "restarts at \(sequence), but it never came further than \(standings[happening.node].furthest)"
      )
    }
    let last = sequence == 0 ? vantage.genesis.digest : place(at: sequence)?.block
    stand(at: sequence, last: last, happening)
  }

  private mutating func stand(
    at sequence: SequenceNumber, last: Digest?, _ happening: Happening
  ) {
    if let last, let known = place(at: sequence), known.block != last {
      findings.add(
        .fork, at: happening, sequence,
        detail: "took a state after block \(last.short), others executed \(known.block.short)")
      if forks.last != sequence { forks.append(sequence) }
    }
    let furthest = max(standings[happening.node].furthest, sequence)
    standings[happening.node] = Standing(
      executed: sequence, last: last ?? .zero, furthest: furthest, isKnown: last != nil)
  }
}
