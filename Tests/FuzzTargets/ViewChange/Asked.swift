import Witan
import WitanCrypto
import WitanDraw

/// What one member says when it asks for a view.
struct Asked: CustomStringConvertible, Sendable {
  private let seat: Int
  private let view: View
  private let twist: Twist
  private let stable: Stable?
  private let locks: [LockPlan]

  /// A checkpoint that it shows.
  private struct Stable: Sendable {
    let height: UInt64
    let root: UInt8
    let signers: Signers
  }

  init(drawing draw: inout Draw, seat: Int, of count: Int, view: View) {
    self.seat = seat
    let skew: UInt64 = draw.integer(in: 0...9)
    self.view = skew == 9 ? view.next : skew == 8 ? view.previous : view
    twist = Twist(drawing: &draw)
    stable =
      draw.chance(0.4)
      ? Stable(
        height: 2 * draw.integer(in: 1...2), root: draw.integer(in: 0...1),
        signers: Signers(drawing: &draw, of: count)) : nil
    var next = (stable?.height ?? 0) + 1
    var locks: [LockPlan] = []
    for _ in 0..<draw.integer(in: 0...5) {
      locks.append(
        draw.span("lock") { LockPlan(drawing: &$0, height: next, of: count, below: view) })
      next += 1
    }
    self.locks = locks
  }

  var description: String {
    let base =
      stable.map { "checkpoint \($0.height) (root \($0.root)) by \($0.signers)" } ?? "genesis"
    return "\(seat) asks for \(view), \(twist): \(base), \(locks)"
  }

  func viewChange(in ballot: Ballot) -> ViewChange {
    let town = ballot.town
    var certificate: CheckpointCertificate?
    if let stable {
      let summary = ballot.summary(stable.height, stable.root)
      let statement = Statement(
        .checkpoint, epoch: 0, sequence: summary.sequence, digest: summary.digest)
      certificate = CheckpointCertificate(
        summary: summary, epoch: 0, signatures: stable.signers.signatures(statement, in: town))
    }
    var locks = locks.map { $0.lock(in: ballot) }
    if twist == .missing, !locks.isEmpty { locks.removeFirst() }
    if twist == .extra, let last = locks.last { locks.append(last) }
    let body = ViewChangeBody(stable: certificate, locks: locks)
    let height = certificate?.sequence ?? 0
    let sealed = town.seal(
      .viewChange, body, view: view, sequence: twist == .sequence ? height.next : height,
      by: twist == .signer ? (seat + 1) % town.signers.count : seat)
    let signed = SignedStatement(
      statement: sealed.statement, signer: ReplicaID(UInt32(seat)),
      signature: twist == .signature ? sealed.signed.signature.bent : sealed.signed.signature)
    // Nothing but bytes makes a message that its signer didn't sign.
    return (try? ViewChange(decoding: signed.encoded + body.encoded)) ?? sealed
  }
}

/// Who signs a certificate, and how.
struct Signers: CustomStringConvertible, Sendable {
  private let seats: [Int]
  private let twist: Twist

  init(drawing draw: inout Draw, of count: Int) {
    // All but some: the simplest choice is everybody.
    seats = (0..<count).filter { _ in draw.integer(in: 0...3) < 3 }
    twist = Twist(drawing: &draw)
  }

  var description: String { "\(seats)\(twist.rawValue < 4 ? "" : " \(twist)")" }

  /// The signatures, without those of some seat if one is given.
  func signatures(
    _ statement: Statement, in town: Town, without left: Int? = nil
  ) -> SignatureSet {
    var statement = statement
    switch twist {
    case .view:
      statement = Statement(
        statement.kind, epoch: statement.epoch, view: statement.view.next,
        sequence: statement.sequence, digest: statement.digest)
    case .sequence:
      statement = Statement(
        statement.kind, epoch: statement.epoch, view: statement.view,
        sequence: statement.sequence.next, digest: statement.digest)
    default: break
    }
    // Whoever is left out counts already; signing twice is the twist.
    let seats = seats.filter { $0 != left || twist == .extra }
    let set = town.signatures(statement, by: seats)
    var signatures = set.signatures
    switch twist {
    case .signature:
      if let last = signatures.indices.last { signatures[last] = signatures[last].bent }
    case .signer:
      // One signature stands for two.
      if signatures.count > 1 { signatures[1] = signatures[0] }
    case .missing: if !signatures.isEmpty { signatures.removeLast() }
    default: break
    }
    return SignatureSet(seats: set.seats, signatures: signatures)
  }
}

/// A lock that a member shows.
struct LockPlan: CustomStringConvertible, Sendable {
  private let height: UInt64
  private let variant: Int
  private let isDecided: Bool
  private let view: View
  private let signers: Signers
  private let twist: Twist

  init(drawing draw: inout Draw, height: UInt64, of count: Int, below view: View) {
    let skew: UInt64 = draw.integer(in: 0...15)
    self.height = skew == 15 ? height + 1 : height
    variant = draw.integer(in: 0...2)
    isDecided = draw.chance(0.3)
    // Views up to the one that is asked for, which is one too many.
    self.view = View(draw.integer(in: 0...view.rawValue))
    signers = Signers(drawing: &draw, of: count)
    twist = Twist(drawing: &draw)
  }

  var description: String {
    "#\(height)\(["", "'", "''"][variant]) \(isDecided ? "decided" : "prepared") in \(view) by \(signers)"
      + (twist.rawValue < 4 ? "" : " \(twist)")
  }

  func lock(in ballot: Ballot) -> Lock {
    let town = ballot.town
    let header = ballot.header(height, variant)
    func statement(_ kind: StatementKind) -> Statement {
      Statement(kind, epoch: 0, view: view, sequence: header.height, digest: header.digest)
    }
    if isDecided {
      let certificate = CommitCertificate(
        epoch: 0, view: view, sequence: twist == .sequence ? header.height.next : header.height,
        digest: header.digest, commits: signers.signatures(statement(.commit), in: town))
      return .committed(
        certificate, twist == .extra ? ballot.header(height, variant + 1) : header)
    }
    let leader = town.members.leader(of: view, in: 0).index
    let proposer = twist == .signer ? (leader + 1) % town.signers.count : leader
    let proposal = town.sign(statement(.prePrepare), by: proposer).signature
    return .prepared(
      PreparedCertificate(
        header: header, epoch: 0, view: view,
        proposal: twist == .signature ? proposal.bent : proposal,
        prepares: signers.signatures(statement(.prepare), in: town, without: leader)))
  }
}

/// How the view is opened.
struct OpeningPlan: CustomStringConvertible, Sendable {
  private let seats: [Int]
  private let twist: Twist
  private let leaderSkew: Int

  init(drawing draw: inout Draw, of count: Int) {
    seats = (0..<count).filter { _ in draw.integer(in: 0...3) < 3 }
    twist = Twist(drawing: &draw)
    leaderSkew = draw.integer(in: 0...7) == 7 ? 1 : 0
  }

  var description: String { "opened with \(seats), \(twist), by the leader + \(leaderSkew)" }

  /// The view-changes that it rests on.
  func named(of viewChanges: [ViewChange]) -> [ViewChange] { seats.map { viewChanges[$0] } }

  func newView(
    naming named: [ViewChange], view: View, selected: Notary.Selected, in ballot: Ballot
  ) -> NewView {
    let town = ballot.town
    let count = town.signers.count
    let leader = (town.members.leader(of: view, in: 0).index + leaderSkew) % count
    var names = named.map(\.signed)
    if twist == .extra, let first = names.first { names.append(first) }
    if twist == .missing, !names.isEmpty { names.removeLast() }
    var headers = selected.headers
    if twist == .sequence, !headers.isEmpty { headers.removeLast() }
    let proposedView = twist == .view ? view.next : view
    var proposals = headers.map { header in
      town.sign(
        Statement(
          .prePrepare, epoch: 0, view: proposedView, sequence: header.height, digest: header.digest),
        by: leader
      ).signature
    }
    if twist == .signature, let last = proposals.indices.last {
      proposals[last] = proposals[last].bent
    }
    return town.seal(
      .newView, NewViewBody(viewChanges: names, proposals: proposals), view: view,
      sequence: twist == .signer ? selected.base.next : selected.base, by: leader)
  }
}

extension Signature {
  /// The same but for one bit.
  var bent: Signature {
    var bytes = bytes
    bytes[0] ^= 1
    return Signature(bytes: bytes) ?? self
  }
}
