import WitanCrypto
import WitanDraw

@testable import Witan

/// Correct replicas on the worst of networks: who hears of what is drawn, what is done with it is the protocol.
/// Everything that anybody ever signed is kept.
struct HonestRun {
  private struct Member {
    var view: View = 0
    var isActive = true
    var base: SequenceNumber = 0
    var stable: CheckpointCertificate?
    var locks: [SequenceNumber: Lock] = [:]
    var decided: [SequenceNumber: CommitCertificate] = [:]
    /// This view's proposals and what was prepared of them.
    var proposed: [SequenceNumber: BlockHeader] = [:]
    var prepared: Set<SequenceNumber> = []
    var executed: SequenceNumber = 0
  }

  let council: Council
  private(set) var viewChanges: [ViewChange] = []
  private(set) var newViews: [NewView] = []
  private(set) var commits: [SignedStatement] = []
  private(set) var locks: [Lock] = []
  private(set) var checkpoints: [CheckpointCertificate] = []
  private(set) var decisions: [CommitCertificate] = []
  private(set) var headers: [BlockHeader] = []
  private var byHeight: [SequenceNumber: BlockHeader] = [:]
  private var members: [Member]
  private var draw: Draw
  private var salt: UInt8 = 0

  init(_ council: Council, seed: UInt64) {
    self.council = council
    draw = Draw(seed: seed)
    members = council.ids.map { _ in Member() }
  }

  mutating func run(views: UInt64) {
    agree(in: 0, among: Array(members.indices), from: [])
    for view in (1...views).map({ View($0) }) {
      let leavers = draw.shuffled(members.indices).filter { members[$0].view < view }
      let quorum = leavers.prefix(max(1, draw.integer(in: 0...leavers.count)))
      guard council.isQuorum(quorum.map { council.ids[$0] }) else { continue }
      let changes = quorum.sorted().map { leave(for: view, $0) }
      let newView = council.newView(view, from: changes)
      newViews.append(newView)
      let entering = leavers.filter { _ in draw.chance(0.8) }
      for index in entering { enter(newView, changes, index) }
      agree(
        in: view, among: entering.sorted(),
        from: Selection(of: changes, chain: council.chain).headers)
      hearsay()
    }
  }

  private mutating func leave(for view: View, _ index: Int) -> ViewChange {
    members[index].view = view
    members[index].isActive = false
    var shown: [Lock] = []
    var next = members[index].base.next
    while let lock = members[index].locks[next] {
      shown.append(lock)
      next = next.next
    }
    let change = council.viewChange(
      to: view, by: council.ids[index], stable: members[index].stable, locks: shown)
    viewChanges.append(change)
    return change
  }

  private mutating func enter(_ newView: NewView, _ changes: [ViewChange], _ index: Int) {
    members[index].view = newView.statement.view
    members[index].isActive = true
    members[index].proposed = [:]
    members[index].prepared = []
    let selection = Selection(of: changes, chain: council.chain)
    if let certificate = selection.certificate { learn(certificate, index) }
  }

  /// A view's agreement: its blocks in order, each prepared and committed by whoever happens to hear enough.
  private mutating func agree(in view: View, among present: [Int], from selected: [BlockHeader]) {
    var chain = selected
    var last = selected.last ?? base(of: present)
    for _ in 0..<draw.integer(in: 0...3) {
      salt &+= 1
      let header = council.header(after: last, salt: salt)
      chain.append(header)
      last = header
    }
    headers += chain
    for header in chain {
      var voters = present.filter { accepts(header, $0) }
      for index in voters { members[index].proposed[header.height] = header }
      voters = voters.filter { _ in draw.chance(0.9) }
      let ids = Set(voters.map { council.ids[$0] } + [council.leader(of: view)])
      guard council.isQuorum(Array(ids)) else { continue }
      let lock = council.lock(header, view: view, by: ids.sorted())
      locks.append(lock)
      var committers: [ReplicaID] = []
      for index in present where draw.chance(0.7) && canPrepare(header, index) {
        anchor(below: header.height, index)
        members[index].prepared.insert(header.height)
        members[index].locks[header.height] = lock
        committers.append(council.ids[index])
        commits.append(
          council.say(
            .commit, by: council.ids[index], view: view, sequence: header.height,
            digest: header.digest))
      }
      guard council.isQuorum(committers) else { continue }
      decisions.append(council.commits(header, view: view, by: committers))
      byHeight[header.height] = header
    }
  }

  private func base(of present: [Int]) -> BlockHeader? {
    present.map { members[$0].base }.max().flatMap { byHeight[$0] }
  }

  private func accepts(_ header: BlockHeader, _ index: Int) -> Bool {
    let member = members[index]
    guard header.height > member.base else { return false }
    let parent =
      header.height.previous == member.base
      ? member.stable?.summary.lastBlock ?? council.chain
      : member.proposed[header.height.previous]?.digest
    return header.previous == parent
  }

  private func canPrepare(_ header: BlockHeader, _ index: Int) -> Bool {
    let member = members[index]
    guard member.proposed[header.height]?.digest == header.digest,
      header.previous == lockBelow(header.height, index)
    else { return false }
    return isAnchored(header.height.previous, index)
  }

  /// Whether every block up to a height is prepared in this view or decided, each on the one before.
  private func isAnchored(_ height: SequenceNumber, _ index: Int) -> Bool {
    let member = members[index]
    guard height > member.base else { return true }
    guard let lock = member.locks[height], lock.header.previous == lockBelow(height, index) else {
      return false
    }
    let isDecided = member.decided[height]?.digest == lock.header.digest
    return (member.prepared.contains(height) || isDecided)
      && isAnchored(height.previous, index)
  }

  /// Decisions take the place of locks of earlier views below a block that is prepared.
  private mutating func anchor(below height: SequenceNumber, _ index: Int) {
    var below = height.previous
    while below > members[index].base {
      if !members[index].prepared.contains(below), let lock = members[index].locks[below],
        let certificate = members[index].decided[below]
      {
        members[index].locks[below] = .committed(certificate, lock.header)
      }
      below = below.previous
    }
  }

  private func lockBelow(_ height: SequenceNumber, _ index: Int) -> Digest? {
    guard height.previous > members[index].base else {
      return members[index].stable?.summary.lastBlock ?? council.chain
    }
    return members[index].locks[height.previous]?.header.digest
  }

  /// A decided block takes the place of a lock of an earlier view.
  private mutating func bind(_ certificate: CommitCertificate, _ index: Int) {
    guard let header = byHeight[certificate.sequence],
      members[index].locks[header.height].map({ $0.view < certificate.view }) ?? true
    else { return }
    members[index].locks[header.height] = .committed(certificate, header)
  }

  /// Decisions and certified states come to some, in any order.
  private mutating func hearsay() {
    for certificate in draw.shuffled(decisions) {
      for index in members.indices where draw.chance(0.2) {
        guard certificate.sequence > members[index].base else { continue }
        guard members[index].decided[certificate.sequence] == nil else { continue }
        members[index].decided[certificate.sequence] = certificate
        bind(certificate, index)
        while members[index].decided[members[index].executed.next] != nil {
          members[index].executed = members[index].executed.next
        }
      }
    }
    let reached = members.map(\.executed).sorted(by: >)
    let common = reached[
      council.members.count - Int(council.members.quorum.faultBound.rawValue) - 1]
    if common > (checkpoints.last?.sequence ?? 0), let header = byHeight[common], draw.chance(0.5) {
      let signers = council.ids.indices.filter { members[$0].executed >= common }
      checkpoints.append(
        council.certificate(
          of: council.summary(at: common, lastBlock: header.digest),
          by: signers.map { council.ids[$0] }))
    }
    for index in members.indices where draw.chance(0.5) {
      if let certificate = draw.pick(checkpoints) { learn(certificate, index) }
    }
  }

  private mutating func learn(_ certificate: CheckpointCertificate, _ index: Int) {
    guard certificate.sequence > members[index].base else { return }
    members[index].base = certificate.sequence
    members[index].stable = certificate
    members[index].executed = max(members[index].executed, certificate.sequence)
    members[index].locks = members[index].locks.filter { $0.key > certificate.sequence }
  }
}
