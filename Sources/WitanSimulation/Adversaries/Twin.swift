import Witan

/// One of two machines that both run the shipped replica under one name and with one key. Each deals with its own part
/// of the others: the second with the later half of the correct ones, the first with the earlier; among twins
/// the first ones deal with the first ones. So each is honest, and the two together aren't (*Twins*, OPODIS '20).
struct Twin: Adversary {
  static let name = "twins"

  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    let strangers = strangers(in: scene)
    scene.pass(message, to: Audience(receiver).outside(strangers))
  }

  mutating func hears(_ message: Message, _ scene: inout Scene) -> Bool {
    if let sender = scene.sender, scene.otherSide.contains(sender) { return false }
    guard let signer = message.signed?.signer else { return true }
    return !strangers(in: scene).contains(Int(signer.rawValue))
  }

  /// With whom its twin deals.
  private func strangers(in scene: Scene) -> NodeSet {
    let half = scene.half
    guard scene.isSecondTwin else { return half }
    let correct = scene.members.members.map(\.id).filter { scene.coalition.signers[$0] == nil }
    return NodeSet(correct.map { Int($0.rawValue) }.filter { !half.contains($0) })
  }
}
