import Witan
import WitanCrypto

/// Shows its victims a second face: as the leader, a second valid block at each place, with a chain of its own; and
/// whoever leads, where its coalition proposed a second block, votes for that. All others see the first face.
struct Equivocator: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    var other: Message?
    switch message {
    case .prePrepare(let proposal):
      other = scene.secondBlock(beside: proposal).map(Message.prePrepare)
    case .prepare(let vote), .commit(let vote):
      other = scene.secondBlock(at: vote.statement).flatMap { scene.restate(message, about: $0) }
    default: break
    }
    scene.pass(other ?? message, to: Audience(receiver))
  }
}

/// Votes twice: for the block that it was shown, and for another one. Where its coalition proposed a second block,
/// each half gets the vote for its own; else everybody gets both.
struct DoubleVoter: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    let audience = Audience(receiver)
    switch message {
    case .prepare(let vote), .commit(let vote):
      let second = scene.secondBlock(at: vote.statement)
      let digest = second ?? vote.statement.digest.madeUp
      guard let other = scene.restate(message, about: digest) else { break }
      let victims = scene.victims ?? scene.half
      scene.pass(message, to: second == nil ? audience : audience.outside(victims))
      scene.pass(other, to: second == nil ? audience : audience.among(victims))
      return
    default: break
    }
    scene.pass(message, to: audience)
  }
}

extension Scene {
  /// The second block that the coalition proposed at a vote's place.
  func secondBlock(at vote: Statement) -> Digest? {
    coalition.secondBlocks[Coalition.Place(vote)]?.body.digest
  }

  /// A second block beside one: as valid, with the same requests the other way round and a later time, on the second
  /// block before if there is one. The same whenever it is asked for.
  mutating func secondBlock(beside proposal: Sealed<Block>) -> Sealed<Block>? {
    let place = Coalition.Place(proposal.statement)
    if let known = coalition.secondBlocks[place] { return known }
    var before = place
    before.sequence = place.sequence.previous
    let parent = coalition.secondBlocks[before]?.body.header
    let block = proposal.body.with(
      previous: parent?.digest,
      timestamp: max(proposal.body.header.timestamp + 1, parent?.timestamp ?? 0),
      requests: proposal.body.requests.reversed())
    guard let second = reseal(proposal, block) else { return nil }
    coalition.propose(second, at: place)
    return second
  }
}
