/// The library of adversaries: everything a scenario can cast by name.
public enum Adversaries {
  /// An adversary as it stands in the library.
  public struct Role: Sendable {
    /// Its name.
    public let name: String
    /// What it does, in a sentence.
    public let sentence: String
    /// Makes one that does so when the casting says, to whom the casting says.
    public let make: @Sendable (Casting) -> any Adversary

    fileprivate init(
      _ name: String, _ sentence: String, towards usual: Usual = .all,
      _ adversary: @escaping @autoclosure @Sendable () -> some Adversary
    ) {
      self.name = name
      self.sentence = sentence
      make = { Triggered(adversary(), by: $0, usual: usual) }
    }
  }

  /// Whom an adversary lies to that wasn't told.
  enum Usual: Sendable {
    case all
    /// See `Scene.half`.
    case half
  }

  /// The one of this name.
  public static func named(_ name: String) -> Role? { all.first { $0.name == name } }

  /// All of them: first those that say less than they should, then those that say two things, then those that say
  /// what isn't, then those that say too much.
  public static let all: [Role] = [
    Role("silent", "It says nothing, whatever it hears.", Silent()),
    Role("crash-repeat", "It dies and starts again, again and again.", Crasher()),
    Role(
      "withheld-votes", "It keeps its votes to itself and says everything else.", VoteWithholder()),
    Role(
      "selective-sends", "It says everything to one half of the others and nothing to the other.",
      towards: .half, Silent()),
    Role(
      "hoarder",
      "It holds its votes back, and gives all to one replica as soon as a view change is heard of.",
      Hoarder()),
    Role(
      "slow-leader", "It leads just fast enough not to be given up for it.", SlowLeader()),
    Role(
      "censoring-leader", "It proposes nothing of every second client that it meets.", Censor()),
    Role(
      "equivocating-leader",
      "It proposes two valid blocks to two halves, and votes towards each half for its own.",
      towards: .half, Equivocator()),
    Role(
      "double-voter",
      "It votes for two blocks at every place: for the two of an equivocating leader, or one that it makes up.",
      DoubleVoter()),
    Role(
      Twin.name,
      "It is there twice, with one name and one key; each of the two deals with one half of the others.",
      Twin()),
    Role(
      "invalid-blocks",
      "It proposes blocks that no correct replica may vote for, in the application's eyes or the protocol's.",
      InvalidProposer()),
    Role("wrong-verdicts", "It refuses valid blocks and votes for invalid ones.", WrongJudge()),
    Role(
      "forged-certificates",
      "It shows certificates with a wrong signature, too few, one for two, or of another epoch or view, and locks that nobody has.",
      Forger()),
    Role(
      "new-view-lies",
      "It opens views with blocks dropped, replaced or left out, and views that it doesn't lead.",
      NewViewLiar()),
    Role(
      "checkpoint-lies", "It votes for states that nobody has, and for checkpoints far ahead.",
      CheckpointLiar()),
    Role(
      "state-lies", "It serves pieces of state that aren't, and checkpoints nobody certified.",
      StateLiar()),
    Role(
      "false-replies",
      "It tells clients results that aren't, or refuses them, and proves what was or what is elsewhere.",
      FalseReplier()),
    Role(
      "mutations",
      "It changes what it says by one small step, towards some: a view, a sequence, a digest, or not at all.",
      Mutator()),
    Role("stale-replays", "It says again what anybody said before.", Replayer()),
    Role(
      "view-change-storm", "It asks for view after view, near and far, and hides its locks.",
      ViewChangeStorm()),
    Role("flooding-peer", "It sends more than its peers can need, of every kind.", Flooder()),
    Role(
      "false-neighbour",
      "It makes up where others are found, and changes or keeps back what it should pass on over gossip.",
      FalseNeighbour()),
  ]
}
