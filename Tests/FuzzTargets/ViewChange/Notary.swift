import Witan
import WitanCrypto

/// Says, as slowly and plainly as it can be said, what the papers demand of a view-change and of a new-view (OSDI '99 §4.4,
/// TOCS '02 §4.5, and *Deviations* in the module's documentation). It shares no code with the replica but the types.
struct Notary: Sendable {
  /// What the next view must propose again.
  struct Selected: Equatable, Sendable {
    let base: SequenceNumber
    let headers: [BlockHeader]
  }

  private let town: Town

  init(_ town: Town) { self.town = town }

  // MARK: Who said what

  /// Whether the faulty can't be all that two such sets of members have in common: W - f is enough for that, and more
  /// than (W + f) / 2 is needed.
  private func isQuorum(_ seats: [Int]) -> Bool {
    let weights = town.members.members.map(\.power.rawValue)
    let total = weights.reduce(0, +)
    let faulty = (total - 1) / 3
    return 2 * seats.reduce(0) { $0 + weights[$1] } > total + faulty
  }

  private func leader(of view: View) -> Int { Int(view.rawValue % UInt64(town.members.count)) }

  private func isSigned(_ statement: Statement, _ signature: Signature, by seat: Int) -> Bool {
    statement.isSigned(
      signature, by: town.members.members[seat].key, chain: town.chain, scheme: town.scheme)
  }

  /// The seats of a set, each with its signature; nil where they don't go together.
  private func signers(_ set: SignatureSet) -> [(seat: Int, signature: Signature)]? {
    let seats = set.seats.map(\.index)
    guard seats.count == set.signatures.count, seats.allSatisfy({ $0 < town.members.count }) else {
      return nil
    }
    return Array(zip(seats, set.signatures)).map { (seat: $0.0, signature: $0.1) }
  }

  /// Whether a quorum signed a statement, of whom one may have said so in another way.
  private func isCertified(_ statement: Statement, by set: SignatureSet, counting other: Int? = nil)
    -> Bool
  {
    guard let signers = signers(set) else { return false }
    guard signers.allSatisfy({ isSigned(statement, $0.signature, by: $0.seat) }) else {
      return false
    }
    var seats = signers.map(\.seat)
    if let other {
      guard !seats.contains(other) else { return false }
      seats.append(other)
    }
    return isQuorum(seats)
  }

  // MARK: View-changes

  /// Why a view-change must be refused; nil when it mustn't.
  func objection(to viewChange: ViewChange) -> String? {
    let statement = viewChange.statement
    let seat = Int(viewChange.signer.rawValue)
    guard seat < town.members.count,
      isSigned(statement, viewChange.signed.signature, by: seat)
    else { return "its signer didn't sign it" }
    guard statement.digest == viewChange.body.statementDigest else { return "another body" }
    var above: UInt64 = 0
    if let stable = viewChange.body.stable {
      let summary = stable.summary
      guard summary.epoch == 0, stable.epoch == 0, summary.members == town.members.digest else {
        return "the checkpoint is another epoch's"
      }
      let said = Statement(
        .checkpoint, epoch: 0, sequence: summary.sequence, digest: summary.digest)
      guard isCertified(said, by: stable.signatures) else {
        return "the checkpoint isn't certified"
      }
      above = summary.sequence.rawValue
    }
    guard statement.sequence.rawValue == above else { return "it names another checkpoint" }
    guard viewChange.body.locks.count <= Int(town.genesis.parameters.window) else {
      return "more locks than slots"
    }
    for (index, lock) in viewChange.body.locks.enumerated() {
      let height = lock.header.height.rawValue
      guard height > above, height - above == UInt64(index) + 1 else {
        return "lock \(index) leaves a gap"
      }
      guard lock.view < statement.view else { return "lock \(index) is of a view not yet left" }
      guard isProved(lock) else { return "lock \(index) isn't proved" }
    }
    return nil
  }

  private func isProved(_ lock: Lock) -> Bool {
    let header = lock.header
    func statement(_ kind: StatementKind, _ view: View) -> Statement {
      Statement(kind, epoch: 0, view: view, sequence: header.height, digest: header.digest)
    }
    switch lock {
    case .prepared(let certificate):
      let leader = leader(of: certificate.view)
      return certificate.epoch == 0
        && isSigned(
          statement(.prePrepare, certificate.view), certificate.proposal, by: leader)
        && isCertified(
          statement(.prepare, certificate.view), by: certificate.prepares, counting: leader)
    case .committed(let certificate, _):
      return certificate.epoch == 0 && certificate.sequence == header.height
        && certificate.digest == header.digest
        && isCertified(statement(.commit, certificate.view), by: certificate.commits)
    }
  }

  // MARK: New-views

  /// What view-changes demand: from the highest checkpoint on, at each height the block that follows the one before and
  /// is locked in the highest view.
  func selection(of viewChanges: [ViewChange]) -> Selected {
    let stables = viewChanges.compactMap(\.body.stable)
    let base = stables.map(\.sequence.rawValue).max() ?? 0
    var previous =
      stables.first { $0.sequence.rawValue == base && base > 0 }?.summary.lastBlock ?? town.chain
    let locks = viewChanges.flatMap(\.body.locks)
    var headers: [BlockHeader] = []
    // Nothing is above the last sequence that there is.
    var height = base
    while height < .max {
      height += 1
      let candidates = locks.filter {
        $0.header.height.rawValue == height && $0.header.previous == previous
      }
      guard let highest = candidates.map(\.view).max(),
        let chosen = candidates.first(where: { $0.view == highest })
      else { break }
      headers.append(chosen.header)
      previous = chosen.header.digest
    }
    return Selected(base: SequenceNumber(base), headers: headers)
  }

  /// Why a new-view must be refused before its view-changes are here; nil when it mustn't.
  func objection(to newView: NewView) -> String? {
    let statement = newView.statement
    let seat = Int(newView.signer.rawValue)
    guard seat < town.members.count, isSigned(statement, newView.signed.signature, by: seat) else {
      return "its signer didn't sign it"
    }
    guard seat == leader(of: statement.view) else { return "its signer doesn't lead the view" }
    guard statement.view.rawValue > 0 else { return "the first view is open" }
    var seats: [Int] = []
    for named in newView.body.viewChanges {
      let seat = Int(named.signer.rawValue)
      guard named.statement.kind == .viewChange, named.statement.epoch == 0,
        named.statement.view == statement.view
      else { return "it rests on what asks for something else" }
      guard seat < town.members.count, isSigned(named.statement, named.signature, by: seat) else {
        return "a view-change isn't its signer's"
      }
      guard !seats.contains(seat) else { return "a member counts twice" }
      seats.append(seat)
    }
    guard isQuorum(seats) else { return "it rests on too few" }
    let base = newView.body.viewChanges.map(\.statement.sequence).max() ?? 0
    guard statement.sequence == base else { return "it begins elsewhere" }
    guard newView.body.proposals.count <= Int(town.genesis.parameters.window) else {
      return "more proposals than slots"
    }
    return nil
  }

  /// Why a new-view doesn't follow from its view-changes; nil when it does.
  func objection(to newView: NewView, restingOn viewChanges: [ViewChange]) -> String? {
    let selected = selection(of: viewChanges)
    let statement = newView.statement
    guard statement.sequence == selected.base else { return "it begins elsewhere" }
    guard newView.body.proposals.count == selected.headers.count else {
      return "it proposes \(newView.body.proposals.count) blocks, not \(selected.headers.count)"
    }
    for (header, signature) in zip(selected.headers, newView.body.proposals) {
      let proposal = Statement(
        .prePrepare, epoch: 0, view: statement.view, sequence: header.height, digest: header.digest)
      guard isSigned(proposal, signature, by: leader(of: statement.view)) else {
        return "it proposes another block at \(header.height)"
      }
    }
    return nil
  }
}
