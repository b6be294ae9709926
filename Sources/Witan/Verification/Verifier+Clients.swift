import WitanCrypto

/// What clients check: the answers of replicas.
extension Verifier {
  /// Checks a reply to a request: its signer's membership and signature, and its size.
  public func verify(_ reply: Reply) throws(Rejection) -> Verified<Reply> {
    guard reply.statement.kind == .reply else { throw .contradictory("the kind of a reply") }
    if case .result(let bytes) = reply.body.outcome, bytes.count > Int(parameters.replyByteLimit) {
      throw .overLimit("bytes of a reply")
    }
    return try vouch(for: reply, signed: reply.signed)
  }

  /// Checks an answer to a query: its signer's membership and signature and, if it claims to be certified,
  /// the certificate. What ties the result to the certified state is the application's to check.
  ///
  /// The steps that it brings are followed first, so that members of an epoch unknown so far may sign.
  public func verify(_ answer: Answer) throws(Rejection) -> Verified<Answer> {
    guard answer.statement.kind == .answer else { throw .contradictory("the kind of an answer") }
    let scout = try following(answer.body.lineage)
    guard let certification = answer.body.certification else {
      return try scout.vouch(for: answer, signed: answer.signed)
    }
    guard case .result = answer.body.outcome else { throw .contradictory("proof of a refusal") }
    guard answer.statement.sequence == certification.certificate.sequence else {
      throw .contradictory("the sequence of the certified state")
    }
    if let fault = scout.fault(of: certification.certificate) { throw .badCertificate(fault) }
    return try scout.vouch(for: answer, signed: answer.signed)
  }

  /// What the verifier will be after these steps; those it has taken already are skipped.
  func following(_ lineage: [EpochChange]) throws(Rejection) -> Verifier {
    var scout = self
    for change in lineage where change.certificate.summary.epoch > scout.latestEpoch {
      guard change.certificate.epoch == scout.latestEpoch else {
        throw .badCertificate(.unknownEpoch(change.certificate.epoch))
      }
      if let fault = scout.fault(of: change) { throw .badCertificate(fault) }
      scout.learn(change)
    }
    return scout
  }
}
