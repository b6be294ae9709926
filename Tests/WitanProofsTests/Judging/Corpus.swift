import WitanDraw

/// Scripts in many logics, of which both answers occur, to compare judges on.
struct Corpus {
  private var draw: Draw

  init(seed: UInt64) { draw = Draw(seed: seed) }

  /// The kinds of scripts there are.
  static let kinds = 10

  mutating func script(_ index: Int) -> String {
    switch index % Self.kinds {
    case 0: linear("QF_LIA", "Int")
    case 1: linear("QF_LRA", "Real")
    case 2: bits()
    case 3: congruence()
    case 4: arrays()
    case 5: dataTypes()
    case 6: quantified()
    case 7: propositional()
    case 8: polynomials()
    default: differences()
    }
  }

  private mutating func linear(_ logic: String, _ sort: String) -> String {
    var text = "(set-logic \(logic))"
    for name in ["x", "y", "z"] { text += "(declare-const \(name) \(sort))" }
    for _ in 0..<draw.integer(in: 3...7) {
      let terms = ["x", "y", "z"].map { "(* \(number(draw.integer(in: -5...5))) \($0))" }
      let relation = draw.one(of: ["<", "<=", ">", ">=", "="])
      text +=
        "(assert (\(relation) (+ \(terms.joined(separator: " "))) \(number(draw.integer(in: -9...9)))))"
    }
    return text
  }

  private func number(_ value: Int) -> String { value < 0 ? "(- \(-value))" : "\(value)" }

  private mutating func bits() -> String {
    let width = draw.one(of: [4, 8, 12])
    let identities = [
      ("(bvadd a b)", "(bvadd b a)"), ("(bvsub a b)", "(bvsub b a)"),
      ("(bvadd (bvxor a b) (bvshl (bvand a b) (_ bv1 \(width))))", "(bvadd a b)"),
      ("(bvneg a)", "(bvadd (bvnot a) (_ bv1 \(width)))"), ("(bvor a b)", "(bvadd a b)"),
      ("(bvmul a (_ bv3 \(width)))", "(bvadd a (bvadd a a))"), ("(bvudiv a b)", "(bvlshr a b)"),
      ("(bvnot (bvand a b))", "(bvor (bvnot a) (bvnot b))"),
      ("(bvurem a (_ bv4 \(width)))", "(bvand a (_ bv3 \(width)))"),
    ]
    let (left, right) = draw.one(of: identities)
    return
      "(set-logic QF_BV)(declare-const a (_ BitVec \(width)))(declare-const b (_ BitVec \(width)))"
      + "(assert (not (= \(left) \(right))))"
  }

  private mutating func congruence() -> String {
    var text = "(set-logic QF_UF)(declare-sort S 0)(declare-fun f (S) S)"
    let names = ["a", "b", "c", "d"]
    for name in names { text += "(declare-const \(name) S)" }
    func power(_ name: String, _ count: Int) -> String {
      String(repeating: "(f ", count: count) + name + String(repeating: ")", count: count)
    }
    for _ in 0..<draw.integer(in: 2...5) {
      text +=
        "(assert (= \(power(draw.one(of: names), draw.integer(in: 0...4))) \(power(draw.one(of: names), draw.integer(in: 0...4)))))"
    }
    return text
      + "(assert (not (= \(power("a", draw.integer(in: 0...3))) \(power("b", draw.integer(in: 0...3))))))"
  }

  private mutating func arrays() -> String {
    let places = ["i", "j", "k"]
    var left = "m"
    var right = "m"
    for _ in 0..<2 { left = "(store \(left) \(draw.one(of: places)) \(draw.integer(in: 0...2)))" }
    for _ in 0..<2 { right = "(store \(right) \(draw.one(of: places)) \(draw.integer(in: 0...2)))" }
    return "(set-logic QF_ALIA)(declare-const m (Array Int Int))"
      + places.map { "(declare-const \($0) Int)" }.joined()
      + "(assert (distinct i j k))(assert (not (= (select \(left) \(draw.one(of: places))) (select \(right) \(draw.one(of: places))))))"
  }

  private mutating func dataTypes() -> String {
    "(set-logic QF_DT)(declare-datatype L ((nil) (cons (head L) (tail L))))(declare-const a L)(declare-const b L)"
      + draw.one(of: [
        "(assert (= a (cons a b)))", "(assert (= a (cons b a)))",
        "(assert (= a (cons b b)))(assert (= b nil))",
        "(assert (not (= (head (cons a b)) a)))",
        "(assert (= (cons a b) (cons b a)))(assert (not (= a b)))",
        "(assert (= (tail a) b))(assert (not (= a nil)))", "(assert (= (cons a nil) nil))",
      ])
  }

  private mutating func quantified() -> String {
    let base =
      "(set-logic UF)(declare-sort S 0)(declare-fun p (S S) Bool)(declare-const a S)(declare-const b S)(declare-const c S)"
      + "(assert (forall ((x S) (y S) (z S)) (=> (and (p x y) (p y z)) (p x z))))(assert (p a b))"
    return base
      + draw.one(of: [
        "(assert (p b c))(assert (not (p a c)))", "(assert (not (p b a)))",
        "(assert (forall ((x S)) (not (p x x))))(assert (p b a))",
        "(assert (p b c))(assert (p c a))(assert (not (p b a)))",
        "(assert (forall ((x S)) (p x x)))(assert (not (p c c)))",
      ])
  }

  private mutating func propositional() -> String {
    let names = (0..<6).map { "p\($0)" }
    var text = "(set-logic QF_UF)" + names.map { "(declare-const \($0) Bool)" }.joined()
    for _ in 0..<draw.integer(in: 15...35) {
      let literals = (0..<3).map { _ in
        draw.chance(0.5) ? draw.one(of: names) : "(not \(draw.one(of: names)))"
      }
      text += "(assert (or \(literals.joined(separator: " "))))"
    }
    return text
  }

  private mutating func polynomials() -> String {
    let text = "(set-logic QF_NRA)(declare-const x Real)(declare-const y Real)"
    return text
      + draw.one(of: [
        "(assert (< (+ (* x x) (* y y)) (* 2.0 x y)))",
        "(assert (= (* x x) \(draw.integer(in: 2...9)).0))",
        "(assert (< (+ (* x x) x \(draw.integer(in: 1...9)).0) 0.0))",
        "(assert (> (* x y) \(draw.integer(in: 1...9)).0))(assert (< (+ x y) 1.0))",
        "(assert (> x 1.0))(assert (< (* x x) x))",
        "(assert (= (* x x x) \(draw.integer(in: 2...9)).0))(assert (< x 1.0))",
      ])
  }

  private mutating func differences() -> String {
    let names = ["a", "b", "c", "d"]
    var text = "(set-logic QF_IDL)" + names.map { "(declare-const \($0) Int)" }.joined()
    for _ in 0..<draw.integer(in: 4...8) {
      text +=
        "(assert (<= (- \(draw.one(of: names)) \(draw.one(of: names))) \(number(draw.integer(in: -4...3)))))"
    }
    return text
  }
}

extension Draw {
  /// One of some things, of which there is one at least.
  mutating func one<Thing>(of things: [Thing]) -> Thing {
    things[integer(in: 0...things.count - 1)]
  }
}
