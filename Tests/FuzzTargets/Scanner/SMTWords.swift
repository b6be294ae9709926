/// The words of SMT-LIB, and those of commands that no script may use.
enum SMTWords {
  static let all: [[UInt8]] = (admitted + refused).map { Array($0.utf8) }

  private static let admitted = [
    "(declare-const x Int)", "(declare-fun f (Int) Bool)", "(define-fun g ((a Int)) Int ",
    "(define-fun-rec h ((n Int)) Int ", "(define-sort S () Int)", "(declare-sort T 0)",
    "(declare-datatype L ((nil) (cons (head Int) (tail L))))", "(assert ", "(check-sat)", "(exit)",
    "(set-logic ALL)", "(set-info :status unsat)", "(set-info :witan-title \"",
    "(forall ((y Int)) ",
    "(exists ((y Int)) ", "(let ((z 1)) ", "(! ", ":named n", ":pattern (", "(_ BitVec 8)", "#x0f",
    "#b01", "(as const (Array Int Int))", "(match l ((nil true) ((cons h t) false)))", "(ite ",
    "(select a 1)", "(store a 1 2)", "(= ", "(and ", "(or ", "(not ", "(+ ", "(distinct ", "1.5",
    "|a b|", "\"a \"\"b\"\" c\"", ";\n", "true", "false", "Int", "Bool", "Real", "String",
  ]

  private static let refused = [
    "(set-option :regular-output-channel \"", "(set-option :diagnostic-output-channel \"",
    "(set-option :produce-models true)", "(echo \"", "(get-model)", "(get-info :version)",
    "(get-value (", "(eval ", "(simplify ", "(include \"", "(push 1)", "(pop 1)", "(reset)",
    "(check-sat-using ", "(apply ", "(labels)", "(help)", "(display ", "(dbg-", "(query ",
    "(model-add ", "(minimize ", "|", "\\", "\u{0}", "(get-proof)", "(rule ", "(declare-rel ",
  ]
}
