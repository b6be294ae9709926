@testable import Witan
import WitanCrypto

/// How messages, records and states are written in transcripts.
struct Notation {
  let names: Nomenclature
  let chain: Digest

  func list(_ words: [String]) -> String { "[" + words.joined(separator: " ") + "]" }

  func requests(_ requests: [Request]) -> String {
    list(requests.map { names.name(of: $0.digest) })
  }

  func proposal(_ block: Block) -> String {
    let previous = names.name(of: block.header.previous)
    return "\(names.name(of: block.digest)) \(requests(block.requests)) after \(previous)"
  }

  func locks(_ locks: [Lock]) -> String { list(locks.map { names.name(of: $0) }) }

  func stable(_ certificate: CheckpointCertificate?) -> String {
    certificate.map { names.name(of: $0.summary.digest) } ?? "genesis"
  }

  /// The kind of a message in its selectors: `pre-prepare`.
  static func kind(_ message: Message) -> String {
    guard let kind = message.signed?.statement.kind else { return "request" }
    return word(kind)
  }

  /// A kind of statement: `pre-prepare`.
  static func word(_ kind: StatementKind) -> String {
    switch kind {
    case .prePrepare: "pre-prepare"
    case .viewChange: "view-change"
    case .newView: "new-view"
    case .fetchBlock: "fetch-block"
    case .fetchViewChanges: "fetch-view-changes"
    case .fetchState: "fetch-state"
    default: "\(kind)"
    }
  }

  func statement(_ statement: Statement) -> String {
    let kind = Self.word(statement.kind).uppercased()
    let digest = names.name(of: statement.digest)
    switch statement.kind {
    case .checkpoint: return "\(kind)\(epoch(statement)) n\(statement.sequence) \(digest)"
    case .viewChange, .newView: return "\(kind)\(epoch(statement)) v\(statement.view)"
    case .prePrepare, .prepare, .commit:
      return "\(kind)\(epoch(statement)) v\(statement.view) n\(statement.sequence) \(digest)"
    default: return "\(kind)\(epoch(statement)) n\(statement.sequence) \(digest)"
    }
  }

  private func epoch(_ statement: Statement) -> String {
    statement.epoch == 0 ? "" : " e\(statement.epoch)"
  }

  func message(_ message: Message) -> String {
    guard let statement = message.signed?.statement else {
      guard case .request(let request) = message else { return "?" }
      return "REQUEST \(names.name(of: request.digest))"
    }
    let kind = Self.kind(message).uppercased() + epoch(statement)
    switch message {
    case .prePrepare(let proposal):
      return "\(kind) v\(statement.view) n\(statement.sequence) \(self.proposal(proposal.body))"
    case .prepare, .commit, .checkpoint: return self.statement(statement)
    case .viewChange(let change): return "\(kind) v\(statement.view) \(viewChange(change))"
    case .newView(let newView): return "\(kind) v\(statement.view) \(self.newView(newView))"
    case .status(let status): return "\(kind) v\(statement.view) \(self.status(status))"
    case .fetchBlock(let query):
      return "\(kind) n\(statement.sequence) \(names.name(of: query.statement.digest))"
    case .fetchViewChanges(let query):
      let wanted = query.body.wanted.map {
        names.name(ofViewChange: $0.signer, $0.digest, for: statement.view)
      }
      return "\(kind) v\(statement.view) \(list(wanted))"
    case .block(let block): return "\(kind) \(proposal(block.body))"
    case .decision(let decision): return "\(kind) \(self.decision(decision.body.certificate))"
    case .fetchState(let query):
      let chunk = query.body.chunk.map { "n\(statement.sequence) \(address($0))" }
      return "\(kind) \(chunk ?? "latest") (knows e\(query.body.knownEpoch))"
    case .manifest(let manifest): return "\(kind) \(self.manifest(manifest))"
    case .chunk(let chunk):
      return "\(kind) n\(statement.sequence) \(address(chunk.body.address))"
    case .request: return kind
    }
  }

  func viewChange(_ change: ViewChange) -> String {
    "stable \(stable(change.body.stable)) locks \(locks(change.body.locks))"
  }

  func newView(_ newView: NewView) -> String {
    let named = newView.body.viewChanges.map { ($0.signer, $0.statement.digest, $0.statement.view) }
    let signers = named.map { names.name(ofViewChange: $0.0, $0.1, for: $0.2) }
    let known = named.compactMap { names.viewChange($0.0, $0.1, for: $0.2) }
    let selection = Selection(of: known, chain: chain)
    let blocks = selection.headers.map { names.name(of: $0.digest) }
    return "by \(list(signers)) from \(stable(selection.certificate)) proposes \(list(blocks))"
  }

  private func status(_ status: Status) -> String {
    let phase = status.body.isChangingView ? "changing" : "active"
    let first = status.statement.sequence.next.rawValue
    let bits = (0..<UInt64(64)).filter { status.body.held & (1 << $0) != 0 }
    let held =
      status.body.isChangingView
      ? "view-changes of \(list(bits.map { "r\($0)" }))"
      : "accepted \(list(bits.map { "n\(first + $0)" }))"
    let executed = status.statement.sequence
    return "\(phase) executed n\(executed) stable n\(status.body.stable) \(held)"
  }

  func decision(_ certificate: CommitCertificate) -> String {
    let signers = list(certificate.commits.seats.map { "r\($0.index)" })
    return "\(names.name(of: certificate.digest)) v\(certificate.view) by \(signers)"
  }

  func certificate(_ certificate: CheckpointCertificate) -> String {
    let signers = list(certificate.signatures.seats.map { "r\($0.index)" })
    return "\(stable(certificate)) by \(signers)"
  }

  private func manifest(_ manifest: Sealed<Manifest>) -> String {
    let steps = manifest.body.lineage.map { "e\($0.certificate.summary.epoch)" }
    let certificate = manifest.body.certificate.map { self.certificate($0) }
    return "\(certificate ?? "no checkpoint")\(steps.isEmpty ? "" : " steps \(list(steps))")"
  }

  func address(_ address: ChunkAddress) -> String {
    switch address {
    case .sessions(let index): "sessions \(index)"
    case .application(let index): "application \(index)"
    }
  }

  func members(_ membership: Membership) -> String {
    list(
      membership.members.map { member in
        member.power == 1 ? "\(member.id)" : "\(member.id)*\(member.power)"
      })
  }

  func outcome(_ outcome: Outcome) -> String {
    switch outcome {
    case .result(let bytes):
      "\"" + bytes.map { $0 < 32 ? "<\($0)>" : String(UnicodeScalar($0)) }.joined() + "\""
    case .refused(let refusal): "refused: \(refusal)"
    }
  }

  func record(_ record: Journal.Record) -> String {
    switch record {
    case .accepted(let proposal):
      let statement = proposal.statement
      let name = names.name(of: statement.digest)
      return "accepted v\(statement.view) n\(statement.sequence) \(name)"
    case .block(let block): return "block \(names.name(of: block.digest))"
    case .viewChange(let change):
      let statement = change.statement
      let name = names.name(ofViewChange: change.signer, statement.digest, for: statement.view)
      return "view-change of \(name) for v\(statement.view)"
    case .opened(let newView): return "opened v\(newView.statement.view)"
    case .locked(let lock): return "locked \(names.name(of: lock))"
    case .decided(let certificate): return "decided \(names.name(of: certificate.digest))"
    case .leftView(let change): return "left for v\(change.statement.view)"
    case .checkpoint(let image): return "state \(names.name(of: image.summary.digest))"
    case .stable(let certificate): return "stable \(stable(certificate))"
    case .epoch(let change): return "epoch e\(change.certificate.summary.epoch)"
    }
  }
}
