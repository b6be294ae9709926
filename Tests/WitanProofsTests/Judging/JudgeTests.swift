import Glibc
import Testing
import Witan

@testable import WitanProofs

@Suite struct JudgeTests {
  private func ruling(_ script: String, budget: UInt32 = 1_000_000) throws -> Ruling {
    Judge().ruling(on: try Claim("test", script: Array(script.utf8), budget: budget))
  }

  private func ruling(_ script: String, witness: String) throws -> Ruling {
    let claim = try Claim(
      "test", script: Array(script.utf8), expectation: .satisfiable(witness: Array(witness.utf8)))
    return Judge().ruling(on: claim)
  }

  @Test func `contradictory assertions prove a claim`() throws {
    let ruling = try ruling("(declare-const x Int)(assert (> x 2))(assert (< x 2))")
    #expect(ruling.isProved)
    #expect(ruling.resources > 0)
    #expect(ruling.difficulty == ruling.resources + 53)
  }

  @Test func `E6 a hundred proofs take less than a second of one core`() throws {
    let claims = try (0..<100).map { number in
      let script =
        "(declare-const a Int)(declare-const b Int)(assert (> b \(number)))(assert (not (= (+ (- a b) b) a)))"
      return try Claim("claim \(number)", script: Array(script.utf8))
    }
    func processorTime() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = processorTime()
    #expect(Judge().rulings(on: claims).allSatisfy { $0.isProved })
    #expect(processorTime() - start < 1)
  }

  @Test func `an assignment refutes a claim, and is told by name`() throws {
    let ruling = try ruling(
      "(declare-const x Int)(declare-const y Int)(assert (= (+ x y) 7))(assert (= x 3))")
    #expect(ruling.outcome == .refuted("x = 3, y = 4"))
    #expect(ruling.difficulty == 0)
  }

  @Test func `a budget that runs out decides nothing`() throws {
    let cubes = """
      (declare-const x Int)(declare-const y Int)(declare-const z Int)
      (assert (= (+ (* x x x) (* y y y)) (* z z z)))(assert (> x 0))(assert (> y 0))(assert (> z 0))
      """
    #expect(try ruling(cubes, budget: 20_000).outcome == .undecided(.overBudget))
    let real = try ruling(
      "(set-logic QF_NRA)" + cubes.split(separator: "Int").joined(separator: "Real"), budget: 100)
    #expect(real.outcome == .undecided(.overBudget))
    let factors = """
      (set-logic QF_BV)(declare-const a (_ BitVec 24))(declare-const b (_ BitVec 24))
      (assert (= (bvmul ((_ zero_extend 24) a) ((_ zero_extend 24) b)) (_ bv140737471578113 48)))
      (assert (bvugt a (_ bv1 24)))(assert (bvugt b (_ bv1 24)))
      """
    #expect(try ruling(factors, budget: 50_000).outcome == .undecided(.overBudget))
  }

  @Test func `a solver that gives up decides nothing`() throws {
    let root =
      "(declare-const x Real)(declare-const y Real)(assert (= (+ (* x x x) (* y y y)) 7.0))(assert (> (* x y) 3.0))(assert (< (+ x y) 1.0))"
    #expect(try ruling(root).outcome == .undecided(.incomplete))
    #expect(try ruling("(set-logic QF_NRA)" + root).isProved)
  }

  @Test func `what isn't well-sorted is rejected, with its line`() throws {
    #expect(
      try ruling("(declare-const x Int)\n\n(assert (> x y))").outcome
        == .rejected(.script("line 3: unknown constant y")))
    #expect(try ruling("(assert").outcome.word == "rejected")
  }

  @Test func `a witness is evaluated, not searched for`() throws {
    let script =
      "(declare-const x Int)(declare-fun f (Int) Int)(assert (> x 2))(assert (= (f x) (+ x 1)))"
    let good = "(define-fun x () Int 5)(define-fun f ((n Int)) Int (ite (= n 5) 6 0))"
    #expect(try ruling(script, witness: good).isProved)
    let bad = "(define-fun x () Int 1)(define-fun f ((n Int)) Int (+ n 1))"
    #expect(try ruling(script, witness: bad).outcome == .refuted("the witness breaks assertion 1"))
    func rejection(_ witness: String) throws -> String? {
      try ruling(script, witness: witness).outcome.reason
    }
    #expect(try rejection("(define-fun x () Int 5)") == "the witness: it gives no value for f")
    #expect(
      try rejection("(define-fun x () Real 5.0)(define-fun f ((n Int)) Int n)")
        == "the witness: its x isn't of the sort that was declared")
    #expect(
      try rejection(good + "(define-fun g () Int 1)")
        == "the witness: it gives values for what isn't declared")
    #expect(
      try rejection(good + "(assert false)")
        == "the witness: line 1, column 71: the command assert isn't admitted")
    #expect(
      try ruling(script, witness: good + "(define-fun x () Int 6)").outcome.word == "rejected")
    let quantified = "(declare-fun f (Int) Int)(assert (forall ((x Int)) (> (f x) x)))"
    #expect(
      try ruling(quantified, witness: "(define-fun f ((n Int)) Int (* n n))").outcome
        == .undecided(.incomplete))
  }

  @Test func `a witness that the solver finds holds when it is checked`() throws {
    let text = """
      (declare-datatype P ((mk (a Int) (b Bool))))
      (declare-const p P)(declare-const u Int)(declare-fun f (Int Int) Int)(declare-const t (Array Int Int))
      (assert (b p))(assert (= (f (a p) 3) 9))(assert (= (f 1 1) 4))(assert (= (select t 4) 7))
      """
    let witness = try #require(try Judge().witness(of: Script(text), budget: 100_000))
    #expect(try ruling(text, witness: String(decoding: witness, as: UTF8.self)).isProved)
    #expect(try Judge().witness(of: Script("(assert false)"), budget: 100_000) == nil)
  }
}
