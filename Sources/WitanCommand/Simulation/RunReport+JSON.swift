import Witan
import WitanCrypto
import WitanProofs
import WitanSimulation

extension RunReport {
  /// The report for programs.
  var json: JSON {
    let finality = finality
    return [
      "seed": .unsigned(scenario.seed),
      "replicas": .count(scenario.replicas),
      "faulty": .count(Set(run.culprits.map(\.name)).count),
      "adversaries": .strings(roles),
      "decided": .unsigned(run.decided.rawValue),
      "safe": .bool(run.isSafe),
      "live": .bool(outcome.isLive),
      "reasons": .strings(reasons),
      "views": .count(run.viewChanges.count + 1),
      "viewChanges": .count(run.viewChanges.count),
      "messages": .unsigned(run.cluster.account.messages),
      "bytes": .unsigned(run.cluster.account.bytes),
      "messagesByKind": .object(
        traffic.map {
          .init(
            key: $0.name,
            value: [
              "messages": .unsigned($0.traffic.messages), "bytes": .unsigned($0.traffic.bytes),
            ]
          )
        }),
      "gossiped": .unsigned(run.cluster.gossiped),
      "followers": .count(scenario.followers),
      "following": .count(run.cluster.following(run.decided).informed),
      "virtualMillis": .millis(run.cluster.now),
      "finalityMillis": [
        "p50": .optional(finality?.p50, JSON.millis),
        "p99": .optional(finality?.p99, JSON.millis),
        "max": .optional(finality?.max, JSON.millis),
      ],
      "digest": .string(run.cluster.account.digest.hex),
      "stateRoots": .strings(run.cluster.stateRoots.map(\.hex)),
      "rewards": rewardsJSON,
      "culprits": .array(run.culprits.map(json)),
      "violations": .array(run.violations.map(json)),
      "application": .string(scenario.application.rawValue),
      "judge": .string(scenario.judge.rawValue),
      "claims": .count(run.claims),
      "evidence": .array(run.proofs.map(json) + run.falseVotes.map(json)),
      "wallMillis": .number(wallMillis),
    ]
  }

  /// The adversaries that are cast, each once.
  private var roles: [String] {
    let names = scenario.adversaries.map(\.adversary)
    return names.indices.filter { !names[..<$0].contains(names[$0]) }.map { names[$0] }
  }

  private func json(_ culprit: Run.Culprit) -> JSON {
    let deeds = run.cluster.deeds(of: culprit.machine)
    return [
      "replica": .count(culprit.name.rawValue),
      "machine": .count(culprit.machine),
      "adversaries": .strings(scenario.roles(of: culprit.name)),
      "told": .unsigned(deeds.told),
      "withheld": .unsigned(deeds.withheld),
      "delayed": .unsigned(deeds.delayed),
      "ignored": .unsigned(deeds.ignored),
      "misjudged": .unsigned(deeds.misjudged),
      "crashes": .unsigned(deeds.crashes),
      "givenUp": .unsigned(culprit.suspicions),
      "refused": .unsigned(culprit.refusals),
      "convictedMillis": .optional(culprit.convictedAt, JSON.millis),
    ]
  }

  private func json(_ violation: Violation) -> JSON {
    [
      "kind": .string(violation.kind.rawValue),
      "replica": .count(violation.node),
      "sequence": .unsigned(violation.sequence.rawValue),
      "detail": .string(violation.detail),
      "atMillis": .millis(violation.time),
    ]
  }

  private func json(_ proof: Evidence) -> JSON {
    [
      "culprit": .count(proof.culprit.rawValue),
      "detail": .string(proof.words),
      "proof": .string(Hex.encode(proof.encoded)),
    ]
  }
}

extension RunReport {
  fileprivate func json(_ proof: FalseVote) -> JSON {
    [
      "culprit": .count(proof.culprit.rawValue),
      "detail": .string(proof.words),
      "proof": .string(Hex.encode(proof.encoded)),
    ]
  }
}

extension JSON {
  /// A span of virtual time in milliseconds.
  static func millis(_ span: Micros) -> JSON { .number(Double(span.rawValue) / 1e3) }
}
