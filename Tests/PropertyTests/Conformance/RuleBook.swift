import Witan
import WitanCrypto
import WitanSimulation

/// PBFT's rules as sets of statements: slow, without an index, and short enough to be compared with the paper line by
/// line. It runs beside the replicas and finds every step of a correct one that the rules don't allow.
///
/// A machine may do less than the rules allow, never more; so what was ever said to it counts for ever.
struct RuleBook {
  /// A step that isn't allowed.
  struct Breach: CustomStringConvertible {
    /// Who took it.
    let machine: Int
    /// When.
    let time: Micros
    /// Which rule it breaks.
    let rule: String
    /// What the step was.
    let step: String

    var description: String { "\(time): machine \(machine) \(step): \(rule)" }
  }

  /// What a machine knows and did.
  private struct Witness {
    var knowledge: Knowledge
    /// The blocks that its application found valid.
    var approved: Set<Digest> = []
    /// Where it executes next.
    var executed: SequenceNumber = 0
    /// The views that it asked for or entered, the latest by epoch.
    var view: [Epoch: View] = [:]
  }

  /// What was found.
  private(set) var breaches: [Breach] = []
  /// The rules that were broken.
  var rules: Set<String> { Set(breaches.map(\.rule)) }
  /// How many steps were looked at, by kind.
  private(set) var steps: [String: Int] = [:]
  private let vantage: Vantage
  private let parameters: Parameters
  private var witnesses: [Witness]

  /// What must be told for the book to see every step.
  static let watch: Watch = [.messages, .deliveries, .seam, .reports]

  init(_ vantage: Vantage) {
    self.vantage = vantage
    parameters = vantage.genesis.parameters
    let knowledge = Knowledge(genesis: vantage.genesis, scheme: vantage.scheme)
    witnesses = Array(repeating: Witness(knowledge: knowledge), count: vantage.names.count)
  }

  mutating func observe(_ happening: Happening) {
    let node = happening.node
    guard witnesses.indices.contains(node) else { return }
    if case .report(.enteredEpoch(let epoch, let members)) = happening.event {
      for index in witnesses.indices { witnesses[index].knowledge.terms[epoch] = members }
    }
    guard vantage.isCorrect(node) else { return }
    switch happening.event {
    case .delivered(let message, _): witnesses[node].knowledge.learn(message)
    case .validated(let block, .valid):
      witnesses[node].approved.insert(block.digest)
      witnesses[node].knowledge.learn(block.header)
    case .sent(let message, _):
      judge(message, happening)
      witnesses[node].knowledge.learn(message)
    case .executed(let execution): judge(execution, happening)
    case .installed(let summary): judge(summary, happening)
    case .restored(let sequence, _): witnesses[node].executed = sequence
    default: break
    }
  }

  // MARK: Judging

  private mutating func judge(_ message: Message, _ happening: Happening) {
    guard let signed = message.signed else { return }
    steps["\(signed.statement.kind)", default: 0] += 1
    let witness = witnesses[happening.node]
    let name = vantage.names[happening.node]
    let fault: String?
    if signed.signer != name {
      let isKnown = witness.knowledge.facts.contains(
        Fact(signed))
      fault = isKnown ? nil : "only what was heard is passed on"
    } else {
      fault = breach(of: message, signed.statement, by: name, witness)
    }
    if let fault {
      note(fault, "sends \(signed.statement.kind) \(signed.statement.place)", happening)
    }
    if signed.statement.kind == .viewChange || signed.statement.kind == .newView,
      signed.signer == name
    {
      let statement = signed.statement
      let latest = witness.view[statement.epoch] ?? 0
      witnesses[happening.node].view[statement.epoch] = max(latest, statement.view)
    }
  }

  private func breach(
    of message: Message, _ statement: Statement, by name: ReplicaID, _ witness: Witness
  ) -> String? {
    switch message {
    case .prePrepare(let proposal): return breach(of: proposal, by: name, witness)
    case .prepare: return breach(ofPrepare: statement, by: name, witness)
    case .commit: return breach(ofCommit: statement, by: name, witness)
    case .checkpoint:
      guard statement.sequence.rawValue.isMultiple(of: parameters.checkpointInterval) else {
        return "checkpoints are taken at multiples of the interval only"
      }
      return statement.sequence <= witness.executed ? nil : "a checkpoint is of executed state"
    case .viewChange(let viewChange): return breach(of: viewChange, by: name, witness)
    case .newView(let newView): return breach(of: newView, by: name, witness)
    case .decision(let decision):
      let sealed = decision.body
      return witness.knowledge.isDecided(sealed.block.digest, at: sealed.sequence, with: name)
        ? nil : "only what a quorum committed to is shown as decided"
    default: return nil
    }
  }

  /// OSDI '99 §4.2: the leader of a view proposes, between the watermarks, once the view is open.
  private func breach(of proposal: Sealed<Block>, by name: ReplicaID, _ witness: Witness) -> String?
  {
    let statement = proposal.statement
    if let fault = breachOfPlace(statement, by: name, witness) { return fault }
    guard leader(of: statement, witness) == name else { return "the leader alone proposes" }
    let header = proposal.body.header
    guard header.height == statement.sequence,
      header.epoch == statement.epoch || header.proposer != name
    else { return "a block is proposed for its own height" }
    return nil
  }

  /// OSDI '99 §4.2: a backup prepares what the leader proposed, if it found it valid.
  private func breach(
    ofPrepare statement: Statement, by name: ReplicaID, _ witness: Witness
  ) -> String? {
    if let fault = breachOfPlace(statement, by: name, witness) { return fault }
    let leader = leader(of: statement, witness)
    guard leader != name else { return "the leader's proposal is its prepare" }
    return breachOfProposal(statement, by: leader, name, witness)
  }

  /// OSDI '99 §4.2: who is prepared commits; here, in order too.
  private func breach(
    ofCommit statement: Statement, by name: ReplicaID, _ witness: Witness
  ) -> String? {
    let knowledge = witness.knowledge
    let (digest, sequence) = (statement.digest, statement.sequence)
    if let fault = breachOfPlace(statement, by: name, witness) { return fault }
    if let fault = breachOfProposal(statement, by: leader(of: statement, witness), name, witness) {
      return fault
    }
    guard
      knowledge.isPrepared(
        digest, at: sequence, epoch: statement.epoch, view: statement.view, with: name)
    else { return "a quorum's prepares come before a commit" }
    guard let header = knowledge.headers[digest] else { return "the block is known by then" }
    let before = sequence.previous
    let follows =
      before == 0
      ? header.previous == vantage.genesis.digest
      : knowledge.isLocked(header.previous, at: before, with: name)
        || knowledge.isCertified(header.previous, at: before, with: name)
    return follows ? nil : "what comes before is prepared, decided or certified first"
  }

  private func breachOfProposal(
    _ statement: Statement, by leader: ReplicaID?, _ name: ReplicaID, _ witness: Witness
  ) -> String? {
    let proposed = Statement(
      .prePrepare, epoch: statement.epoch, view: statement.view, sequence: statement.sequence,
      digest: statement.digest)
    guard let leader,
      leader == name
        || witness.knowledge.facts.contains(Fact(statement: proposed, signer: leader))
    else { return "only what the leader proposed is voted for" }
    guard
      witness.approved.contains(statement.digest)
        || witness.knowledge.isLocked(statement.digest, at: statement.sequence, with: name)
    else { return "only what was found valid is voted for" }
    return nil
  }

  /// What holds of every vote: its place lies between the watermarks, and its view is open.
  private func breachOfPlace(
    _ statement: Statement, by name: ReplicaID, _ witness: Witness
  ) -> String? {
    let knowledge = witness.knowledge
    let low = knowledge.low(with: name)
    guard statement.sequence <= low.advanced(by: parameters.window) else {
      return "nothing is voted on above the high watermark, \(low) + \(parameters.window)"
    }
    guard statement.view > 0 else { return nil }
    let isOpen = knowledge.facts.contains {
      $0.statement.kind == .newView && $0.statement.epoch == statement.epoch
        && $0.statement.view == statement.view && $0.signer == leader(of: statement, witness)
    }
    return isOpen ? nil : "nothing is voted on before the view is open"
  }

  /// OSDI '99 §4.4 and §4.5.2: one leaves for the next view, or for one that somebody correct asks for; and shows
  /// locks that prove themselves, without gaps, from the stable checkpoint on.
  private func breach(
    of viewChange: ViewChange, by name: ReplicaID, _ witness: Witness
  ) -> String? {
    let statement = viewChange.statement
    let knowledge = witness.knowledge
    guard let members = knowledge.terms[statement.epoch] else { return "its epoch has begun" }
    let joined = members.members.filter { member in
      member.id != name
        && knowledge.facts.contains {
          $0.signer == member.id && $0.statement.kind == .viewChange
            && $0.statement.epoch == statement.epoch && $0.statement.view >= statement.view
        }
    }
    let entered = knowledge.facts.filter {
      $0.statement.epoch == statement.epoch
        && ($0.statement.kind == .newView || $0.statement.kind == .commit)
    }.map(\.statement.view).max()
    let present = max(witness.view[statement.epoch] ?? 0, entered ?? 0)
    guard
      statement.view <= present.next
        || members.quorum.includesCorrect(joined.reduce(0) { $0 + $1.power })
    else { return "views are left one by one, from \(present), unless f + 1 are further" }
    var height = viewChange.body.stable?.sequence ?? 0
    for lock in viewChange.body.locks {
      guard lock.header.height == height.next, lock.view < statement.view else {
        return "locks follow each other, from views before"
      }
      var proof = Knowledge(genesis: vantage.genesis, scheme: vantage.scheme)
      proof.terms = knowledge.terms
      proof.learn(lock)
      guard proof.isLocked(lock.header.digest, at: lock.header.height, with: ReplicaID(.max)) else {
        return "a lock proves itself"
      }
      height = height.next
    }
    return nil
  }

  /// OSDI '99 §4.4: the view's leader opens it, with view-changes of a quorum, and proposes what they demand.
  private func breach(of newView: NewView, by name: ReplicaID, _ witness: Witness) -> String? {
    let statement = newView.statement
    let knowledge = witness.knowledge
    guard let members = knowledge.terms[statement.epoch], leader(of: statement, witness) == name
    else {
      return "the leader alone opens a view"
    }
    let signers = Set(newView.body.viewChanges.map(\.signer))
    let power = members.members.reduce(VotingPower(0)) {
      signers.contains($1.id) ? $0 + $1.power : $0
    }
    guard members.quorum.isReached(by: power) else { return "a quorum left the views before" }
    for named in newView.body.viewChanges
    where named.signer != name
      && !knowledge.facts.contains(Fact(named))
    {
      return "the view-changes were heard"
    }
    // Its own view-change may never have left the machine, and then can't be looked into.
    guard let rests = knowledge.rests(of: newView) else { return nil }
    let demanded = knowledge.demanded(by: rests)
    guard demanded.base == statement.sequence,
      demanded.headers.count == newView.body.proposals.count,
      let seat = members.seat(of: name)
    else { return "what the view-changes demand is proposed again" }
    for (header, signature) in zip(demanded.headers, newView.body.proposals) {
      let proposed = Statement(
        .prePrepare, epoch: statement.epoch, view: statement.view, sequence: header.height,
        digest: header.digest)
      guard
        proposed.isSigned(
          signature, by: members[seat].key, chain: vantage.genesis.digest, scheme: vantage.scheme)
      else { return "what the view-changes demand is proposed again" }
    }
    return nil
  }

  private func leader(of statement: Statement, _ witness: Witness) -> ReplicaID? {
    guard let members = witness.knowledge.terms[statement.epoch] else { return nil }
    return members[members.leader(of: statement.view, in: statement.epoch)].id
  }

  // MARK: Execution

  /// OSDI '99 §4.2: what a quorum committed to is executed, one after the other.
  private mutating func judge(_ execution: Execution, _ happening: Happening) {
    let node = happening.node
    let (name, witness) = (vantage.names[node], witnesses[node])
    let step = "executes \(execution.sequence)"
    steps["execution", default: 0] += 1
    if execution.sequence != witness.executed.next {
      note("after \(witness.executed) comes the next", step, happening)
    }
    let digest = execution.header.digest
    let mayCommit = witness.knowledge.isLocked(digest, at: execution.sequence, with: name)
    if !witness.knowledge.isDecided(
      digest, at: execution.sequence, with: mayCommit ? name : nil)
    {
      note("a quorum's commits come before", step, happening)
    }
    witnesses[node].executed = execution.sequence
    witnesses[node].knowledge.learn(execution.header)
  }

  /// OSDI '99 §4.6 (TOCS '02 §5.3): a state is taken from others once a quorum certified it.
  private mutating func judge(_ summary: CheckpointSummary, _ happening: Happening) {
    let node = happening.node
    steps["installation", default: 0] += 1
    let stable = witnesses[node].knowledge.stable(with: ReplicaID(.max))
    if !stable.contains(where: { $0.sequence == summary.sequence && $0.digest == summary.digest }) {
      note("a quorum certified it", "installs the state after \(summary.sequence)", happening)
    }
    witnesses[node].executed = summary.sequence
  }

  private mutating func note(_ rule: String, _ step: String, _ happening: Happening) {
    breaches.append(Breach(machine: happening.node, time: happening.time, rule: rule, step: step))
  }
}

extension Statement {
  fileprivate var place: String {
    "\(digest.short) at \(sequence) in view \(view) of epoch \(epoch)"
  }
}
