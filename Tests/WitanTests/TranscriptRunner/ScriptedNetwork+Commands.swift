@testable import Witan
import WitanCrypto

/// The commands of transcripts.
///
/// | command                                        | what happens                                             |
/// |------------------------------------------------|----------------------------------------------------------|
/// | `network 4 window=8 checkpoint=4 …`            | a network begins; it must be the first command           |
/// | `watch messages reports`, `watch all`          | from now on only such effects are shown                  |
/// | `quietly <command>`                            | the command, without showing what happens                |
/// | `request c1 1 "put k v" to r0`                 | a client's request arrives; `expires=9`                  |
/// | `query c1 1 "k" fast to r1`                    | a client's query arrives; `since=4 knows=1` to certify   |
/// | `order 4 [but …]`                              | so many requests arrive at all and are ordered           |
/// | `flood c1 600 of 65536 to r1`                  | so many requests of so many bytes arrive                 |
/// | `deliver all [but …]`, `deliver r0->r1 prepare`| messages arrive                                          |
/// | `drop …`, `replay …`, `spoil …`                | are lost; arrive again, or elsewhere; arrive changed     |
/// | `cut r3`, `mend r3`                            | all that is sent to and from it is lost, until it isn't  |
/// | `wait 2s`, `fire r1 progress [stale]`          | time passes; a timer fires at its moment, or too late    |
/// | `hold verdicts r2`, `release r2`               | an application takes its time, and answers after all     |
/// | `verdict r2 B1 invalid "bad"`                  | an application's verdict arrives                         |
/// | `decline r0 c1#1`                              | an application doesn't want a request                    |
/// | `crash r1 [after 3 effects]`, `restart r1`     | a machine dies, and starts from its disk; `key=1`        |
/// | `corrupt r2`                                   | a machine's application state changes by itself          |
/// | `sign …`, `block …`, `forge …`                 | hostile material and messages: see `Forge`               |
/// | `show r1`                                      | where a replica stands                                   |
extension ScriptedNetwork {
  static func begin(_ words: inout Words) throws -> ScriptedNetwork {
    try words.expect("network")
    let count = Int(try Words.count(try words.take("the number of members")))
    var parameters = Parameters()
    parameters.window = try words.option("window").map(Words.count) ?? 8
    parameters.checkpointInterval = try words.option("checkpoint").map(Words.count) ?? 4
    parameters.epochLength = try words.option("epoch").map(Words.count) ?? 0
    parameters.sessionHorizon = try words.option("horizon").map(Words.count) ?? 1_000
    parameters.sessionLimit = UInt32(try words.option("sessions").map(Words.count) ?? 16)
    parameters.blockRequestLimit = UInt32(try words.option("requests").map(Words.count) ?? 4)
    parameters.replyByteLimit = UInt32(try words.option("reply").map(Words.count) ?? 64)
    parameters.requestByteLimit = UInt32(try words.option("bytes").map(Words.count) ?? 4_096)
    parameters.batchDelay = try words.option("batch").map(Words.span) ?? 0
    let weights = try words.option("weights")?.split(separator: ",")
      .map { VotingPower(try Words.count(String($0))) }
    let outsiders = Int(try words.option("outsiders").map(Words.count) ?? 0)
    let powers = weights ?? Array(repeating: 1, count: count)
    guard powers.count == count else { throw CommandError("expected \(count) weights") }
    return try ScriptedNetwork(powers: powers, outsiders: outsiders, parameters: parameters)
  }

  mutating func run(_ words: inout Words) throws {
    let command = try words.take("a command")
    switch command {
    case "quietly":
      let before = output
      try run(&words)
      let broken = output.dropFirst(before.count).filter { $0.contains("BROKEN") }
      output = before + broken
    case "watch": try watch(&words)
    case "request": try request(&words)
    case "query": try query(&words)
    case "order": try order(&words)
    case "flood": try flood(&words)
    case "deliver": try deliver(&words)
    case "drop": try drop(&words)
    case "replay": try replay(&words)
    case "spoil": try spoil(&words)
    case "cut", "mend":
      for id in try words.replicas() { nodes[try index(of: id)].isCut = command == "cut" }
    case "wait": now = now + (try Words.span(try words.take("a span of time")))
    case "fire": try fire(&words)
    case "crash":
      let id = try words.replica()
      var effects: Int?
      if words.takes("after") {
        effects = Int(try Words.count(try words.take("a number of effects")))
        try words.expect("effects")
      }
      try crash(id, after: effects)
    case "restart":
      let id = try words.replica()
      let version = try words.option("key").map(Words.count)
      try restart(id, signer: version.map { signer(of: id, version: $0) })
    case "corrupt": try corrupt(try words.replica())
    case "show": try show(&words)
    case "sign": try sign(&words)
    case "block": try makeBlock(&words)
    case "forge": try forge(&words)
    default: try runApplication(command, &words)
    }
    try words.finish()
  }

  /// What applications are made to do.
  private mutating func runApplication(_ command: String, _ words: inout Words) throws {
    switch command {
    case "hold":
      let seam = try words.take("one of \(Self.seams.joined(separator: ", "))")
      guard Self.seams.contains(seam) else {
        throw CommandError("expected one of \(Self.seams.joined(separator: ", ")), found \(seam)")
      }
      for id in try words.replicas() { nodes[try index(of: id)].held.insert(seam) }
    case "release":
      for id in try words.replicas() {
        let index = try index(of: id)
        release(index)
        nodes[index].held = []
      }
    case "verdict":
      let index = try index(of: try words.replica())
      let name = try words.take("a block")
      let verdict = try verdict(&words)
      guard let digest = names.digests[name] else {
        throw CommandError("expected a block that was seen, found \(name)")
      }
      nodes[index].unanswered.removeAll {
        if case .validate(let block, _) = $0 { block.digest == digest } else { false }
      }
      let text = verdict == .valid ? "valid" : "invalid"
      begin("\(nodes[index].id) finds \(name) \(text)") {
        $0.handle(.validated(digest, verdict), at: index)
      }
    case "decline":
      let index = try index(of: try words.replica())
      let name = try words.take("a request")
      guard let request = names.requests[name] else {
        throw CommandError("expected a request that was seen, found \(name)")
      }
      begin("\(nodes[index].id) declines \(name)") {
        $0.handle(.declined([request.digest]), at: index)
      }
    default: throw CommandError("expected a command, found \(command)")
    }
  }

  private func verdict(_ words: inout Words) throws -> Verdict {
    switch try words.take("valid or invalid") {
    case "valid": return .valid
    case "invalid": return .invalid(InvalidBlock(try words.take("a reason")))
    case let other: throw CommandError("expected valid or invalid, found \(other)")
    }
  }

  private mutating func watch(_ words: inout Words) throws {
    if words.takes("all") {
      watched = Set(EffectKind.allCases)
      return
    }
    let all = EffectKind.allCases.map(\.rawValue).joined(separator: ", ")
    watched = []
    for word in words.takeAll() {
      guard let kind = EffectKind(rawValue: word) else {
        throw CommandError("expected all, or some of \(all), found \(word)")
      }
      watched.insert(kind)
    }
  }

  private mutating func fire(_ words: inout Words) throws {
    let index = try index(of: try words.replica())
    let word = try words.take("a timer")
    guard let kind = Timer.Kind.allCases.first(where: { "\($0)" == word }) else {
      let all = Timer.Kind.allCases.map { "\($0)" }.joined(separator: ", ")
      throw CommandError("expected a timer out of \(all), found \(word)")
    }
    let id = nodes[index].id
    if words.takes("stale") {
      guard let timer = nodes[index].staleTimers[kind] else {
        throw CommandError("expected a \(kind) timer that was cancelled or set again; none was")
      }
      begin("\(id) fires \(kind) (stale)") { $0.handle(.timer(timer), at: index) }
      return
    }
    guard let (timer, due) = nodes[index].timers.removeValue(forKey: kind) else {
      let running = nodes[index].timers.keys.map { "\($0)" }.sorted().joined(separator: ", ")
      throw CommandError("expected a \(kind) timer to run at \(id); these do: \(running)")
    }
    nodes[index].staleTimers[kind] = timer
    now = max(now, due)
    begin("\(id) fires \(kind) at \(now)") { $0.handle(.timer(timer), at: index) }
  }

  // MARK: Where a replica stands

  private mutating func show(_ words: inout Words) throws {
    for id in try words.replicas() {
      let index = try index(of: id)
      let replica = nodes[index].replica
      let phase = replica.phase == .active ? "active" : "changing view"
      let notation = notation
      let stable = notation.stable(replica.stable)
      output.append(
        "\(id) \(nodes[index].isUp ? "is" : "was") in e\(replica.epoch) v\(replica.view), \(phase), "
          + "led by \(replica.currentLeader); executed n\(replica.executed), stable \(stable), "
          + "\(replica.waitingRequests) waiting")
      for raw in replica.window.sequences {
        let slot = replica.window[SequenceNumber(raw)]
        if let line = show(slot, notation) { output.append(line) }
      }
      let running = nodes[index].timers.sorted { $0.key.rawValue < $1.key.rawValue }
      let timers = running.map { "\($0.key) at \($0.value.due)" }
      output.append("  \("timers".padding(to: 11)) \(timers.joined(separator: ", "))")
    }
  }

  private func show(_ slot: Slot, _ notation: Notation) -> String? {
    var parts: [String] = []
    if let proposal = slot.proposal {
      let verdict =
        switch proposal.verdict {
        case .valid?: "valid"
        case .invalid?: "invalid"
        case nil: "unchecked"
        }
      parts.append("proposed \(names.name(of: proposal.header.digest)) (\(verdict))")
    }
    if let unlinked = slot.unlinked {
      parts.append("unlinked \(names.name(of: unlinked.body.digest))")
    }
    for (name, tally) in [("prepares", slot.prepares), ("commits", slot.commits)]
    where !tally.seats.isEmpty {
      let votes = tally.seats.map { seat in
        "r\(seat.index):\(tally.vote(of: seat).map { names.name(of: $0.digest) } ?? "?")"
      }
      parts.append("\(name) \(votes.joined(separator: " "))")
    }
    if slot.isPrepared { parts.append("prepared") }
    if let lock = slot.lock { parts.append("locked \(names.name(of: lock))") }
    if slot.isDecided { parts.append("decided") }
    guard !parts.isEmpty else { return nil }
    return "  \("n\(slot.sequence)".padding(to: 11)) \(parts.joined(separator: ", "))"
  }
}
