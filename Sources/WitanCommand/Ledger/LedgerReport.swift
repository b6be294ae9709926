import Witan
import WitanCrypto
import WitanLedger
import WitanNode
import WitanSimulation

/// What `witan ledger` says of a ledger.
enum LedgerReport {
  /// How much there is of everything, and who has a stake.
  static func show(_ place: LedgerPlace, _ output: Output) throws -> ExitCode {
    let ledger = try place.ledger()
    let supply: Supply
    let validators: [Validator]
    do { (supply, validators) = (try ledger.supply(), try ledger.validators()) } catch {
      throw BadLedger("\(error)")
    }
    let staked = validators.reduce(UInt64(0)) { sum, validator in
      sum &+ validator.stake.units &+ validator.leaving.reduce(0) { $0 &+ $1.amount.units }
    }
    let tied = staked &+ supply.burnt.units &+ supply.pool.units
    let circulating = Amount(supply.issued.units &- min(tied, supply.issued.units))
    var table = Table([.init(""), .init("")])
    func row(_ name: String, _ text: String) { table.append(.init(name, .faint), .init(text)) }
    row("height", "\(place.height)")
    row("root", place.tree.root.hex)
    row("issued", "\(supply.issued), \(supply.rewarded) of it as rewards")
    row("at stake", "\(Amount(staked))")
    row("in accounts", "\(circulating)")
    row("to be given out", "\(supply.pool)")
    row("burnt", "\(supply.burnt)")
    row("may be issued by now", "\(ledger.economy.allowance(at: place.height)) as rewards")
    output.table(table)
    output.line()
    output.table(Table(of: validators, floor: ledger.economy.accuracyFloor))
    output.record([
      "height": .unsigned(place.height.rawValue),
      "root": .string(place.tree.root.hex),
      "supply": [
        "issued": .unsigned(supply.issued.units), "rewarded": .unsigned(supply.rewarded.units),
        "staked": .unsigned(staked), "circulating": .unsigned(circulating.units),
        "pool": .unsigned(supply.pool.units), "burnt": .unsigned(supply.burnt.units),
      ],
      "validators": .array(validators.map(\.json)),
    ])
    return .success
  }

  /// What a key owns.
  static func account(
    _ key: PublicKey, _ place: LedgerPlace, _ output: Output
  ) throws -> ExitCode {
    let account: WitanLedger.Account
    do { account = try place.ledger().account(of: key) } catch let fault as LedgerRefusal {
      throw BadLedger("\(fault)")
    }
    say(.account(account), output)
    output.record([
      "key": .string(key.hex), "balance": .unsigned(account.balance.units),
      "nonce": .unsigned(account.nonce), "height": .unsigned(place.height.rawValue),
      "root": .string(place.tree.root.hex),
    ])
    return .success
  }

  /// What a validator has at stake and has earned, and what its owner has.
  static func validator(
    _ id: ReplicaID, _ place: LedgerPlace, _ output: Output
  ) throws -> ExitCode {
    let validator: Validator?
    let account: WitanLedger.Account
    do {
      let ledger = try place.ledger()
      validator = try ledger.validator(id)
      account = try validator.map { try ledger.account(of: $0.owner) } ?? .init()
    } catch let fault as LedgerRefusal { throw BadLedger("\(fault)") }
    guard let validator else {
      throw UsageError(
        "there is no validator \(id)", remedy: "witan ledger show tells who there is")
    }
    say(.validator(validator), output)
    output.line("owner \(validator.owner.hex)")
    say(.account(account), output)
    output.record([
      "validator": validator.json, "balance": .unsigned(account.balance.units),
      "nonce": .unsigned(account.nonce), "height": .unsigned(place.height.rawValue),
      "root": .string(place.tree.root.hex),
    ])
    return .success
  }

  /// Proves what stands at a place.
  static func prove(
    _ key: StateKey, _ place: LedgerPlace, to path: String?, _ output: Output
  ) throws -> ExitCode {
    let proof: LedgerProof
    let record: Record?
    do {
      proof = try LedgerProof(of: key, in: place.tree)
      record = try proof.record(under: place.tree.root)
    } catch { throw BadLedger("\(error)") }
    let bytes = proof.encoded
    if let path { try TextFile.write(bytes, to: path) }
    say(record, output)
    output.line("root  \(place.tree.root.hex)")
    let end = path.map { "in \($0)" } ?? "use --out to keep it"
    output.line("proof \(Human.bytes(Int64(bytes.count))), \(end)")
    output.record([
      "root": .string(place.tree.root.hex), "height": .unsigned(place.height.rawValue),
      "record": .optional(record, JSON.init), "proof": .string(Hex.encode(bytes)),
    ])
    return .success
  }

  /// Checks a proof.
  static func verify(
    proof bytes: [UInt8], under root: Digest?, _ output: Output
  ) throws -> ExitCode {
    let proof: LedgerProof
    let record: Record?
    do {
      proof = try LedgerProof(decoding: bytes)
      record = try proof.record(under: root ?? proof.root)
    } catch { throw BadLedger("the proof proves nothing: \(error)") }
    output.line("\(output.paint("proved", .good)) under \(root ?? proof.root)")
    if root == nil { output.note("the root is the proof's own; give --root to trust another") }
    say(record, output)
    output.record([
      "valid": true, "root": .string((root ?? proof.root).hex),
      "record": .optional(record, JSON.init),
    ])
    return .success
  }

  private static func say(_ record: Record?, _ output: Output) {
    switch record {
    case .account(let account)?:
      let spendings = Int(clamping: account.nonce).counted("spending")
      output.line("\(output.paint("\(account.balance)", .strong)) tokens, \(spendings)")
    case .validator(let validator)?:
      output.table(Table(of: [validator], floor: 0))
    case nil: output.line("there is nothing at this place")
    default: output.line("a record of another kind")
    }
  }

  /// Reads everything, and checks what it comes to.
  static func verify(
    _ place: LedgerPlace, under root: Digest?, _ output: Output
  ) throws -> ExitCode {
    if let root, root != place.tree.root {
      throw BadLedger("the root is \(place.tree.root), not \(root)")
    }
    let entries: Int
    let holdings: Int128
    var blocks = 0
    do {
      if let backing = place.backing { _ = try TreeStore(backing).verify() }
      (entries, holdings) = try place.tree.audit()
      if let backing = place.backing { blocks = try checkHistory(backing, to: place) }
    } catch { throw BadLedger("\(error)") }
    guard holdings == 0 else {
      throw BadLedger("what all records hold is \(holdings) units off from what was issued")
    }
    let steps = place.backing == nil ? "" : ", and \(Human.count(blocks)) blocks led to it"
    output.line(
      "\(output.paint("sound", .good)): \(Human.count(entries)) entries hold what was issued\(steps)"
    )
    output.line("root \(place.tree.root)")
    output.record([
      "valid": true, "height": .unsigned(place.height.rawValue),
      "root": .string(place.tree.root.hex), "entries": .count(entries), "blocks": .count(blocks),
    ])
    return .success
  }

  /// Follows the history from the first root to the last, and says how many blocks it has.
  private static func checkHistory(
    _ backing: SQLiteBacking, to place: LedgerPlace
  ) throws -> Int {
    guard let first = try backing.roots().first, let genesis = try backing.genesis() else {
      return 0
    }
    var history = LedgerHistory(
      chain: genesis.digest, height: SequenceNumber(first.height), root: first.root,
      economy: try place.ledger().economy)
    var blocks = 0
    while let transition = try backing.transition(from: history.height.next) {
      do { try history.append(transition) } catch {
        throw BadLedger("block \(transition.height): \(error)")
      }
      blocks += 1
    }
    guard history.root == place.tree.root else {
      throw BadLedger("the history leads to \(history.root), and the state is \(place.tree.root)")
    }
    return blocks
  }

  /// What each block changed.
  static func history(
    _ place: LedgerPlace, _ first: UInt64, _ last: UInt64, _ output: Output
  ) throws -> ExitCode {
    guard let backing = place.backing else {
      throw UsageError("a state in one file has no history", remedy: "give a folder")
    }
    var table = Table([
      .init("block", .right), .init("before"), .init("after"), .init("changes", .right),
      .init("rewards", .right), .init("burnt", .right), .init(""),
    ])
    var isGood = true
    var next = SequenceNumber(first)
    do {
      let chain = try backing.genesis()?.digest ?? .zero
      while let transition = try backing.transition(from: next), transition.height.rawValue <= last
      {
        let fault = fault(of: transition, on: chain)
        let issue = transition.supplies.map { (before, after) in
          (
            rewarded: Amount(after.rewarded.units &- before.rewarded.units),
            burnt: Amount(after.burnt.units &- before.burnt.units)
          )
        }
        isGood = isGood && fault == nil
        table.append(
          .init("#\(transition.height)", .strong), .init(transition.before.short, .faint),
          .init(transition.after.short, .faint), .init(Human.count(transition.changes.count)),
          .init(issue.map { "\($0.rewarded)" } ?? ""),
          .init(issue.map { "\($0.burnt)" } ?? "", .bad),
          fault.map { .init($0, .bad) } ?? .init("kept", .good))
        output.record([
          "height": .unsigned(transition.height.rawValue),
          "before": .string(transition.before.hex), "after": .string(transition.after.hex),
          "changes": .count(transition.changes.count), "sum": .string("\(transition.sum)"),
          "rewards": .unsigned(issue?.rewarded.units ?? 0),
          "burnt": .unsigned(issue?.burnt.units ?? 0),
          "fault": .optional(fault, JSON.string),
        ])
        guard transition.height.rawValue < .max else { break }
        next = transition.height.next
      }
    } catch { throw BadLedger("\(error)") }
    output.table(table)
    return isGood ? .success : .bad
  }

  private static func fault(of transition: StateTransition, on chain: Digest) -> String? {
    do { try transition.check(on: chain) } catch { return "\(error)" }
    return nil
  }
}

extension JSON {
  /// A record; of kinds that people don't ask for, its bytes.
  init(_ record: Record) {
    switch record {
    case .account(let account):
      self = ["balance": .unsigned(account.balance.units), "nonce": .unsigned(account.nonce)]
    case .validator(let validator): self = validator.json
    default: self = .string(Hex.encode(record.encoded))
    }
  }
}
