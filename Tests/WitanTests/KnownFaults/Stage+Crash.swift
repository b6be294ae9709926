import WitanCrypto

@testable import Witan

/// What is done to a replica that comes back from its disk, to have it contradict itself.
enum Provocation: CaseIterable {
  /// It hears everything again that others said in its life.
  case replay
  /// The leader of its view proposes other blocks, and everybody votes for them.
  case otherBlocks
  /// The leader of its view goes on from the blocks that it holds, and everybody votes for what follows.
  case nextBlocks
  /// Others leave for the view that it is in or waits for, with nothing to show, and its leader opens it anew.
  case sameView
  /// The others agree on other blocks in a later view.
  case laterView
  /// The others ask for one view after the other until it has led one.
  case leaving
  /// Clients want something, nothing goes on, and its timers fire.
  case silence
}

extension Stage {
  /// The stage on which one replica starts again from the first so many of its records, and the others are gone: the
  /// test speaks for them. What it said stays, as far as it can have been let out: what was to wait for a record that
  /// is lost was not, and what was to wait for none was, whenever it was said.
  func afterCrash(of index: Int, keeping count: Int) throws -> Stage {
    var stage = self
    stage.wire = []
    stage.carries = { _ in true }
    for other in stage.players.indices where other != index { stage.crash(other) }
    let player = players[index]
    let kept = player.said.indices.filter {
      !player.saidDurably[$0] || player.recordsWhenSaid[$0] <= count
    }
    stage.players[index].said = kept.map { player.said[$0] }
    stage.players[index].recordsWhenSaid = kept.map { _ in 0 }
    stage.players[index].saidDurably = kept.map { player.saidDurably[$0] }
    stage.players[index].records = Array(player.records.prefix(count))
    stage.players[index].disk = Journal.Recovery(player.records.prefix(count))
    try stage.restart(index)
    return stage
  }

  mutating func provoke(_ index: Int, by provocation: Provocation, of story: Stage) throws {
    switch provocation {
    case .replay:
      for other in others(index) {
        for message in story.players[other].said { give(message, to: index) }
      }
    case .otherBlocks: agreeOnOthers(with: index)
    case .nextBlocks: agreeOnOthers(with: index, sparing: true)
    case .sameView: openAnew(self[index].view, with: index)
    case .laterView: openAnew(self[index].view.next, with: index)
    case .leaving: break
    case .silence:
      try submit(request(900, by: 900), to: [index])
      elapse(.seconds(20))
    }
    wire = []
  }

  /// The others ask for the next views, until the replica has led one; clients want something in each.
  mutating func chase(_ index: Int) throws {
    for step in UInt64(1)...UInt64(count) {
      let next = self[index].view.next
      for other in others(index) { give(leave(for: next, by: other, like: index), to: index) }
      try submit(request(1_000 + step, by: 1_000 + step), to: [index])
      wire = []
    }
  }

  private func others(_ index: Int) -> [Int] { (0..<count).filter { $0 != index } }

  /// A view-change with nothing to show but the checkpoint that the replica itself knows.
  private func leave(for view: View, by other: Int, like index: Int) -> Message {
    let stable = self[index].stableCheckpoint
    return .viewChange(
      seal(
        .viewChange, ViewChangeBody(stable: stable, locks: []), by: other,
        epoch: self[index].epoch, view: view, at: stable?.sequence ?? 0))
  }

  private func leader(of view: View, seenBy index: Int) -> Int {
    let replica = self[index]
    return Int(replica.members[replica.members.leader(of: view, in: replica.epoch)].id.rawValue)
  }

  /// A view that nothing was prepared before, by the word of all others.
  private mutating func openAnew(_ view: View, with index: Int) {
    let leader = leader(of: view, seenBy: index)
    var changes: [ViewChange] = []
    for other in others(index) {
      guard case .viewChange(let change) = leave(for: view, by: other, like: index) else { return }
      changes.append(change)
      give(.viewChange(change), to: index)
    }
    if leader != index {
      let base = self[index].stableCheckpoint?.sequence ?? 0
      let newView = seal(
        .newView, NewViewBody(viewChanges: changes, proposals: []), by: leader,
        epoch: self[index].epoch, view: view, at: base)
      give(.newView(newView), to: index)
    }
    agreeOnOthers(with: index)
  }

  /// Other blocks than ever were, after each block that the replica may hold, with the votes of all others.
  /// Sparing what it holds, its leader isn't caught equivocating, and it goes on voting.
  private mutating func agreeOnOthers(with index: Int, sparing: Bool = false) {
    let replica = self[index]
    let leader = leader(of: replica.view, seenBy: index)
    guard leader != index else { return }
    let low = replica.stableCheckpoint?.sequence ?? 0
    var previous = replica.stableCheckpoint?.summary.lastBlock ?? chain
    for step in UInt64(1)...4 {
      let height = low.advanced(by: step)
      let held = height.previous > low ? self[index].window[height.previous].proposal : nil
      if sparing, let own = self[index].window[height].proposal {
        previous = own.header.digest
        continue
      }
      for parent in [previous, held?.header.digest].compactMap({ $0 }) {
        let other = block(
          height, after: parent, by: leader, timestamp: now, epoch: replica.epoch,
          [request(700 + step, by: 700)])
        agree(on: other, in: replica.view, by: leader, with: index)
        previous = other.digest
      }
    }
  }

  private mutating func agree(on block: Block, in view: View, by leader: Int, with index: Int) {
    let epoch = block.header.epoch
    let height = block.header.height
    give(
      .prePrepare(seal(.prePrepare, block, by: leader, epoch: epoch, view: view, at: height)),
      to: index)
    for kind in [StatementKind.prepare, .commit] {
      for other in others(index) where kind == .commit || other != leader {
        let vote = say(kind, by: other, epoch: epoch, view: view, at: height, block.digest)
        give(kind == .prepare ? .prepare(vote) : .commit(vote), to: index)
      }
    }
  }

  /// What convicts a replica of all that it said, before and after: its own words, and those that it showed within
  /// what it passed on.
  func convictions(of index: Int, knowing verifier: Verifier) -> [Evidence] {
    var audit = Audit(verifier)
    for message in players[index].said {
      switch message {
      case .viewChange(let change): audit.add(change)
      case .newView(let newView): audit.add(newView)
      case .decision(let decision): audit.add(decision.body.certificate)
      case .manifest(let manifest):
        for step in manifest.body.lineage { audit.add(step.certificate) }
        if let certificate = manifest.body.certificate { audit.add(certificate) }
      default: if let signed = message.signed { audit.add(signed) }
      }
    }
    return audit.verdict().evidence.filter { $0.culprit == players[index].id }
  }
}
