import Witan
import WitanCrypto
import WitanDraw

/// Tells clients results that aren't, or that there are none, and shows them proofs that prove something else: of an
/// older state, of another key, or that a key has nothing which has.
struct FalseReplier: Adversary {
  /// What it told of certified states before, the latest last.
  private var told: [(outcome: Outcome, shown: AnswerBody.Certification)] = []

  /// How much of that it remembers.
  private static let memory = 32

  mutating func replicaReplies(_ reply: Reply, _ scene: inout Scene) -> Reply? {
    let body = reply.body
    return scene.reseal(
      reply, ReplyBody(client: body.client, number: body.number, outcome: lie(&scene)))
  }

  mutating func replicaAnswers(_ answer: Answer, _ scene: inout Scene) -> Answer? {
    let body = answer.body
    var outcome = body.outcome
    var shown = body.certification
    if let honest = body.certification {
      switch scene.draw.integer(in: 0...3) {
      case 0:
        if let old = scene.draw.pick(told) { (outcome, shown) = (old.outcome, old.shown) }
      case 1:
        outcome = .result(KeyValueStore.Finding.absent.bytes)
        shown = shifted(honest)
      case 2: outcome = .result(KeyValueStore.Finding.value(Array("no such thing".utf8)).bytes)
      default: shown = nil
      }
      if told.count == Self.memory { told.removeFirst() }
      told.append((body.outcome, honest))
    } else {
      outcome = lie(&scene)
    }
    return scene.reseal(
      answer,
      AnswerBody(
        client: body.client, number: body.number, outcome: outcome, lineage: body.lineage,
        certification: shown))
  }

  private func lie(_ scene: inout Scene) -> Outcome {
    scene.draw.chance(0.5)
      ? .result(Array("no such thing".utf8)) : .refused(scene.draw.pick(Refusal.allCases) ?? .busy)
  }

  /// The same proof, as though what it shows stood one place further: what stands there comes after the key.
  private func shifted(_ honest: AnswerBody.Certification) -> AnswerBody.Certification {
    guard let proof = try? KeyValueStore.Proof(decoding: honest.proof) else { return honest }
    let moved = KeyValueStore.Proof(place: proof.place &+ 1, shown: proof.shown)
    return AnswerBody.Certification(certificate: honest.certificate, proof: moved.encoded)
  }
}
