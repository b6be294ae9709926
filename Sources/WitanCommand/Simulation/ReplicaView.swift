import Witan
import WitanSimulation

/// What replicas look like from inside at one instant.
struct ReplicaView {
  let cluster: Cluster
  let scenario: Scenario
  /// How far they have come with each sequence.
  let book: SlotBook

  /// All of them in a table.
  func printAll(to output: Output) {
    var table = Table([
      .init("replica"), .init(""), .init("view", .right), .init("leader"),
      .init("executed", .right),
      .init("stable", .right), .init("waiting", .right), .init("patience", .right),
      .init("in the window"),
    ])
    for machine in 0..<cluster.machineCount {
      let replica = cluster.replica(at: machine)
      let standing = standing(of: machine)
      let open = book.slots(of: machine).filter { $0.slot.stage != .executed }
      let shown = open.prefix(3).map { "#\($0.sequence) \($0.slot.stage.rawValue)" }
      let more = open.count > 3 ? ["\(open.count - 3) more"] : []
      table.append(
        .init(cluster.label(of: machine), .hue(machine)), .init(standing.text, standing.tone),
        .init("\(replica.view)\(replica.phase == .active ? "" : " awaited")"),
        .init("\(replica.currentLeader)"), .init("\(replica.executed)"),
        .init("\(replica.stableCheckpoint?.sequence ?? 0)"), .init("\(replica.waitingRequests)"),
        .init(Human.time(replica.patience)),
        .init((shown + more).joined(separator: ", ")))
    }
    output.table(table)
  }

  /// One of them with all that it knows.
  func printOne(_ machine: Int, to output: Output) {
    let replica = cluster.replica(at: machine)
    let standing = standing(of: machine)
    var table = Table([.init(""), .init("")])
    func row(_ name: String, _ text: String, _ tone: Tone? = nil) {
      table.append(Table.Cell(name, .faint), Table.Cell(text, tone))
    }
    row(
      "replica",
      "\(cluster.label(of: machine))\(standing.text.isEmpty ? "" : ", \(standing.text)")",
      standing.tone)
    row(
      "view",
      "\(replica.view) of epoch \(replica.epoch), \(replica.phase == .active ? "active" : "waiting for it to open")"
    )
    row("leader", "\(replica.currentLeader)")
    row("executed", "#\(replica.executed), block \(replica.lastBlock.short)")
    row("state", cluster.stateRoots[machine].short)
    let low = replica.stableCheckpoint?.sequence ?? 0
    row("stable", low == 0 ? "the genesis" : "#\(low)")
    row("window", "#\(low.next) to #\(low.advanced(by: scenario.window))")
    row("waiting", replica.waitingRequests.counted("request"))
    row("patience", Human.time(replica.patience))
    let convicted = Set(replica.gatheredEvidence.map(\.culprit)).sorted()
    if !convicted.isEmpty { row("convicted", convicted.map { "\($0)" }.joined(separator: ", ")) }
    output.table(table)
    printSlots(of: machine, to: output)
  }

  private func printSlots(of machine: Int, to output: Output) {
    var table = Table([
      .init("sequence", .right), .init("state"), .init("block"), .init("prepares"),
      .init("commits"), .init("locked in view", .right),
    ])
    let members = cluster.replica(at: machine).currentMembers
    let slots = book.slots(of: machine)
    let executed = slots.prefix { $0.slot.stage == .executed }.count
    for (sequence, slot) in slots.dropFirst(max(0, executed - 3)) {
      table.append(
        .init("#\(sequence)", .strong), .init(slot.stage.rawValue, slot.stage.tone),
        .init(slot.block?.short ?? ""), .init(text(of: slot.prepares, members)),
        .init(text(of: slot.commits, members)), .init(slot.lockedIn.map { "\($0)" } ?? ""))
    }
    guard !table.rows.isEmpty else { return }
    output.line()
    if executed > 3 { output.line(output.paint("\(executed - 3) executed before", .faint)) }
    output.table(table)
  }

  private func standing(of machine: Int) -> (text: String, tone: Tone?) {
    switch cluster.standing(of: machine) {
    case .running:
      let roles = scenario.roles(of: cluster.name(of: machine))
      return roles.isEmpty ? ("", nil) : (roles.joined(separator: ", "), .doubtful)
    case .halted: return ("halted", .doubtful)
    case .down: return ("down", .bad)
    }
  }

  /// What a replica looks like, for programs.
  func json(_ machine: Int) -> JSON {
    let replica = cluster.replica(at: machine)
    return [
      "replica": .string(cluster.label(of: machine)),
      "machine": .count(machine),
      "standing": .string(cluster.standing(of: machine).rawValue),
      "adversaries": .strings(scenario.roles(of: cluster.name(of: machine))),
      "epoch": .unsigned(replica.epoch.rawValue),
      "view": .unsigned(replica.view.rawValue),
      "phase": .string(replica.phase == .active ? "active" : "changingView"),
      "leader": .string("\(replica.currentLeader)"),
      "executed": .unsigned(replica.executed.rawValue),
      "block": .string(replica.lastBlock.hex),
      "stateRoot": .string(cluster.stateRoots[machine].hex),
      "stable": .unsigned(replica.stableCheckpoint?.sequence.rawValue ?? 0),
      "waiting": .count(replica.waitingRequests),
      "patienceMillis": .millis(replica.patience),
      "convicted": .strings(
        Set(replica.gatheredEvidence.map(\.culprit)).sorted().map { "\($0)" }),
      "slots": .array(book.slots(of: machine).map(json)),
    ]
  }

  /// Who voted, and how much of a quorum that is: `2 of 3: r0 r2`.
  private func text(of voters: [ReplicaID], _ members: Membership) -> String {
    let power = voters.reduce(VotingPower(0)) { sum, voter in
      members.seat(of: voter).map { sum + members[$0].power } ?? sum
    }
    let names = voters.count > 8 ? "" : voters.map { " \($0)" }.joined()
    let (have, need) = (
      cluster.weight(of: power), cluster.weight(of: members.quorum.threshold)
    )
    return "\(have) of \(need)\(names.isEmpty ? "" : ":")\(names)"
  }

  private func json(_ sequence: SequenceNumber, _ slot: SlotBook.Slot) -> JSON {
    [
      "sequence": .unsigned(sequence.rawValue),
      "state": .string(slot.stage.rawValue),
      "block": .optional(slot.block) { .string($0.hex) },
      "prepares": .array(slot.prepares.map { .count($0.rawValue) }),
      "commits": .array(slot.commits.map { .count($0.rawValue) }),
      "lockedInView": .optional(slot.lockedIn) { .unsigned($0.rawValue) },
    ]
  }
}

extension SlotBook.Slot.Stage {
  fileprivate var tone: Tone? {
    switch self {
    case .open, .executed: .faint
    case .proposed: nil
    case .refused: .bad
    case .prepared, .decided: .good
    }
  }
}
