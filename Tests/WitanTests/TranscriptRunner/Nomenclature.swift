@testable import Witan
import WitanCrypto

/// Gives short names to what transcripts speak of, in the order in which it turns up.
///
/// | name         | what                                                                          |
/// |--------------|-------------------------------------------------------------------------------|
/// | `B3`, `B3'`  | the first block at sequence 3, and the second, conflicting one                 |
/// | `S4`, `S4'`  | the first state claimed after sequence 4, and another                          |
/// | `c1#2`       | the second request of client 1; `c1#2'` is another one with that number        |
/// | `B3@v0`      | the lock on B3 of view 0; `B3@v0!` is one by a quorum of commits               |
/// | `r1@v2`      | the view-change of r1 for view 2                                              |
///
/// It also keeps what bears those names, so that hostile messages can be made of it: all of it was sent to
/// everybody, so that a faulty member has it too.
struct Nomenclature {
  private var names: [Digest: String] = [:]
  private var used: Set<String> = []
  private var clients: [PublicKey: String] = [:]
  private(set) var blocks: [String: Block] = [:]
  private(set) var requests: [String: Request] = [:]
  private(set) var locks: [String: Lock] = [:]
  private(set) var viewChanges: [String: ViewChange] = [:]
  private(set) var checkpoints: [String: CheckpointCertificate] = [:]
  private(set) var decisions: [String: Decision] = [:]
  private(set) var digests: [String: Digest] = [:]

  init(genesis: Digest) {
    names[genesis] = "genesis"
    digests["genesis"] = genesis
  }

  private mutating func name(_ digest: Digest, _ wanted: String) -> String {
    if let name = names[digest] { return name }
    var name = wanted
    while !used.insert(name).inserted { name += "'" }
    names[digest] = name
    digests[name] = digest
    return name
  }

  /// The name of a digest; a few of its digits when it has none.
  func name(of digest: Digest) -> String {
    names[digest] ?? "?" + digest.description.prefix(4)
  }

  mutating func add(client key: PublicKey, _ name: String) { clients[key] = name }

  func name(ofClient key: PublicKey) -> String { clients[key] ?? "a stranger" }

  @discardableResult
  mutating func add(_ request: Request) -> String {
    let client = name(ofClient: request.client)
    let name = name(request.digest, "\(client)#\(request.number)")
    requests[name] = request
    return name
  }

  @discardableResult
  mutating func add(_ block: Block) -> String {
    for request in block.requests { add(request) }
    let name = name(block.digest, "B\(block.header.height)")
    blocks[name] = block
    return name
  }

  /// Names what a digest stands for that was made up, or a state.
  @discardableResult
  mutating func add(state digest: Digest, at sequence: SequenceNumber) -> String {
    name(digest, "S\(sequence)")
  }

  mutating func add(madeUp digest: Digest, _ wanted: String) { _ = name(digest, wanted) }

  mutating func add(_ lock: Lock) { locks[name(of: lock)] = lock }

  func name(of lock: Lock) -> String {
    let block = "\(name(of: lock.header.digest))@v\(lock.view)"
    if case .committed = lock { return block + "!" }
    return block
  }

  @discardableResult
  mutating func add(_ viewChange: ViewChange) -> String {
    if let certificate = viewChange.body.stable { add(certificate) }
    var name = "\(viewChange.signer)@v\(viewChange.statement.view)"
    while let other = viewChanges[name], other != viewChange { name += "'" }
    viewChanges[name] = viewChange
    return name
  }

  /// The view-change that a new-view names, if it was ever sent.
  func viewChange(_ signer: ReplicaID, _ digest: Digest, for view: View) -> ViewChange? {
    viewChanges.values.first {
      $0.signer == signer && $0.statement.view == view && $0.statement.digest == digest
    }
  }

  /// A view-change that a new-view names: `r1`, `r1'` if it is the second one for its view, `r1?` if it never was sent.
  func name(ofViewChange signer: ReplicaID, _ digest: Digest, for view: View) -> String {
    guard let viewChange = viewChange(signer, digest, for: view),
      let name = viewChanges.first(where: { $0.value == viewChange })?.key
    else { return "\(signer)?" }
    return "\(signer)" + name.filter { $0 == "'" }
  }

  mutating func add(_ certificate: CheckpointCertificate) {
    let name = add(state: certificate.summary.digest, at: certificate.sequence)
    if checkpoints[name] == nil { checkpoints[name] = certificate }
  }

  mutating func add(_ certificate: CommitCertificate) {
    let name = name(of: certificate.digest)
    guard let block = blocks[name], decisions[name] == nil else { return }
    decisions[name] = Decision(certificate: certificate, block: block)
  }

  /// Keeps what a journal's record brings.
  mutating func add(_ record: Journal.Record) {
    switch record {
    case .accepted(let proposal): add(proposal.body)
    case .block(let block): add(block)
    case .locked(let lock): add(lock)
    case .leftView(let viewChange), .viewChange(let viewChange): add(viewChange)
    case .checkpoint(let image):
      add(state: image.summary.digest, at: image.summary.sequence)
    case .stable(let certificate): add(certificate)
    case .epoch(let change): add(change.certificate)
    case .decided(let certificate): add(certificate)
    case .opened: break
    }
  }

  /// Keeps what a message brings.
  mutating func add(_ message: Message) {
    switch message {
    case .prePrepare(let proposal), .block(let proposal): add(proposal.body)
    case .decision(let decision):
      add(decision.body.block)
      add(decision.body.certificate)
    case .viewChange(let viewChange): add(viewChange)
    case .checkpoint(let vote): add(state: vote.statement.digest, at: vote.statement.sequence)
    case .manifest(let manifest):
      if let certificate = manifest.body.certificate { add(certificate) }
    case .request(let request): add(request)
    default: break
    }
  }
}
