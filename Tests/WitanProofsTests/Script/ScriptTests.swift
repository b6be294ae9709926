import Testing

@testable import WitanProofs

@Suite struct ScriptTests {
  private func refusal(_ text: String) -> ScriptRefusal? {
    do throws(ScriptRefusal) {
      _ = try Script(text)
      return nil
    } catch { return error }
  }

  @Test func `a script is written anew from its words`() throws {
    let script = try Script(
      """
      ; a comment with (assert false) in it
      (set-info :source |nothing (assert false) here|)
      (set-logic QF_LIA)
      (declare-const   x Int) (declare-fun f (Int |Int|) Bool)
      (assert (and (> x 2) ; trailing
        (f x x)))
      (check-sat)
      (exit)
      """)
    #expect(
      script.solverText == """
        (set-logic QF_LIA)
        (declare-const x Int)
        (declare-fun f (Int |Int|) Bool)
        (assert (and (> x 2) (f x x)))
        """)
    #expect(script.logic == "QF_LIA")
    #expect(script.information.map(\.keyword) == [":source"])
    #expect(script.commands.map(\.line) == [3, 4, 4, 5])
  }

  @Test func `quotes, bars and comments hide nothing`() throws {
    let script = try Script(
      """
      (declare-const |a ; b ( "| String)
      (assert (= |a ; b ( "| "say ""(exit)"" ; |no|"))
      """)
    #expect(script.commands.count == 2)
    #expect(script.declarations.first?.name == "a ; b ( \"")
  }

  @Test func `a script says what is known of it`() throws {
    #expect(try Script("(set-info :status unsat)(assert false)").status == .unsat)
    #expect(try Script("(set-info :status sat)(assert true)").status == .sat)
    #expect(try Script("(assert true)").status == nil)
  }

  /// Every refusal with its place: what is wrong, on which line, in which column.
  static let refusals: [(String, String)] = [
    (
      "(set-option :regular-output-channel \"x\")",
      "line 1, column 2: the command set-option isn't admitted"
    ),
    ("(assert true)\n  (echo \"hi\")", "line 2, column 4: the command echo isn't admitted"),
    ("(|assert| true)", "line 1, column 2: the name of a command should stand here, not |assert|"),
    ("(assert true", "line 1, column 13: ) should stand here, not the end"),
    ("(assert (and true)", "line 1, column 19: ) should stand here, not the end"),
    ("assert true", "line 1, column 1: a command in parentheses should stand here, not assert"),
    ("(assert true))", "line 1, column 14: this parenthesis closes nothing"),
    ("", "line 1, column 1: nothing is asserted"),
    ("(declare-const x Int)", "line 1, column 22: nothing is asserted"),
    ("(assert \"abc)", "line 1, column 9: this string never ends"),
    ("(assert |abc)", "line 1, column 9: this quoted symbol never ends"),
    ("(assert |a\\b|)", "line 1, column 11: the character 0x5c may not stand here"),
    ("(assert \u{0})", "line 1, column 9: the character 0x0 may not stand here"),
    ("(assert ; \u{7}\n true)", "line 1, column 11: the character 0x7 may not stand here"),
    ("(assert é)", "line 1, column 9: the character 0xc3 may not stand here"),
    ("(assert \"é\" é)", "line 1, column 13: the character 0xc3 may not stand here"),
    ("(assert 007)", "line 1, column 9: this is no number as SMT-LIB writes them"),
    ("(assert 1.)", "line 1, column 9: this is no number as SMT-LIB writes them"),
    ("(assert 12ab)", "line 1, column 9: this is no number as SMT-LIB writes them"),
    ("(assert #xZ)", "line 1, column 9: this is no number as SMT-LIB writes them"),
    ("(assert #z)", "line 1, column 9: the character 0x23 may not stand here"),
    ("(set-logic HORN)(assert true)", "line 1, column 12: the logic HORN isn't known"),
    ("(assert true)(set-logic ALL)", "line 1, column 15: set-logic may not stand here"),
    (
      "(set-info :smt-lib 2)(assert true)",
      "line 1, column 11: the attribute :smt-lib isn't admitted"
    ),
    ("(assert (! true :foo 3))", "line 1, column 17: the attribute :foo isn't admitted"),
    ("(assert (and :named x))", "line 1, column 14: a term should stand here, not :named"),
    (
      "(define-fun and ((a Bool)) Bool true)",
      "line 1, column 13: and has a meaning already; choose another name"
    ),
    (
      "(declare-const |true| Bool)",
      "line 1, column 16: |true| has a meaning already; choose another name"
    ),
    (
      "(assert (let ((not true)) not))",
      "line 1, column 16: not has a meaning already; choose another name"
    ),
    (
      "(assert (forall ((+ Int)) true))",
      "line 1, column 19: + has a meaning already; choose another name"
    ),
    ("(declare-const x Int)(declare-const |x| Bool)", "line 1, column 37: |x| was declared before"),
    ("(declare-const @x Int)", "line 1, column 16: @x has a meaning already; choose another name"),
    (
      "(declare-const k!0 Int)", "line 1, column 16: k!0 has a meaning already; choose another name"
    ),
    (
      "(declare-datatype T ((and)))",
      "line 1, column 23: and has a meaning already; choose another name"
    ),
    ("(assert (lambda ((x Int)) x))", "line 1, column 10: lambda isn't admitted in terms"),
    ("(assert (push 1))", "line 1, column 10: push isn't admitted in terms"),
    (
      "(declare-const x (_ BitVec 65537))",
      "line 1, column 28: too many units in an index; at most 65536"
    ),
    ("(assert true)(check-sat)(assert false)", "line 1, column 26: assert may not stand here"),
    (
      "(assert true)(check-sat)(get-model)",
      "line 1, column 26: the command get-model isn't admitted"
    ),
    ("(assert true)(check-sat)(check-sat)", "line 1, column 26: check-sat may not stand here"),
    ("(include \"/etc/passwd\")", "line 1, column 2: the command include isn't admitted"),
    ("(declare-const x)", "line 1, column 17: a sort should stand here, not )"),
    ("(assert)", "line 1, column 8: a term should stand here, not )"),
  ]

  @Test(arguments: refusals)
  func `what isn't admitted is refused by name, line and column`(_ text: String, _ reason: String) {
    #expect(refusal(text)?.description == reason)
  }

  @Test func `invalid UTF-8 is refused where it stands`() {
    let bytes = Array("(assert true)\n; ".utf8) + [0xC3, 0x28] + Array("\n".utf8)
    #expect(throws: ScriptRefusal(.invalidUTF8, at: 16, in: bytes)) { try Script(bytes) }
    #expect(ScriptRefusal(.invalidUTF8, at: 16, in: bytes).line == 2)
  }

  @Test func `every bound holds exactly`() {
    func nested(_ depth: Int) -> String {
      "(assert " + String(repeating: "(not ", count: depth) + "true"
        + String(repeating: ")", count: depth) + ")"
    }
    #expect(refusal(nested(ScriptBounds.depth)) == nil)
    #expect(refusal(nested(ScriptBounds.depth + 1))?.reason == .tooMany(.depth, limit: 512))
    func numbered(_ digits: Int) -> String {
      "(assert (= 1 1\(String(repeating: "0", count: digits - 1))))"
    }
    #expect(refusal(numbered(ScriptBounds.digits)) == nil)
    #expect(refusal(numbered(ScriptBounds.digits + 1))?.reason == .tooMany(.digits, limit: 1024))
    func named(_ bytes: Int) -> String {
      "(declare-const \(String(repeating: "x", count: bytes)) Int)(assert true)"
    }
    #expect(refusal(named(ScriptBounds.symbolBytes)) == nil)
    #expect(
      refusal(named(ScriptBounds.symbolBytes + 1))?.reason == .tooMany(.symbolBytes, limit: 256))
    let asserts = String(repeating: "(assert true)", count: ScriptBounds.commands)
    #expect(refusal(asserts) == nil)
    #expect(refusal(asserts + "(exit)")?.reason == .tooMany(.commands, limit: 8192))
    let long = [UInt8](repeating: 0x20, count: ScriptBounds.bytes + 1)
    #expect(throws: ScriptRefusal(.tooLong(long.count), at: 0, in: [])) { try Script(long) }
    let words = "(assert (and" + String(repeating: " true", count: ScriptBounds.tokens) + "))"
    #expect(refusal(words)?.reason == .tooLong(words.utf8.count))
    let short = "(assert (and" + String(repeating: "()", count: ScriptBounds.tokens) + "))"
    #expect(refusal(short)?.reason == .tooMany(.tokens, limit: 65_536))
  }

  @Test func `definitions that double each other are refused before they are written out`() {
    var text = "(define-fun f0 ((x Int)) Int (+ x x))"
    for level in 1...40 {
      text += "(define-fun f\(level) ((x Int)) Int (f\(level - 1) (f\(level - 1) x)))"
    }
    text += "(assert (= (f40 1) 1))"
    #expect(refusal(text)?.reason == .tooMany(.expansion, limit: ScriptBounds.expansion))
    var sorts = "(define-sort S0 (X) (Array X X))"
    for level in 1...40 { sorts += "(define-sort S\(level) (X) (S\(level - 1) (S\(level - 1) X)))" }
    sorts += "(assert true)"
    #expect(refusal(sorts)?.reason == .tooMany(.expansion, limit: ScriptBounds.expansion))
  }
}
