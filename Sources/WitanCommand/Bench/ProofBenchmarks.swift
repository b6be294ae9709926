import CZ3
import Glibc
import Synchronization
import Witan
import WitanCrypto
import WitanLedger
import WitanNode
import WitanProofs

/// What judging claims costs.
enum ProofBenchmarks {
  /// All of it.
  static let group = BenchmarkGroup(
    name: "proofs", summary: "claims judged by Z3",
    benchmarks: [
      compared("proofs.judge", "a small claim, judged in this process", goal: .ratio(atMost: 1.10))
      {
        let claims = try smallClaims(64)
        return { operations in
          for index in 0..<operations { consume(Judge().ruling(on: claims[index % 64])) }
        }
      },
      compared(
        "proofs.isolated", "64 small claims, judged by one worker process", against: rawBatches,
        goal: .ratio(atMost: 1.25)
      ) { try batches(lanes: 1) },
      .once(
        "proofs.rate", "the time of a small claim on one core; 400 a second are promised",
        in: .seconds, goal: .value(atMost: 1.0 / 400)
      ) {
        try secondsPerClaim(lanes: 1, claims: 1_000)
      },
      .once(
        "proofs.block", "a block of 100 small claims on two cores", in: .seconds,
        goal: .value(atMost: 0.3)
      ) {
        try secondsPerClaim(lanes: 2, claims: 100) * 100
      },
      compared(
        "proofs.twocores", "64 small claims on two cores that do nothing else, against one",
        against: Workload("one worker", prepare: { try batches(lanes: 1) }),
        goal: .ratio(atMost: 0.6)
      ) { try batches(lanes: 2) },
      .time(
        "proofs.aside", "what a claim that is judged aside takes of the replica's own thread",
        against: raw, goal: .ratio(atMost: 0.25), prepare: aside),
      .once(
        "proofs.memory", "what this process holds more after 100,000 claims in it", in: .bytes,
        goal: .value(atMost: 8 * 1_048_576)
      ) { try growth(claims: 100_000) },
    ])

  /// By the wall clock: what other processes do counts.
  private static func compared(
    _ name: String, _ summary: String, against yardstick: Workload = raw, goal: Goal,
    prepare: @escaping @Sendable () throws -> (_ operations: Int) throws -> Void
  ) -> Benchmark {
    Benchmark(
      name: name, summary: summary, measure: .nanoseconds, yardstick: yardstick.name, goal: goal
    ) { rounds in
      let comparison = Comparison(
        rounds: rounds, stretch: 5_000_000, now: { Clock.wall.nanoseconds })
      let outcome = try comparison.run(Workload(name, prepare: prepare), against: yardstick)
      return Benchmark.Reading(
        value: outcome.value, yardstickValue: outcome.yardstickValue, ratio: outcome.ratio)
    }
  }

  private static func ownWorkers(_ lanes: Int) -> ProofPool {
    ProofPool(
      .processes(executable: "/proc/self/exe", arguments: EntryPoint.workerArguments),
      lanes: lanes, cached: 1)
  }

  /// How many claims are judged at once.
  private static let batch = 64

  private static func batches(lanes: Int) throws -> (Int) throws -> Void {
    let pool = ownWorkers(lanes)
    var made = 0
    return { operations in
      // Claims that no memory has.
      let count = operations * batch
      consume(pool.rulings(on: try smallClaims(count, from: made)))
      made += count
    }
  }

  private static func secondsPerClaim(lanes: Int, claims count: Int) throws -> Double {
    let pool = ownWorkers(lanes)
    // The workers are there before the clock starts.
    consume(pool.rulings(on: try smallClaims(lanes * 8, from: 1_000_000)))
    let claims = try smallClaims(count)
    var rulings: [Ruling] = []
    let seconds = Clock.wall.seconds { rulings = pool.rulings(on: claims) }
    guard rulings.allSatisfy(\.isProved) else {
      throw EnvironmentError("a claim wasn't proved", remedy: "see witan judge")
    }
    return seconds / Double(count)
  }

  private static func growth(claims count: Int) throws -> Double {
    let pool = ProofPool(.none, cached: 1)
    // What every process takes once isn't growth.
    consume(pool.rulings(on: try smallClaims(2_000)))
    let change = try MemoryGauge.measure {
      for start in stride(from: 2_000, to: 2_000 + count, by: 1_000) {
        consume(pool.rulings(on: try smallClaims(1_000, from: start)))
      }
    }
    return Double(max(0, change.growth))
  }

  /// A request with a claim is offered, set aside, judged by a worker, queued and withdrawn.
  private static let aside: @Sendable () throws -> (Int) throws -> Void = {
    let authority = SimulatedAuthority(seed: 1)
    let client = authority.signer(1)
    var endowment = Endowment()
    endowment.seats = [
      .init(
        id: 0, key: authority.signer(0).publicKey, owner: client.publicKey, stake: .tokens(1_000))
    ]
    var ledger = try Ledger(endowment)
    let genesis = try Genesis(
      name: "bench", members: endowment.members, applicationRoot: ledger.root,
      application: ProofRules().encoded)
    let docket = Docket(ownWorkers(1))
    ledger.network = try Ledger.Network(
      genesis: genesis, scheme: .simulated(authority), court: docket)
    let bell = Bell()
    var host = JudgingHost(StateMachineHost(ledger), docket: docket) { bell.ring() }
    let requests = try smallClaims(64).enumerated().map { number, claim in
      Request(
        number: UInt64(number), expiry: 1_000,
        operations: [
          LedgerOperation.prove(SignedClaim(claim, author: client, chain: genesis.digest)).encoded
        ], signer: client, chain: genesis.digest)
    }
    var next = 0
    return { operations in
      for _ in 0..<operations {
        next = (next + 1) % requests.count
        consume(host.answer(.offer(requests[next]), clock: 1))
        while host.waiting > 0 {
          bell.wait()
          consume(host.resume(clock: 1))
        }
        consume(host.answer(.withdraw([requests[next].digest]), clock: 1))
      }
    }
  }

  /// Wakes one thread from another, as a node would: through a pipe on which the thread waits for all else, too.
  private final class Bell: Sendable {
    private let outlet: Int32
    private let inlet: Int32

    init() {
      var ends: [Int32] = [-1, -1]
      pipe(&ends)
      (outlet, inlet) = (ends[0], ends[1])
    }

    deinit {
      close(outlet)
      close(inlet)
    }

    func ring() {
      var byte: UInt8 = 1
      write(inlet, &byte, 1)
    }

    func wait() {
      var byte: UInt8 = 0
      read(outlet, &byte, 1)
    }
  }

  // MARK: Claims

  /// Small claims of several kinds, no two alike.
  private static func smallClaims(_ count: Int, from first: Int = 0) throws -> [Claim] {
    try (first..<first + count).map { number in
      try Claim("claim \(number)", script: Array(script(number).utf8), budget: 100_000)
    }
  }

  private static func script(_ number: Int) -> String {
    switch number % 4 {
    case 0:
      """
      (set-logic QF_LIA)(declare-const x Int)(declare-const y Int)
      (assert (> x \(number)))(assert (< y x))(assert (> y (+ x 5)))
      """
    case 1:
      """
      (set-logic QF_UF)(declare-sort S 0)(declare-fun f (S) S)(declare-const a S)(declare-const b S)
      (assert (= a b))(assert (not (= (f (f a)) (f (f b)))))
      (assert (or (= a b) (= (f a) b))) ; \(number)
      """
    case 2:
      """
      (set-logic QF_ALIA)(declare-const m (Array Int Int))(declare-const i Int)
      (assert (not (= (select (store m i \(number)) i) \(number))))
      """
    default:
      """
      (set-logic QF_LIA)(declare-const alice Int)(declare-const bob Int)(declare-const amount Int)
      (assert (> amount \(number)))(assert (not (= (+ (- alice amount) (+ bob amount)) (+ alice bob))))
      """
    }
  }

  // MARK: The yardstick

  /// The same claims through Z3's own interface, each in a context of its own.
  private static let raw = Workload("Z3's C interface, a new context each") {
    let texts = (0..<64).map(script)
    return { operations in
      for index in 0..<operations { consume(judgeRaw(texts[index % 64])) }
    }
  }

  /// As many of them as a pool is given at once.
  private static let rawBatches = Workload("Z3's C interface, a new context each") {
    let texts = (0..<64).map(script)
    return { operations in
      for index in 0..<operations * batch { consume(judgeRaw(texts[index % 64])) }
    }
  }

  private static func judgeRaw(_ text: String) -> Bool {
    let configuration = Z3_mk_config()
    let context = Z3_mk_context_rc(configuration)
    Z3_del_config(configuration)
    defer { Z3_del_context(context) }
    let solver = Z3_mk_simple_solver(context)
    Z3_solver_inc_ref(context, solver)
    defer { Z3_solver_dec_ref(context, solver) }
    let parameters = Z3_mk_params(context)
    Z3_params_inc_ref(context, parameters)
    Z3_params_set_uint(context, parameters, Z3_mk_string_symbol(context, "rlimit"), 100_000)
    Z3_solver_set_params(context, solver, parameters)
    Z3_params_dec_ref(context, parameters)
    let assertions = Z3_parse_smtlib2_string(context, text, 0, nil, nil, 0, nil, nil)
    Z3_ast_vector_inc_ref(context, assertions)
    defer { Z3_ast_vector_dec_ref(context, assertions) }
    for index in 0..<Z3_ast_vector_size(context, assertions) {
      Z3_solver_assert(context, solver, Z3_ast_vector_get(context, assertions, index))
    }
    return Z3_solver_check(context, solver) == Z3_L_FALSE
  }
}
