extension Generator where Value == Character {
  /// Letters, digits, signs, and whatever else is printed. The simplest is `a`.
  public static func characters() -> Self {
    Generator("character") { draw in
      switch draw.choice(upTo: 3) {
      case 0: Character(draw.scalar(in: 0x61...0x7a))
      case 1: Character(draw.scalar(in: 0x20...0x7e))
      case 2: draw.pick(awkward) ?? "a"
      // Planes without surrogates in between.
      default:
        Character(draw.scalar(in: draw.choice(upTo: 1) == 0 ? 0xa1...0xd7ff : 0xe000...0x1fffd))
      }
    }
  }

  /// Letters of the alphabet.
  public static func letters() -> Self {
    Generator("character") { draw in Character(draw.scalar(in: 0x61...0x7a)) }
  }

  /// What programs stumble over: ends of lines, what is zero, what combines, what is written from the right.
  private static let awkward: [Character] = [
    "\n", "\r\n", "\t", "\0", "\"", "\\", "'", "é", "e\u{301}", "ß", "İ", "👩‍👩‍👧", "🇩🇪", "\u{200d}",
    "\u{202e}", "א", "\u{feff}", "\u{fffd}",
  ]
}

extension Generator where Value == String {
  /// Texts of such characters, of a length within bounds.
  public static func strings(
    of characters: Generator<Character> = .characters(), count: ClosedRange<Int> = 0...20
  ) -> Self {
    Generator("string") { draw in
      String(try draw.elements(of: characters, count: count))
    }
  }
}

extension Generator where Value == [UInt8] {
  /// Bytes, of a length within bounds.
  public static func bytes(count: ClosedRange<Int> = 0...20) -> Self {
    Generator("bytes") { draw in
      try draw.elements(of: Generator<UInt8>.integers(), count: count)
    }
  }
}

extension Draw {
  fileprivate mutating func scalar(in range: ClosedRange<UInt32>) -> Unicode.Scalar {
    Unicode.Scalar(integer(in: range)) ?? "a"
  }
}
