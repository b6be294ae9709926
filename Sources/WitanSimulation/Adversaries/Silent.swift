import Witan

/// Says nothing, whatever it hears.
struct Silent: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {}

  mutating func replicaReplies(_ reply: Reply, _ scene: inout Scene) -> Reply? { nil }
}
