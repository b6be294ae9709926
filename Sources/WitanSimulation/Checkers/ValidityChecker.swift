import Witan
import WitanCrypto

/// Validity: only blocks are executed that correct members found valid before and that are valid; in them, only what
/// clients asked and signed; and of that, each at most once, and exactly what may run.
public struct ValidityChecker: Checker {
  /// What correct machines said of a block.
  private struct Vouch {
    let block: Block
    var names: Set<ReplicaID> = []
  }

  /// What it knows beforehand.
  public var vantage: Vantage
  /// What it found.
  public private(set) var findings = Findings()
  /// What the application says of a block, apart from the time of day.
  public var judge: @Sendable (Block) -> Verdict
  private let verifier: Verifier
  private let honest: Set<PublicKey>
  private var vouches: [Digest: Vouch] = [:]
  private var asked: [Digest: SequenceNumber] = [:]
  private var askedLimit = 1 << 16
  private var terms: [Epoch: Membership]
  private var model: SessionModel
  /// The highest number that ran of each client that keeps to the rules.
  private var highest: [PublicKey: UInt64] = [:]
  private var frontier: SequenceNumber = 0

  /// A checker that has seen nothing yet.
  public init(_ vantage: Vantage) {
    self.vantage = vantage
    let application = vantage.application
    judge = { block in
      block.requests.allSatisfy(application.admits)
        ? application.validate(block) : .invalid(InvalidBlock(code: 2, "it may not be proposed"))
    }
    verifier = Verifier(genesis: vantage.genesis, scheme: vantage.scheme)
    honest = Set(vantage.clients)
    terms = [0: vantage.genesis.members]
    model = SessionModel(vantage.genesis.parameters)
  }

  /// Sees what happened.
  public mutating func observe(_ happening: Happening) {
    switch happening.event {
    case .asked(let request):
      if honest.contains(request.client) { note(request) }
    case .validated(let block, .valid):
      if vantage.isCorrect(happening.node) { vouch(for: block, by: happening.node) }
    case .report(.enteredEpoch(let epoch, let members)):
      if vantage.isCorrect(happening.node) { terms[epoch] = members }
    case .executed(let execution):
      // The first correct machine that executes a sequence says what was agreed there; whether others say the same
      // is for the checker of agreement.
      if execution.sequence == frontier.next, vantage.isCorrect(happening.node) {
        frontier = execution.sequence
        check(execution, happening)
      }
    default: break
    }
  }

  private mutating func vouch(for block: Block, by node: Int) {
    vouches[block.digest, default: Vouch(block: block)].names.insert(vantage.names[node])
    // What is decided is needed no longer; what never was is let go with it.
    if vouches.count > 4 * Int(vantage.genesis.parameters.window) + 64 {
      let frontier = frontier
      vouches = vouches.filter { $0.value.block.header.height > frontier }
    }
  }

  private mutating func note(_ request: Request) {
    asked[request.digest] = request.expiry
    guard asked.count > askedLimit else { return }
    let frontier = frontier
    asked = asked.filter { $0.value >= frontier }
    askedLimit = max(askedLimit, 2 * asked.count)
  }

  private mutating func check(_ execution: Execution, _ happening: Happening) {
    let sequence = execution.sequence
    guard let vouch = vouches.removeValue(forKey: execution.header.digest) else {
      return findings.add(
        .unvouched, at: happening, sequence,
        detail: "no correct machine found block \(execution.header.digest.short) valid")
    }
    check(vouch, happening)
    checkForm(of: vouch.block, happening)
    for request in vouch.block.requests { check(request, happening) }
    let due = model.run(vouch.block.requests, at: sequence)
    let isDue =
      due.count == execution.requests.count
      && zip(due, execution.requests).allSatisfy { $0.digest == $1.digest }
    if !isDue {
      findings.add(
        .sessions, at: happening, sequence,
        detail:
          "numbers \(execution.requests.map(\.number)) ran, by the sessions \(due.map(\.number)) should"
      )
    }
    for request in execution.requests where honest.contains(request.client) {
      if let last = highest[request.client], last >= request.number {
        findings.add(
          .sessions, at: happening, sequence,
          detail: "number \(request.number) of a client ran after its number \(last)")
      }
      highest[request.client] = request.number
    }
  }

  /// A block is prepared by a quorum, of which all but the faulty ones asked their application first.
  private mutating func check(_ vouch: Vouch, _ happening: Happening) {
    guard let members = terms[vouch.block.header.epoch] else { return }
    let power = members.members.reduce(VotingPower(0)) {
      vouch.names.contains($1.id) ? $0 + $1.power : $0
    }
    let needed = members.quorum.threshold.rawValue
    let faulty = vantage.faultyPower(among: members).rawValue
    if power.rawValue + faulty < needed {
      findings.add(
        .unvouched, at: happening, vouch.block.header.height,
        detail:
          "correct members that found it valid weigh \(power), the faulty ones \(faulty); a quorum weighs \(needed)"
      )
    }
  }

  private mutating func checkForm(of block: Block, _ happening: Happening) {
    let (header, parameters) = (block.header, vantage.genesis.parameters)
    func complain(_ detail: String) {
      findings.add(.invalid, at: happening, header.height, detail: detail)
    }
    if case .invalid(let reason) = judge(block) { complain("the application says: \(reason)") }
    let remade = Block(
      height: header.height, previous: header.previous, proposer: header.proposer,
      timestamp: header.timestamp, epoch: header.epoch, requests: block.requests)
    if remade.digest != block.digest { complain("its header names other requests") }
    if block.requests.isEmpty { complain("it has no requests") }
    if block.requests.count > Int(parameters.blockRequestLimit) {
      complain("it has \(block.requests.count) requests")
    }
    let bytes = block.requests.reduce(0) { $0 + $1.operationBytes }
    if bytes > Int(parameters.blockByteLimit) { complain("it has \(bytes) bytes") }
    if let members = terms[header.epoch], members.seat(of: header.proposer) == nil {
      complain("\(header.proposer), who proposed it, is no member")
    }
  }

  private mutating func check(_ request: Request, _ happening: Happening) {
    if (try? verifier.verify(request)) == nil {
      findings.add(
        .invalid, at: happening, frontier,
        detail: "request \(request.digest.short) isn't signed by its client"
      )
    } else if honest.contains(request.client), asked[request.digest] == nil {
      findings.add(
        .invalid, at: happening, frontier, detail: "request \(request.digest.short) was never asked"
      )
    }
  }
}
