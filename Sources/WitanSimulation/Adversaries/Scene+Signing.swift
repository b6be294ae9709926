import Witan
import WitanCrypto

/// What an adversary puts in other words, under its own name.
extension Scene {
  /// The same message with another statement, signed anew; nil for a client's request, which it can't sign. Where a
  /// body follows, the digest is the body's whatever the statement says.
  func restate(_ message: Message, _ change: (Statement) -> Statement) -> Message? {
    guard let signed = message.signed else { return nil }
    let statement = change(signed.statement)
    func reseal<Body>(_ sealed: Sealed<Body>) -> Sealed<Body>? {
      seal(
        statement.kind, sealed.body, epoch: statement.epoch, view: statement.view,
        sequence: statement.sequence)
    }
    return switch message {
    case .prepare: sign(statement).map(Message.prepare)
    case .commit: sign(statement).map(Message.commit)
    case .checkpoint: sign(statement).map(Message.checkpoint)
    case .fetchBlock: sign(statement).map(Message.fetchBlock)
    case .prePrepare(let sealed): reseal(sealed).map(Message.prePrepare)
    case .block(let sealed): reseal(sealed).map(Message.block)
    case .viewChange(let sealed): reseal(sealed).map(Message.viewChange)
    case .newView(let sealed): reseal(sealed).map(Message.newView)
    case .fetchViewChanges(let sealed): reseal(sealed).map(Message.fetchViewChanges)
    case .status(let sealed): reseal(sealed).map(Message.status)
    case .decision(let sealed): reseal(sealed).map(Message.decision)
    case .fetchState(let sealed): reseal(sealed).map(Message.fetchState)
    case .manifest(let sealed): reseal(sealed).map(Message.manifest)
    case .chunk(let sealed): reseal(sealed).map(Message.chunk)
    case .request: nil
    }
  }

  /// The same message about another block or state, signed anew; nil where a body says what it is about.
  func restate(_ message: Message, about digest: Digest) -> Message? {
    switch message {
    case .prepare, .commit, .checkpoint, .fetchBlock:
      restate(message) { $0.with(digest: digest) }
    default: nil
    }
  }

  /// The same body in the same place, changed and signed anew.
  func reseal<Body>(_ sealed: Sealed<Body>, _ body: Body) -> Sealed<Body>? {
    let statement = sealed.statement
    return seal(
      statement.kind, body, epoch: statement.epoch, view: statement.view,
      sequence: statement.sequence)
  }
}

extension Statement {
  /// The same about another block, state or place.
  func with(
    epoch: Epoch? = nil, view: View? = nil, sequence: SequenceNumber? = nil,
    digest: Digest? = nil
  ) -> Statement {
    Statement(
      kind, epoch: epoch ?? self.epoch, view: view ?? self.view,
      sequence: sequence ?? self.sequence, digest: digest ?? self.digest)
  }
}

extension Digest {
  /// Another digest, that of nothing anybody has; the same for all who make it up.
  var madeUp: Digest { SHA256.hash(bytes) }
}

extension Block {
  /// The block with some of it changed.
  func with(
    previous: Digest? = nil, proposer: ReplicaID? = nil, timestamp: Micros? = nil,
    epoch: Epoch? = nil, requests: [Request]? = nil
  ) -> Block {
    Block(
      height: header.height, previous: previous ?? header.previous,
      proposer: proposer ?? header.proposer, timestamp: timestamp ?? header.timestamp,
      epoch: epoch ?? header.epoch, requests: requests ?? self.requests)
  }
}
