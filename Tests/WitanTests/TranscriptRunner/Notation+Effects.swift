@testable import Witan

/// What kinds of effects there are to look at.
enum EffectKind: String, CaseIterable {
  case messages, journal, timers, application, clients, reports
}

/// An effect as a verb and what it is about.
struct EffectLine {
  let kind: EffectKind
  let verb: String
  let rest: String

  /// The line, with verbs in one column.
  var text: String { "  \(verb.padding(to: 11)) \(rest)" }
}

extension String {
  /// The string with spaces after it, so that what follows is aligned.
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

extension Notation {
  /// An effect, with the application's answer where it was given at once.
  func line(_ effect: Effect, answer: Input?) -> EffectLine {
    switch effect {
    case .persist(let record):
      return EffectLine(kind: .journal, verb: "persists", rest: self.record(record))
    case .send(let message, let to): return sends("-> \(to)", message)
    case .sendDurably(let message, let to): return sends("=> \(to)", message)
    case .broadcast(let message): return sends("-> all", message)
    case .broadcastDurably(let message): return sends("=> all", message)
    case .setTimer(let timer, let span):
      return EffectLine(kind: .timers, verb: "sets", rest: "\(timer.kind) \(span)")
    case .cancelTimer(let kind):
      return EffectLine(kind: .timers, verb: "cancels", rest: "\(kind)")
    case .reply(let reply):
      let body = reply.body
      let place = "v\(reply.statement.view) n\(reply.statement.sequence)"
      let name = "\(names.name(ofClient: body.client))#\(body.number)"
      return EffectLine(
        kind: .clients, verb: "replies", rest: "\(name) \(place) \(outcome(body.outcome))")
    case .answer(let answer): return answers(answer)
    case .report(let report): return line(report)
    default: return applicationLine(effect, answer: answer)
    }
  }

  private func sends(_ verb: String, _ message: Message) -> EffectLine {
    EffectLine(kind: .messages, verb: verb, rest: self.message(message))
  }

  private func answers(_ answer: Answer) -> EffectLine {
    let body = answer.body
    let name = "\(names.name(ofClient: body.client))?\(body.number)"
    var rest = "\(name) n\(answer.statement.sequence) \(outcome(body.outcome))"
    if let proof = body.certification {
      rest += " proved under \(certificate(proof.certificate))"
    }
    let steps = body.lineage.map { "e\($0.certificate.summary.epoch)" }
    if !steps.isEmpty { rest += " steps \(list(steps))" }
    return EffectLine(kind: .clients, verb: "answers", rest: rest)
  }

  private func applicationLine(_ effect: Effect, answer: Input?) -> EffectLine {
    let (verb, asked) = applicationWords(effect)
    var rest = asked
    switch answer {
    case .assembled(let digests, _)?: rest = list(digests.map { names.name(of: $0) })
    case .validated(_, .valid)?: rest += ": valid"
    case .validated(_, .invalid(let reason))?: rest += ": invalid, \(reason)"
    case .executed(let result)?:
      if let state = result.state, let next = state.nextMembers {
        rest += ", next members " + list(next.map(\.id.description))
      }
    case .chunkJudged(_, _, let isValid)?: rest += isValid ? ": belongs" : ": doesn't belong"
    case .installed(_, let succeeded)?: rest += succeeded ? ": done" : ": failed"
    case .chunkOffered(_, nil)?: rest += ": gone"
    case nil:
      switch effect {
      case .assemble, .validate, .execute, .query, .offerChunk, .judgeChunk, .finishInstall:
        rest += " (asked)"
      default: break
      }
    default: break
    }
    return EffectLine(kind: .application, verb: verb, rest: rest)
  }

  private func applicationWords(_ effect: Effect) -> (verb: String, rest: String) {
    switch effect {
    case .offer(let request): return ("offers", names.name(of: request.digest))
    case .withdraw(let digests):
      return ("withdraws", digests.map { names.name(of: $0) }.joined(separator: " "))
    case .assemble(let count, _): return ("assembles", "at most \(count)")
    case .validate(let block, _): return ("validates", names.name(of: block.digest))
    case .execute(let execution):
      let name = names.name(of: execution.header.digest)
      return ("executes", "n\(execution.sequence) \(name) \(requests(execution.requests))")
    case .releaseStates(let sequence): return ("releases", "states before n\(sequence)")
    case .offerChunk(let ticket):
      return ("cuts", "n\(ticket.sequence) application \(ticket.index) for \(ticket.replica)")
    case .beginInstall(let summary): return ("makes room", names.name(of: summary.digest))
    case .judgeChunk(let chunk, _): return ("judges", address(chunk.address))
    case .finishInstall(let summary): return ("installs", names.name(of: summary.digest))
    case .query(_, let content, let sequence):
      let place = sequence.map { " at n\($0)" } ?? ""
      return ("looks up", "\"\(String(decoding: content, as: UTF8.self))\"\(place)")
    default: return ("?", "\(effect)")
    }
  }

  private func line(_ report: Report) -> EffectLine {
    let (verb, rest) = words(report)
    return EffectLine(kind: .reports, verb: verb, rest: rest)
  }

  private func words(_ report: Report) -> (verb: String, rest: String) {
    switch report {
    case .rejected(let rejection, _, _): return ("refuses", "\(rejection)")
    case .accepted(let sequence, let digest, let view):
      return ("accepts", "v\(view) n\(sequence) \(names.name(of: digest))")
    case .prepared(let sequence, let digest, let view):
      return ("prepared", "v\(view) n\(sequence) \(names.name(of: digest))")
    case .decided(let certificate, _):
      return ("decides", "n\(certificate.sequence) \(decision(certificate))")
    case .executed(let sequence, let digest):
      return ("executed", "n\(sequence) \(names.name(of: digest))")
    case .stable(let certificate):
      return ("stable", "n\(certificate.sequence) \(self.certificate(certificate))")
    case .suspected(let leader, let view, let reason):
      return ("suspects", "\(leader), asks for v\(view): \(reason)")
    case .enteredView(let epoch, let view, let leader):
      return ("enters", "\(epoch == 0 ? "" : "e\(epoch) ")v\(view), led by \(leader)")
    case .enteredEpoch(let epoch, let members):
      return ("enters", "e\(epoch) of \(self.members(members))")
    case .impossibleMembers(let sequence, let fault):
      return ("refuses", "the members named after n\(sequence): \(fault)")
    case .evidence(let evidence): return ("convicts", conviction(evidence))
    case .refusedBlock(let sequence, let digest, let reason):
      return ("rejects", "n\(sequence) \(names.name(of: digest)): \(reason)")
    case .transferBegan(let sequence): return ("fetches", "the state at n\(sequence)")
    case .transferEnded(let sequence): return ("has", "the state at n\(sequence)")
    case .liar(let peer): return ("distrusts", "\(peer): its piece doesn't belong")
    case .diverged(let sequence, let own, let certified):
      let ours = names.name(of: own)
      return ("diverged", "at n\(sequence): has \(ours), certified \(names.name(of: certified))")
    }
  }

  private func conviction(_ evidence: Evidence) -> String {
    switch evidence {
    case .conflict(let first, let second):
      let texts = [statement(first.statement), statement(second.statement)]
      return "\(evidence.culprit): \(texts[0]) and \(texts[0] == texts[1] ? "another" : texts[1])"
    case .omission(let commit, let change):
      return
        "\(evidence.culprit): \(statement(commit.statement)), then \(viewChangeText(change))"
    }
  }

  private func viewChangeText(_ change: ViewChange) -> String {
    "VIEW-CHANGE v\(change.statement.view) \(viewChange(change))"
  }
}
