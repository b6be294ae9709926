/// What a piece of text is, for those who see colours.
enum Tone: Hashable, Sendable {
  /// A heading, or what matters most.
  case strong
  /// What is as it should be.
  case good
  /// What isn't.
  case bad
  /// What deserves a look.
  case doubtful
  /// What can be skipped.
  case faint
  /// Who somebody is, among others.
  case hue(Int)

  fileprivate var code: String {
    switch self {
    case .strong: "1"
    case .good: "32"
    case .bad: "31"
    case .doubtful: "33"
    case .faint: "2"
    // None of those that mean something else here.
    case .hue(let number): ["36", "35", "34", "93", "96", "95", "94"][abs(number % 7)]
    }
  }
}

/// Colours, or the lack of them.
struct Palette: Hashable, Sendable {
  /// Whether there are any.
  var isColored: Bool

  /// The text in its tone, or as it is.
  func paint(_ text: String, _ tone: Tone?) -> String {
    guard isColored, let tone, !text.isEmpty else { return text }
    return "\u{1B}[\(tone.code)m\(text)\u{1B}[0m"
  }
}
