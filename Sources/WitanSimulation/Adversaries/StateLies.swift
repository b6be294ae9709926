import Witan
import WitanCrypto

/// Votes for states that nobody has: another digest, a checkpoint where none is taken, or one far ahead.
struct CheckpointLiar: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    guard case .checkpoint(let vote) = message else {
      return scene.pass(message, to: Audience(receiver))
    }
    let sequence = vote.statement.sequence
    let interval = scene.parameters.checkpointInterval
    let place: SequenceNumber =
      switch scene.draw.integer(in: 0...3) {
      case 0: sequence.advanced(by: interval)
      case 1: sequence.advanced(by: interval &* 1_000)
      case 2: sequence.next
      default: sequence
      }
    let lie = scene.restate(message) { $0.with(sequence: place, digest: $0.digest.madeUp) }
    if let lie { scene.pass(lie, to: Audience(receiver)) }
  }
}

/// Serves states that aren't: pieces with wrong bytes, wrong paths or under another's number, and checkpoints that
/// nobody certified.
struct StateLiar: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    var lie: Message?
    switch message {
    case .chunk(let chunk):
      lie = scene.reseal(chunk, spoilt(chunk.body, &scene)).map(Message.chunk)
    case .manifest(let manifest):
      lie = scene.reseal(manifest, spoilt(manifest.body, &scene)).map(Message.manifest)
    default: break
    }
    scene.pass(lie ?? message, to: Audience(receiver))
  }

  private func spoilt(_ chunk: StateChunk, _ scene: inout Scene) -> StateChunk {
    switch scene.draw.integer(in: 0...2) {
    case 0:
      var bytes = chunk.bytes
      if bytes.isEmpty { bytes = [1] } else { bytes[bytes.count / 2] ^= 1 }
      return StateChunk(address: chunk.address, bytes: bytes, proof: chunk.proof)
    case 1:
      let proof = chunk.proof.isEmpty ? [Digest.zero] : chunk.proof.dropLast()
      return StateChunk(address: chunk.address, bytes: chunk.bytes, proof: proof)
    default:
      return StateChunk(
        address: chunk.address, bytes: Array(chunk.bytes.dropLast()), proof: chunk.proof)
    }
  }

  private func spoilt(_ manifest: Manifest, _ scene: inout Scene) -> Manifest {
    guard let certificate = manifest.certificate else {
      return Manifest(lineage: manifest.lineage.reversed(), certificate: nil)
    }
    let old = certificate.summary
    let summary = CheckpointSummary(
      sequence: old.sequence.advanced(by: scene.parameters.checkpointInterval),
      lastBlock: old.lastBlock.madeUp, timestamp: old.timestamp,
      applicationRoot: old.applicationRoot.madeUp, applicationChunks: old.applicationChunks,
      sessionsRoot: old.sessionsRoot, sessionChunks: old.sessionChunks, epoch: old.epoch,
      members: old.members)
    return Manifest(
      lineage: manifest.lineage,
      certificate: CheckpointCertificate(
        summary: summary, epoch: certificate.epoch, signatures: certificate.signatures))
  }
}
