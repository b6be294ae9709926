/// What a script may be at most, whoever wrote it. Everything is checked before a solver sees a byte.
public enum ScriptBounds {
  /// The most bytes of a script.
  public static let bytes = 1 << 18
  /// The most tokens.
  public static let tokens = 1 << 16
  /// How deep parentheses may nest.
  public static let depth = 512
  /// The most commands.
  public static let commands = 8_192
  /// The most bytes of a symbol or keyword.
  public static let symbolBytes = 256
  /// The most bytes of a string literal. The witness of a claim's file form is one.
  public static let stringBytes = bytes
  /// The most digits of a number.
  public static let digits = 1_024
  /// The largest index, as the width in `(_ BitVec 64)`: a width is unary for a solver that works bit by bit.
  public static let index = 65_536
  /// How large definitions may become when they are written out: those that use each other twice grow exponentially.
  public static let expansion = 1 << 20
  /// The most bytes of the text that is given to the solver.
  public static let attributeBytes = 4_096
}
