import Witan

/// Who plays which adversary, when, and towards whom: what a scenario says of its adversaries.
public struct Casting: Hashable, Sendable {
  /// The adversary's name, one of `Adversaries.all`.
  public var adversary: String
  /// The machines that play it.
  public var machines: NodeSet
  /// When they do; else they are honest.
  public var trigger: Trigger
  /// Which replicas are lied to, by name; all others get what an honest replica sends. Nil is whoever the adversary
  /// chooses: all of them, or for some adversaries a half.
  public var victims: NodeSet?
  /// Those of one number share their keys and what they see.
  public var coalition: Int

  /// A casting.
  public init(
    _ adversary: String, machines: NodeSet, trigger: Trigger = .always, victims: NodeSet? = nil,
    coalition: Int = 0
  ) {
    self.adversary = adversary
    self.machines = machines
    self.trigger = trigger
    self.victims = victims
    self.coalition = coalition
  }
}

/// When an adversary acts: whenever all of this holds.
public struct Trigger: Hashable, Sendable {
  /// The views in which it acts: those of which the message speaks, else the replica's own; nil is all.
  public var views: ClosedRange<View>?
  /// The sequences at which it acts: those of which the message speaks, else the one that the replica executes
  /// next; nil is all.
  public var sequences: ClosedRange<SequenceNumber>?
  /// When it begins.
  public var from: Micros
  /// When it ends, at the latest just before; nil is never.
  public var until: Micros?
  /// How likely it acts whenever it could.
  public var chance: Double

  /// A trigger.
  public init(
    views: ClosedRange<View>? = nil, sequences: ClosedRange<SequenceNumber>? = nil,
    from: Micros = 0, until: Micros? = nil, chance: Double = 1
  ) {
    self.views = views
    self.sequences = sequences
    self.from = from
    self.until = until
    self.chance = chance
  }

  /// At all times.
  public static let always = Trigger()

  /// In one view.
  public static func at(view: View) -> Trigger { Trigger(views: view...view) }

  /// At one sequence.
  public static func at(sequence: SequenceNumber) -> Trigger {
    Trigger(sequences: sequence...sequence)
  }
}
