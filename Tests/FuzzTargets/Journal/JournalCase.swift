import Witan
import WitanCrypto
import WitanDraw
import WitanSimulation

extension FuzzTarget {
  static let journal = FuzzTarget(
    "Journal", "Recovery from journals in which anything may stand, in any order.",
    drawing: JournalCase.self)
}

/// Records that might stand in a journal, though no replica may have written them one after the other.
struct JournalCase: DrawnCase {
  private let interval: UInt64
  private let entries: [Entry]

  fileprivate struct Entry: Sendable {
    let kind: UInt64
    let height: UInt64
    let variant: Int
    let view: View
    let seat: Int
    let locks: UInt64
  }

  init?(drawing draw: inout Draw) {
    interval = draw.integer(in: 1...2)
    var entries: [Entry] = []
    while entries.count < 64, draw.choice(upTo: 15) != 0 {
      entries.append(
        draw.span("entry") { draw in
          Entry(
            kind: draw.choice(upTo: 9), height: draw.integer(in: 1...8),
            variant: draw.integer(in: 0...2), view: View(draw.integer(in: 0...4)),
            seat: draw.integer(in: 0...3), locks: draw.integer(in: 0...3))
        })
    }
    guard !entries.isEmpty else { return nil }
    self.entries = entries
  }

  var description: String {
    entries.map { "\($0)" }.joined(separator: "\n")
  }

  func check(_ traces: inout Traces) throws(Finding) {
    var parameters = Parameters()
    (parameters.checkpointInterval, parameters.window) = (interval, 4)
    parameters.epochLength = 2
    guard let town = Town(weights: [1, 1, 1, 1], parameters: parameters) else { return }
    let records = records(in: Ballot(town))
    for record in records {
      try expect(
        (try? Journal.Record(decoding: record.encoded)) == record, "record",
        "it doesn't read back")
    }
    let recovery = Journal.Recovery(records)
    try expectFold(recovery, of: records)
    var effects = Effects()
    var replica = Replica(
      genesis: town.genesis, identity: 0, signer: town.signers[0], scheme: town.scheme,
      recovering: recovery)
    if let fault = replica.invariantFault { throw Finding("invariant", fault) }
    replica.start(at: 1, into: &effects)
    for kind in Timer.Kind.allCases {
      // Whatever was set first; others mean nothing.
      replica.handle(.timer(Timer(kind: kind, generation: 1)), at: 2, into: &effects)
    }
    if let fault = replica.invariantFault { throw Finding("invariant", fault) }
    let exceeded = replica.holdings.exceeded
    try expect(exceeded.isEmpty, "memory", "\(exceeded)")
    traces.note(replica.posture(since: 0))
  }

  /// What a journal amounts to is the same whether it is read at once, one by one, or after it was rewritten.
  private func expectFold(
    _ recovery: Journal.Recovery, of records: [Journal.Record]
  ) throws(Finding) {
    let compacted = recovery.compacted
    try expect(
      Journal.Recovery(compacted).compacted == compacted, "compaction",
      "what was rewritten is rewritten otherwise")
    var single = Journal.Recovery()
    for record in records { single.absorb(record) }
    try expect(
      single.compacted == compacted, "order",
      "one by one it amounts to \(single.compacted.count) records, not \(compacted.count)")
    // Rewritten in the middle and gone on with.
    let half = records.count / 2
    let rewritten = Journal.Recovery(records[..<half]).compacted + records[half...]
    try expect(
      Journal.Recovery(rewritten).compacted == compacted, "rewriting",
      "rewritten after \(half) records, it amounts to something else")
  }

  private func records(in ballot: Ballot) -> [Journal.Record] {
    let town = ballot.town
    return entries.map { entry in
      let header = ballot.header(entry.height, entry.variant)
      let block = Block(
        height: header.height, previous: header.previous, proposer: header.proposer,
        timestamp: header.timestamp, epoch: 0, requests: [])
      let summary = ballot.summary(entry.height / 2 * 2, UInt8(entry.variant))
      let viewChange = viewChange(entry, ballot)
      switch entry.kind {
      case 0:
        return .accepted(
          town.seal(
            .prePrepare, block, view: entry.view, sequence: header.height, by: entry.seat))
      case 1: return .block(block)
      case 2: return .locked(.prepared(town.prepared(header, view: entry.view, by: [0, 1, 2])))
      case 3: return .decided(town.committed(header, view: entry.view, by: [0, 1, 2]))
      case 4: return .viewChange(viewChange)
      case 5: return .leftView(viewChange)
      case 6:
        let named = (0..<3).map { self.viewChange(entry.seated($0), ballot) }
        let selected = Notary(town).selection(of: named)
        return .opened(
          town.seal(
            .newView, NewViewBody(viewChanges: named.map(\.signed), proposals: []),
            view: entry.view, sequence: selected.base, by: entry.seat))
      case 7: return image(of: summary) ?? .block(block)
      case 8: return .stable(town.certificate(summary, by: [0, 1, 2]))
      default:
        return .locked(.committed(town.committed(header, view: entry.view, by: [1, 2, 3]), header))
      }
    }
  }

  private func viewChange(_ entry: Entry, _ ballot: Ballot) -> ViewChange {
    let locks = (0..<entry.locks).map { index in
      Lock.prepared(
        ballot.town.prepared(
          ballot.header(1 + index, entry.variant), view: entry.view.previous, by: [0, 1, 2]))
    }
    return ballot.town.seal(
      .viewChange, ViewChangeBody(stable: nil, locks: locks), view: entry.view, by: entry.seat)
  }

  /// A replica's own state has no maker but the replica: it is read from its bytes.
  private func image(of summary: CheckpointSummary) -> Journal.Record? {
    var writer = ByteWriter()
    writer.write(summary)
    writer.write(bytes: Libel.sessions)
    writer.write(UInt8(0))
    return (try? CheckpointImage(decoding: writer.finish())).map { .checkpoint($0) }
  }
}

extension JournalCase.Entry {
  /// The same by another member.
  fileprivate func seated(_ seat: Int) -> Self {
    Self(kind: kind, height: height, variant: variant, view: view, seat: seat, locks: locks)
  }
}
