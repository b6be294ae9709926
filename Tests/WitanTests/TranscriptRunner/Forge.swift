@testable import Witan
import WitanCrypto

/// Makes what a faulty member can: it holds its own key alone, and everything that was ever sent.
///
/// | after `forge r3 -> r1,r2`                          | what it says                                            |
/// |----------------------------------------------------|---------------------------------------------------------|
/// | `pre-prepare v0 B1'`                               | a block for its place                                   |
/// | `prepare v0 n1 B1`, `commit v0 n1 B1`              | a vote; a made-up word stands for a made-up digest      |
/// | `checkpoint n4 S4`                                 | a state                                                 |
/// | `view-change v1 stable=S4 locks=B1@v0,B2@v0`       | `:weak`, `:forged` or `:as=B1'` after a name spoils it  |
/// | `new-view v1 of=r1@v1,r2@v1 proposes=B1 from=n4`   | `proposes` and `from` as the view-changes demand if not given |
/// | `status v0 n3 stable=0 changing`                   | where it claims to stand                                |
/// | `decision B1:weak`, `manifest S4:forged`           | what it claims was decided, or certified                |
/// | `block B1`, `fetch-block n1 B1`                    | a block, or the wish for one                            |
/// | `fetch-view-changes v1 r1@v1,r2@v1`                | the wish for view-changes                               |
/// | `fetch-state latest`, `fetch-state n4 application 0` | the wish for a state, or a piece of it                |
/// | `chunk n4 application 0 "junk"`                    | a piece                                                 |
///
/// `as=r2` claims another signer, `epoch=1` another epoch, `key=1` signs with a later key.
struct Forge {
  /// Grows by the names of made-up digests.
  private(set) var names: Nomenclature
  let genesis: Genesis
  /// Who signs.
  let signer: Signer
  /// Who is said to sign.
  let claimed: ReplicaID
  let epoch: Epoch

  init(
    names: Nomenclature, genesis: Genesis, signer: Signer, claimed: ReplicaID, epoch: Epoch
  ) {
    self.names = names
    self.genesis = genesis
    self.signer = signer
    self.claimed = claimed
    self.epoch = epoch
  }

  private func seal<Body>(
    _ kind: StatementKind, _ body: Body, view: View = 0, sequence: SequenceNumber = 0
  ) -> Sealed<Body> {
    Sealed(
      kind, body, epoch: epoch, view: view, sequence: sequence, by: claimed, with: signer,
      chain: genesis.digest)
  }

  private func sign(
    _ kind: StatementKind, view: View = 0, sequence: SequenceNumber, digest: Digest
  ) -> SignedStatement {
    Statement(kind, epoch: epoch, view: view, sequence: sequence, digest: digest)
      .signed(by: claimed, with: signer, chain: genesis.digest)
  }

  private func view(_ words: inout Words) throws -> View { View(try words.number("v", "a view")) }

  private func sequence(_ words: inout Words) throws -> SequenceNumber {
    SequenceNumber(try words.number("n", "a sequence"))
  }

  /// The digest of a name; a made-up one for a made-up name.
  private mutating func digest(_ words: inout Words) throws -> Digest {
    let name = try words.take("a block or state")
    if let digest = names.digests[name] { return digest }
    let digest = SHA256.hash(Array(name.utf8))
    names.add(madeUp: digest, name)
    return digest
  }

  private func block(_ name: String) throws -> Block {
    guard let block = names.blocks[name] else {
      throw CommandError("expected a block that was seen, found \(name)")
    }
    return block
  }

  /// The message that the words describe.
  mutating func message(_ words: inout Words) throws -> Message {
    switch try words.take("a kind of message") {
    case "pre-prepare":
      let view = try view(&words)
      let block = try block(try words.take("a block"))
      let height = try words.option("at").map(Words.count).map { SequenceNumber($0) }
      return .prePrepare(
        seal(.prePrepare, block, view: view, sequence: height ?? block.header.height))
    case "prepare": return .prepare(try vote(.prepare, &words))
    case "commit": return .commit(try vote(.commit, &words))
    case "checkpoint":
      let sequence = try sequence(&words)
      return .checkpoint(sign(.checkpoint, sequence: sequence, digest: try digest(&words)))
    case "view-change": return .viewChange(try viewChange(&words))
    case "new-view": return .newView(try newView(&words))
    case "status":
      let view = try view(&words)
      let sequence = try sequence(&words)
      let stable = try words.option("stable").map(Words.count) ?? 0
      let body = StatusBody(
        isChangingView: words.flag("changing"), stable: SequenceNumber(stable), held: 0)
      return .status(seal(.status, body, view: view, sequence: sequence))
    case let kind: return try stateMessage(kind, &words)
    }
  }

  private mutating func stateMessage(_ kind: String, _ words: inout Words) throws -> Message {
    switch kind {
    case "decision":
      let decision = try decision(try words.take("a decided block"))
      return .decision(seal(.decision, decision, sequence: decision.sequence))
    case "manifest":
      let certificate = try checkpoint(try words.take("a certified state"))
      let manifest = Manifest(lineage: [], certificate: certificate)
      return .manifest(seal(.manifest, manifest, sequence: certificate.sequence))
    case "block":
      let block = try block(try words.take("a block"))
      return .block(seal(.block, block, sequence: block.header.height))
    case "fetch-view-changes":
      let view = try view(&words)
      let wanted = try viewChanges(try words.take("view-changes")).map {
        ViewChangeQuery.Name(signer: $0.signer, digest: $0.statement.digest)
      }
      return .fetchViewChanges(
        seal(.fetchViewChanges, ViewChangeQuery(wanted: wanted), view: view))
    case "fetch-block":
      let sequence = try sequence(&words)
      return .fetchBlock(sign(.fetchBlock, sequence: sequence, digest: try digest(&words)))
    case "fetch-state":
      if words.takes("latest") {
        return .fetchState(seal(.fetchState, StateQuery(chunk: nil, knownEpoch: 0)))
      }
      let sequence = try sequence(&words)
      let query = StateQuery(chunk: try address(&words), knownEpoch: 0)
      return .fetchState(seal(.fetchState, query, sequence: sequence))
    case "chunk":
      let sequence = try sequence(&words)
      let address = try address(&words)
      let bytes = Array(try words.take("bytes").utf8)
      let chunk = StateChunk(address: address, bytes: bytes, proof: [])
      return .chunk(seal(.chunk, chunk, sequence: sequence))
    default: throw CommandError("expected a kind of message, found \(kind)")
    }
  }

  private func address(_ words: inout Words) throws -> ChunkAddress {
    let part = try words.take("sessions or application")
    let index = UInt32(truncatingIfNeeded: try Words.count(try words.take("an index")))
    switch part {
    case "sessions": return .sessions(index)
    case "application": return .application(index)
    default: throw CommandError("expected sessions or application, found \(part)")
    }
  }

  private mutating func vote(_ kind: StatementKind, _ words: inout Words) throws -> SignedStatement
  {
    let view = try view(&words)
    let sequence = try sequence(&words)
    return sign(kind, view: view, sequence: sequence, digest: try digest(&words))
  }

  // MARK: Certificates, and how they are spoiled

  private func spoiled(_ set: SignatureSet, _ how: String?) throws -> SignatureSet {
    switch how {
    case nil: return set
    case "weak":
      var seats = set.seats
      if let last = seats.last { seats.remove(last) }
      return SignatureSet(seats: seats, signatures: Array(set.signatures.dropLast()))
    case "forged":
      return SignatureSet(
        seats: set.seats, signatures: [Signature()] + set.signatures.dropFirst())
    case let how?: throw CommandError("expected weak or forged, found \(how)")
    }
  }

  private func split(_ name: String) -> (String, String?) {
    let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
    return (parts[0], parts.count > 1 ? parts[1] : nil)
  }

  private func checkpoint(_ name: String) throws -> CheckpointCertificate {
    let (name, how) = split(name)
    guard let certificate = names.checkpoints[name] else {
      throw CommandError("expected a state that was certified, found \(name)")
    }
    return CheckpointCertificate(
      summary: certificate.summary, epoch: certificate.epoch,
      signatures: try spoiled(certificate.signatures, how))
  }

  private func decision(_ name: String) throws -> Decision {
    let (name, how) = split(name)
    guard let decision = names.decisions[name] else {
      throw CommandError("expected a block that was decided, found \(name)")
    }
    let certificate = decision.certificate
    if let how, how.hasPrefix("as=") {
      let block = try block(String(how.dropFirst(3)))
      return Decision(
        certificate: CommitCertificate(
          epoch: certificate.epoch, view: certificate.view, sequence: block.header.height,
          digest: block.digest, commits: certificate.commits), block: block)
    }
    return Decision(
      certificate: CommitCertificate(
        epoch: certificate.epoch, view: certificate.view, sequence: certificate.sequence,
        digest: certificate.digest, commits: try spoiled(certificate.commits, how)),
      block: decision.block)
  }

  private func lock(_ name: String) throws -> Lock {
    let (name, how) = split(name)
    guard case .prepared(let certificate)? = names.locks[name] else {
      throw CommandError("expected a prepared block such as B1@v0, found \(name)")
    }
    var header = certificate.header
    var prepares = certificate.prepares
    var view = certificate.view
    if let how, how.hasPrefix("as=") {
      header = try block(String(how.dropFirst(3))).header
    } else if let how, how.hasPrefix("view=") {
      view = View(try Words.count(String(how.dropFirst(5))))
    } else {
      prepares = try spoiled(prepares, how)
    }
    return .prepared(
      PreparedCertificate(
        header: header, epoch: certificate.epoch, view: view, proposal: certificate.proposal,
        prepares: prepares))
  }

  private func viewChange(_ words: inout Words) throws -> ViewChange {
    let view = try view(&words)
    let stable = try words.option("stable").map { try checkpoint($0) }
    let locks = try words.option("locks")?.split(separator: ",").map { try lock(String($0)) }
    return seal(
      .viewChange, ViewChangeBody(stable: stable, locks: locks ?? []), view: view,
      sequence: stable?.sequence ?? 0)
  }

  private func newView(_ words: inout Words) throws -> NewView {
    let view = try view(&words)
    let changes = try viewChanges(words.option("of") ?? "")
    let selection = Selection(of: changes, chain: genesis.digest)
    let named = try words.option("proposes")?.split(separator: ",")
      .filter { $0 != "nothing" }.map { try block(String($0)).header }
    let base = try words.option("from").map { text in
      SequenceNumber(try Words.count(String(text.dropFirst())))
    }
    let proposals = (named ?? selection.headers).map { header in
      selection.proposal(of: header, epoch: epoch, view: view)
        .signed(by: claimed, with: signer, chain: genesis.digest).signature
    }
    return seal(
      .newView, NewViewBody(viewChanges: changes.map(\.signed), proposals: proposals), view: view,
      sequence: base ?? selection.base)
  }

  private func viewChanges(_ list: String) throws -> [ViewChange] {
    try list.split(separator: ",").map { name in
      guard let change = names.viewChanges[String(name)] else {
        throw CommandError("expected a view-change such as r1@v1, found \(name)")
      }
      return change
    }
  }
}

extension ScriptedNetwork {
  /// `forge r3 -> r1,r2 <message>`: a message made with a member's key arrives at once.
  mutating func forge(_ words: inout Words) throws {
    let liar = try words.replica()
    try words.expect("->")
    let targets =
      words.takes("all") ? nodes.map(\.id).filter { $0 != liar } : try words.replicas()
    let version = try words.option("key").map(Words.count) ?? 0
    let epoch = try words.option("epoch").map(Words.count) ?? 0
    let claimed = try words.option("as").map { text in
      var words = try Words(text)
      return try words.replica()
    }
    var forge = Forge(
      names: names, genesis: genesis, signer: signer(of: liar, version: version),
      claimed: claimed ?? liar, epoch: Epoch(epoch))
    let message = try forge.message(&words)
    names = forge.names
    for target in targets {
      history.append(Envelope(from: liar, to: target, message: message))
      try deliver(message, from: liar, to: target)
    }
  }
}
