import Witan
import WitanCrypto
import WitanDraw

extension FuzzTarget {
  static let viewChange = FuzzTarget(
    "ViewChange", "View-changes and new-views at the boundary of what may be accepted.",
    drawing: ViewChangeCase.self)
}

/// Some members ask for a view and somebody opens it; all of them may be right, or wrong in one small way. What is accepted
/// must be just what the ``Notary`` accepts.
struct ViewChangeCase: DrawnCase {
  private let weights: [UInt64]
  private let view: View
  private let asked: [Asked]
  private let opening: OpeningPlan

  init?(drawing draw: inout Draw) {
    let count = draw.integer(in: 4...7)
    let isWeighted = draw.chance(0.3)
    weights = (0..<count).map { _ in isWeighted ? draw.integer(in: 1...3) : 1 }
    view = View(draw.integer(in: 1...6))
    let view = view
    asked = (0..<count).map { seat in
      draw.span("asked") { Asked(drawing: &$0, seat: seat, of: count, view: view) }
    }
    opening = draw.span("opening") { OpeningPlan(drawing: &$0, of: count) }
  }

  var description: String {
    (["weights \(weights), view \(view)"] + asked.map(\.description) + [opening.description])
      .joined(separator: "\n")
  }

  func check(_ traces: inout Traces) throws(Finding) {
    var parameters = Parameters()
    (parameters.checkpointInterval, parameters.window) = (2, 4)
    guard let town = Town(weights: weights, parameters: parameters) else { return }
    let notary = Notary(town)
    let ballot = Ballot(town)
    let viewChanges = asked.map { $0.viewChange(in: ballot) }
    var accepted: [ViewChange] = []
    for (seat, viewChange) in viewChanges.enumerated() {
      let isAccepted = (try? town.verifier.verify(.viewChange(viewChange))) != nil
      let objection = notary.objection(to: viewChange)
      try expect(
        isAccepted == (objection == nil), "view-change",
        "that of \(seat) is \(isAccepted ? "accepted" : "refused"), though the notary says: "
          + (objection ?? "fine"))
      if isAccepted { accepted.append(viewChange) }
    }
    let selected = notary.selection(of: accepted)
    let selection = Selection(of: accepted, chain: town.chain)
    try expect(
      selection.headers == selected.headers && selection.base == selected.base, "selection",
      "\(selection.headers.map(\.height)) above \(selection.base) are proposed again; the notary "
        + "has \(selected.headers.map(\.height)) above \(selected.base)")
    let named = opening.named(of: viewChanges)
    let newView = opening.newView(
      naming: named, view: view, selected: notary.selection(of: named), in: ballot)
    let isAccepted = (try? town.verifier.verify(.newView(newView))) != nil
    let objection = notary.objection(to: newView)
    try expect(
      isAccepted == (objection == nil), "new-view",
      "it is \(isAccepted ? "accepted" : "refused"), though the notary says: \(objection ?? "fine")"
    )
    let isSound = named.allSatisfy { notary.objection(to: $0) == nil }
    if isAccepted, isSound {
      let fault = town.verifier.fault(of: newView, restingOn: named)
      let objection = notary.objection(to: newView, restingOn: named)
      try expect(
        (fault == nil) == (objection == nil), "opening",
        "the replica says \(fault.map { "\($0)" } ?? "fine"); the notary: \(objection ?? "fine")")
      traces.note(UInt64(selected.headers.count) << 8 | (fault == nil ? 1 : 2))
    }
    traces.note(1 << 32 | UInt64(accepted.count) << 8 | selected.base.rawValue)
  }
}

/// The blocks of a network, and what its members may say of them.
struct Ballot: Sendable {
  let town: Town
  /// By height from 1 on: a block of the chain, and one beside it that follows the same parent or the other one.
  private let headers: [[BlockHeader]]

  init(_ town: Town) {
    self.town = town
    var headers: [[BlockHeader]] = []
    for height in UInt64(1)...8 {
      let before = headers.last ?? []
      headers.append(
        (0..<3).map { variant in
          // The third one's parent is the block beside the chain.
          let parent = variant == 2 ? 1 : 0
          return Block(
            height: SequenceNumber(height),
            previous: parent < before.count ? before[parent].digest : town.chain,
            proposer: ReplicaID(UInt32(variant)), timestamp: Micros(height), epoch: 0, requests: []
          ).header
        })
    }
    self.headers = headers
  }

  func header(_ height: UInt64, _ variant: Int) -> BlockHeader {
    headers[Int(min(max(height, 1), 8)) - 1][variant % 3]
  }

  /// A state after a block of the chain.
  func summary(_ height: UInt64, _ root: UInt8, epoch: Epoch = 0) -> CheckpointSummary {
    CheckpointSummary(
      sequence: SequenceNumber(height), lastBlock: header(height, 0).digest,
      timestamp: Micros(height), applicationRoot: SHA256.hash([root]), applicationChunks: 1,
      sessionsRoot: SHA256.hash([1]), sessionChunks: 1, epoch: epoch,
      members: town.members.digest)
  }
}

/// How something is wrong, if it is: one thing at a time, so that what is wrong is close to what is right.
enum Twist: UInt64, CaseIterable, Sendable {
  case none, none2, none3, none4
  case signature, signer, view, sequence, extra, missing

  init(drawing draw: inout Draw) {
    self = Self.allCases[Int(draw.choice(upTo: UInt64(Self.allCases.count - 1)))]
  }
}
