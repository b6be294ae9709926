import Witan
import WitanCrypto

/// Opens views with something else than what the view-changes demand: blocks dropped or replaced, none at all, too few
/// view-changes or one twice; and opens views that it doesn't lead.
struct NewViewLiar: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    switch message {
    case .newView(let newView):
      if let lie = lie(about: newView, &scene) { scene.pass(.newView(lie), to: Audience(receiver)) }
    case .viewChange(let viewChange):
      scene.pass(message, to: Audience(receiver))
      let usurped = NewViewBody(viewChanges: [viewChange.signed], proposals: [])
      let place = viewChange.statement
      if let lie = scene.seal(.newView, usurped, view: place.view, sequence: place.sequence) {
        scene.pass(.newView(lie), to: Audience(receiver))
      }
    default: scene.pass(message, to: Audience(receiver))
    }
  }

  private func lie(about newView: NewView, _ scene: inout Scene) -> NewView? {
    let body = newView.body
    var viewChanges = body.viewChanges
    var proposals = body.proposals
    let isEmpty = proposals.isEmpty
    switch scene.draw.integer(in: isEmpty ? 3...5 : 0...5) {
    case 0: proposals.removeLast()
    case 1: proposals.removeAll()
    case 2:
      let statement = Statement(
        .prePrepare, epoch: scene.epoch, view: newView.statement.view,
        sequence: newView.statement.sequence.next, digest: newView.statement.digest.madeUp)
      if let signature = scene.sign(statement)?.signature { proposals[0] = signature }
    case 3:
      // From one alone to nearly enough.
      viewChanges = Array(
        viewChanges.prefix(scene.draw.integer(in: 1...max(1, viewChanges.count - 1))))
    case 4: viewChanges = viewChanges.dropLast() + viewChanges.prefix(1)
    default:
      let statement = newView.statement.with(sequence: newView.statement.sequence.next)
      return scene.seal(.newView, body, view: statement.view, sequence: statement.sequence)
    }
    return scene.reseal(newView, NewViewBody(viewChanges: viewChanges, proposals: proposals))
  }
}
