import Testing
import Witan
import WitanCrypto
import WitanLedger
import WitanProofs

@testable import WitanNode

/// A network of one replica that runs the ledger, with a journal in memory and a store on a disk. It can be killed between
/// any two effects, and started again from what is left.
struct LoneNode {
  static let authority = SimulatedAuthority(seed: 5)
  static let client = authority.signer(1)
  static let other = authority.signer(99)

  let genesis: Genesis
  private let path: String
  private let first: Ledger
  private let isolation: ProofPool.Isolation
  private(set) var replica: Replica
  private(set) var host: LedgerHost
  private(set) var journal: [Journal.Record] = []
  private var effects = Effects()
  private var timers: [Timer.Kind: Timer] = [:]
  private var now: Micros = 1
  private let wakes = Gate(0)
  /// How many effects it does before it dies; nil when it lives on.
  var effectsLeft: Int?
  /// How many effects it did.
  private(set) var done = 0
  private(set) var replies: [UInt64: LedgerReceipt] = [:]

  struct Death: Error {}

  init(path: String, isolation: ProofPool.Isolation = .none) throws {
    let signer = Self.authority.signer(0)
    var endowment = Endowment()
    endowment.balances = [Self.client, Self.other].map { ($0.publicKey, .tokens(1_000)) }
    endowment.seats = [
      .init(id: 0, key: signer.publicKey, owner: signer.publicKey, stake: .tokens(1_000))
    ]
    first = try Ledger(endowment)
    var parameters = Parameters()
    parameters.checkpointInterval = 2
    parameters.window = 4
    genesis = try Genesis(
      name: "alone", members: endowment.members, parameters: parameters,
      applicationRoot: first.root, application: ProofRules().encoded)
    (self.path, self.isolation) = (path, isolation)
    (replica, host) = try Self.started(
      first, genesis, path, isolation, wakes, recovering: nil)
    try perform(.start)
  }

  /// Starts again after it died.
  mutating func restart() throws {
    let recovery = Journal.Recovery(journal)
    timers = [:]
    effects = Effects()
    effectsLeft = nil
    (replica, host) = try Self.started(
      first, genesis, path, isolation, wakes, recovering: recovery)
    try perform(.start)
  }

  private static func started(
    _ ledger: Ledger, _ genesis: Genesis, _ path: String, _ isolation: ProofPool.Isolation,
    _ wakes: Gate<Int>, recovering recovery: Journal.Recovery?
  ) throws -> (Replica, LedgerHost) {
    let scheme = SignatureScheme.simulated(authority)
    var host = try LedgerHost(
      ledger, of: genesis, scheme: scheme, in: SQLiteBacking(path: path),
      judgedBy: ProofPool(isolation, lanes: 1)
    ) { wakes.enter { $0 += 1 } }
    try host.restore(recovery?.foundation)
    let replica = Replica(
      genesis: genesis, identity: 0, signer: authority.signer(0), scheme: scheme,
      recovering: recovery)
    return (replica, host)
  }

  private enum Cause {
    case start
    case inputs([Input])
  }

  /// Handles inputs and all that follows from them at once.
  private mutating func perform(_ cause: Cause) throws {
    now = now + .milliseconds(1)
    var inputs: [Input] = []
    switch cause {
    case .start: replica.start(at: now, into: &effects)
    case .inputs(let given): inputs = given
    }
    while true {
      while let effect = effects.next() {
        if let input = try perform(effect) { inputs.append(input) }
      }
      guard !inputs.isEmpty else { return }
      replica.handle(inputs.removeFirst(), at: now, into: &effects)
    }
  }

  private mutating func perform(_ effect: Effect) throws -> Input? {
    if let left = effectsLeft {
      guard left > 0 else { throw Death() }
      effectsLeft = left - 1
    }
    done += 1
    switch effect {
    case .persist(let record): journal.append(try Journal.Record(decoding: record.encoded))
    case .setTimer(let timer, _): timers[timer.kind] = timer
    case .cancelTimer(let kind): timers[kind] = nil
    case .reply(let reply):
      if case .result(let bytes) = reply.body.outcome {
        replies[reply.body.number] = LedgerReceipt(bytes)
      }
    default: break
    }
    return try host.answer(effect, clock: now)
  }

  /// Brings a request; what is judged aside stays aside.
  mutating func bring(_ request: Request) throws {
    try perform(.inputs([.request(try replica.verifier.verify(request))]))
  }

  /// Lets a leader whose application kept everything back ask again what there is to propose.
  mutating func askAgain() throws {
    guard let timer = timers.removeValue(forKey: .propose) else { return }
    now = now + .seconds(1)
    try perform(.inputs([.timer(timer)]))
  }

  /// Waits until something that was set aside can go on, and has it go on.
  mutating func goOn() throws {
    wakes.take()
    try perform(.inputs(host.resume(clock: now)))
  }

  /// Brings a request and does whatever there is to do until it is answered.
  mutating func ask(_ request: Request) throws {
    try bring(request)
    for _ in 0..<100 where replies[request.number] == nil {
      if host.judging.waiting > 0 {
        try goOn()
      } else {
        let due = timers.values.sorted { $0.kind.rawValue < $1.kind.rawValue }
        timers = [:]
        now = now + .seconds(1)
        try perform(.inputs(due.map { .timer($0) }))
      }
    }
  }

  func request(
    _ number: UInt64, _ operation: LedgerOperation, by signer: Signer = Self.client
  ) -> Request {
    Request(
      number: number, expiry: 100, operations: [operation.encoded], signer: signer,
      chain: genesis.digest)
  }

  func transfer(_ number: UInt64, nonce: UInt64, by signer: Signer = Self.client) -> Request {
    let receiver = Self.authority.signer(number).publicKey
    return request(
      number, .transfer(to: receiver, amount: .tokens(number), nonce: nonce), by: signer)
  }

  func proof(_ number: UInt64, _ script: String) throws -> Request {
    let claim = try Claim("claim \(number)", script: Array(script.utf8), budget: 200_000)
    return request(
      number, .prove(SignedClaim(claim, author: Self.client, chain: genesis.digest)))
  }

  static let holds = "(declare-const x Int)(assert (> x 1))(assert (< x 1))"
  static let fails = "(declare-const x Int)(assert (> x 1))"
}

extension Gate<Int> {
  /// Waits until there is one to be had, and takes it.
  func take() {
    wait { count -> Void? in
      guard count > 0 else { return nil }
      count -= 1
      return ()
    }
  }
}
