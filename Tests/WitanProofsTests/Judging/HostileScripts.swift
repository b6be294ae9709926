import WitanDraw

/// Scripts by strangers who mean ill, each with what it tries.
struct HostileScripts {
  /// What a script tries.
  enum Attack: CaseIterable {
    case outputChannel, include, echo, reset, unknownCommand, deepNesting, hugeNumber,
      unbalancedQuote
    case unbalancedBar, invalidUTF8, nul, redefinition, doubling, hiddenCommand, endless, mutation,
      soup

    /// Whether the attack is in the script for certain, so that no judge may find it proved.
    var isCertain: Bool { self != .mutation && self != .soup && self != .hiddenCommand }
  }

  private var draw: Draw
  /// A folder that nothing may appear in.
  private let folder: String

  init(seed: UInt64, folder: String) {
    draw = Draw(seed: seed)
    self.folder = folder
  }

  static let honest =
    "(set-logic QF_LIA)\n(declare-const x Int)\n(declare-fun f (Int) Int)\n(define-fun g ((n Int)) Int (+ n 1))\n"
    + "(assert (! (and (> x 2) (< (g x) 3)) :named small))\n(assert (= (f x) 3))\n(check-sat)\n"

  private static let words = [
    "(", ")", "(", ")", "assert", "declare-const", "x", "Int", "|", "\"", ";", "\n", "and",
    "(set-option",
    ":regular-output-channel", "#x0", "0", "1.5", "let", "forall", "((x", "_", "as", "!", ":named",
    "(echo", "(exit)",
    "(reset)", "true", "false", "=", "\u{0}", "é",
  ]

  mutating func next(_ attack: Attack) -> [UInt8] {
    let file = "\(folder)/\(draw.integer(in: 0...999_999))"
    switch attack {
    case .mutation: return mutated(Array(Self.honest.utf8))
    case .soup:
      let count = draw.integer(in: 1...60)
      return Array((0..<count).map { _ in draw.one(of: Self.words) }.joined(separator: " ").utf8)
    case .invalidUTF8:
      let bad: [[UInt8]] = [
        [0xFF], [0xC3, 0x28], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF8, 0x88],
      ]
      return inserted(draw.one(of: bad) + [UInt8(ascii: "\n")], "; a comment \n")
    case .nul: return inserted([0], draw.one(of: ["; \n", "", "(assert (= \"\" \"\"))"]))
    default: return Array(text(attack, file).utf8)
    }
  }

  private mutating func text(_ attack: Attack, _ file: String) -> String {
    let honest = Self.honest
    switch attack {
    case .outputChannel:
      let option = draw.one(of: [
        ":regular-output-channel", ":diagnostic-output-channel", ":trace-file-name",
      ])
      return "(set-option \(option) \"\(file)\")" + honest
    case .include:
      return draw.one(of: ["(include \"\(file)\")", "(load \"/etc/passwd\")"]) + honest
    case .echo: return honest.split(separator: "(check")[0] + "(echo \"hello\")"
    case .reset:
      return draw.one(of: ["(reset)", "(reset-assertions)", "(push 1)", "(pop 1)"]) + honest
    case .unknownCommand:
      let command = draw.one(of: [
        "eval", "simplify", "dump", "get-info", "get-value", "declare-rel", "minimize", "query",
      ])
      return "(\(command) \(draw.one(of: ["x", ":version", "(x)", "1"])))" + honest
    case .deepNesting:
      let depth = draw.integer(in: 600...8_000)
      return "(assert " + String(repeating: "(not ", count: depth) + "false"
        + String(repeating: ")", count: draw.integer(in: 0...1) * depth) + ")"
    case .hugeNumber:
      let digits = String(repeating: "9", count: draw.integer(in: 1_100...9_000))
      return draw.one(of: [
        "(assert (= 1 \(digits)))", "(assert (= #b\(String(repeating: "1", count: 2_000)) #b1))",
        "(declare-const x (_ BitVec 4294967296))(assert false)",
        "(declare-const x (_ BitVec \(digits)))(assert false)",
        "(assert (= ((_ repeat 99999999) #b1) #b1))", "(assert (= 0.\(digits) 1.0))",
      ])
    case .unbalancedQuote:
      return honest.split(separator: "(check")[0] + "(assert (= \"a\"\"b (exit)"
    case .unbalancedBar: return honest.split(separator: "(check")[0] + "(assert |x) (assert false)"
    case .redefinition:
      let name = draw.one(of: [
        "and", "not", "=", "+", "true", "|or|", "select", "bvadd", "ite", "|<|",
      ])
      return "(define-fun \(name) ((a Bool) (b Bool)) Bool false)" + "(assert (and true true))"
    case .doubling:
      let levels = draw.integer(in: 25...60)
      return "(define-fun f0 ((x Int)) Int (+ x x))"
        + (1...levels).map { "(define-fun f\($0) ((x Int)) Int (f\($0 - 1) (f\($0 - 1) x)))" }
        .joined()
        + "(assert (= (f\(levels) 1) 1))"
    case .endless:
      return "(declare-const x Int)(declare-const y Int)(declare-const z Int)"
        + "(assert (= (+ (* x x x) (* y y y)) (* z z z)))(assert (> x \(draw.integer(in: 0...9))))(assert (> y 0))(assert (> z 0))"
    default:
      // Hidden in a comment, a string or a quoted symbol it has no effect, and the script is harmless.
      let command = "(set-option :regular-output-channel \\\"\(file)\\\")".filter {
        $0 != "\\" && $0 != "\""
      }
      return draw.one(of: [
        "; \(command)\n", "(set-info :source |\(command)|)", "(set-info :notes \"\(command)\")",
      ]) + honest
    }
  }

  private mutating func inserted(_ bytes: [UInt8], _ into: String) -> [UInt8] {
    let head = Array(into.utf8)
    let place = head.isEmpty ? 0 : draw.integer(in: 1...head.count - 1)
    return head[..<place] + bytes + head[place...] + Array(Self.honest.utf8)
  }

  private mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<draw.integer(in: 1...6) {
      let place = draw.integer(in: 0...bytes.count - 1)
      switch draw.integer(in: 0...2) {
      case 0: bytes[place] = draw.integer(in: 0...255)
      case 1: bytes.remove(at: place)
      default: bytes.insert(draw.one(of: Array("()|\";:# \n0x".utf8)), at: place)
      }
    }
    return bytes
  }
}
