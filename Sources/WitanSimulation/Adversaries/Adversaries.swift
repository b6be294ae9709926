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

    init(
      _ name: String, _ sentence: String, make: @escaping @Sendable (Casting) -> any Adversary
    ) {
      self.name = name
      self.sentence = sentence
      self.make = make
    }
  }

  /// All of them, by name.
  public static let all: [Role] = [
    Role("silent", "It says nothing, whatever it hears.") { Triggered(Silent(), by: $0) },
    Role(
      Twin.name,
      "It is there twice, with one name and one key; each of the two deals with one half of the others."
    ) { Triggered(Twin(), by: $0) },
  ]

  /// The one of this name.
  public static func named(_ name: String) -> Role? { all.first { $0.name == name } }
}
