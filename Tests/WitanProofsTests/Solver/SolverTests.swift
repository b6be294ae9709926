import Testing

@testable import WitanProofs

@Suite struct SolverTests {
  private let x = Term.int("x")
  private let y = Term.int("y")

  @Test func `terms are written as SMT-LIB`() {
    let f = Function("f", [.int], .int)
    let table = Term.variable("t", .array(from: .int, to: .bool))
    let term = Term.forAll(
      x, holds: (x + 1 > y && !(f(x) .== y)).implies(table[x] || table.setting(x, to: .true)[y]))
    #expect(
      term.text
        == "(forall ((x Int)) (=> (and (> (+ x 1) y) (not (= (f x) y))) (or (select t x) (select (store t x true) y))))"
    )
    #expect(
      term.declarations == [
        "(declare-fun y () Int)", "(declare-fun f (Int) Int)",
        "(declare-fun t () (Array Int Bool))",
      ])
    #expect(Term.int("a b").text == "|a b|")
    #expect(Term.number(-3).text == "(- 3)")
    #expect(Term.number(-3, .bits(4)).text == "(bvneg (_ bv3 4))")
    #expect((Term.bits("b", width: 4) / 3 < 2).text == "(bvult (bvudiv b (_ bv3 4)) (_ bv2 4))")
    #expect(Term.sum([]).text == "0")
    #expect(Term.all([]).text == "true")
  }

  @Test func `a satisfiable question has a model`() throws {
    let solver = try Solver(in: SolverContext())
    try solver.add(x + y .== 10)
    try solver.add(x - y .== 4)
    #expect(try solver.check() == .sat)
    let model = try solver.model()
    #expect(try model.value(of: x) == "7")
    #expect(try model.value(of: x * y) == "21")
    #expect(model.constants.map { "\($0.name)=\($0.value)" } == ["x=7", "y=3"])
  }

  @Test func `an unsatisfiable question has a core by names`() throws {
    let solver = try Solver(in: SolverContext())
    try solver.add(x > 5, named: "large")
    try solver.add(y > 5, named: "irrelevant")
    try solver.add(x < 3, named: "small")
    #expect(try solver.check() == .unsat)
    #expect(try solver.unsatCore() == ["large", "small"])
  }

  @Test func `assertions are taken back by levels`() throws {
    let solver = try Solver(in: SolverContext())
    try solver.add(x > 5)
    try solver.push()
    try solver.add(x < 5)
    #expect(try solver.check() == .unsat)
    try solver.pop()
    #expect(try solver.check() == .sat)
    #expect(throws: SolverFault.self) { try solver.pop() }
  }

  @Test func `errors are thrown, with what is wrong`() throws {
    let solver = try Solver(in: SolverContext())
    #expect(throws: SolverFault.self) { try solver.add(x && y) }
    #expect(throws: SolverFault.illFormed("unknown constant z", line: 2)) {
      try solver.add(Script("(declare-const x Int)\n(assert (> x z))"))
    }
    // What it refused once, a context goes on refusing: there is no mistaking one text for another.
    #expect(throws: SolverFault.self) { try solver.add(x > 3) }
    let other = try Solver(in: SolverContext())
    try other.add(x > x)
    #expect(try other.check() == .unsat)
    #expect(throws: SolverFault.self) { _ = try other.model() }
  }

  @Test func `a solver outlives nothing that it needs`() throws {
    func makeModel() throws -> Model {
      let solver = try Solver(in: SolverContext())
      try solver.add(x .== 3)
      #expect(try solver.check() == .sat)
      return try solver.model()
    }
    #expect(try makeModel().value(of: x) == "3")
  }

  @Test func `what a solver counts is told`() throws {
    let solver = try Solver(in: SolverContext())
    try solver.add(x > 5)
    #expect(try solver.check() == .sat)
    #expect(solver.resources > 0)
    #expect(solver.statistics.entries.contains { $0.name == "rlimit count" })
  }
}
