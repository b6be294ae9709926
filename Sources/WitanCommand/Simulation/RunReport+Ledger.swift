import Witan
import WitanLedger
import WitanSimulation

extension RunReport {
  /// The ledger of the correct replica that executed most; nil where another application runs.
  var ledger: Ledger? { run.bestLedger }

  /// What each validator earned and lost.
  var rewards: Table? {
    guard let ledger, let validators = try? ledger.validators() else { return nil }
    return Table(of: validators, floor: ledger.economy.accuracyFloor)
  }

  /// The same for programs; null where another application runs.
  var rewardsJSON: JSON {
    guard let ledger, let validators = try? ledger.validators() else { return .null }
    return .array(validators.map(\.json))
  }
}

extension Table {
  /// Validators, a line each.
  init(of validators: [Validator], floor: UInt64) {
    self.init([
      .init("validator"), .init("stake", .right), .init("earned", .right),
      .init("slashed", .right), .init("right", .right), .init(""),
    ])
    for validator in validators {
      let isAlarming = validator.accuracy.permille < floor
      let accuracy = Double(validator.accuracy.permille) / 10
      append(
        .init("\(validator.id)", .strong), .init("\(validator.stake)"),
        .init("\(validator.earned)"),
        .init(validator.slashed == 0 ? "" : "\(validator.slashed)", .bad),
        .init(
          validator.accuracy.count == 0 ? "" : "\(Human.decimal(accuracy, places: 1)) %",
          isAlarming ? .bad : nil),
        .init(
          isAlarming ? "alert: below \(Human.decimal(Double(floor) / 10, places: 1)) %" : "", .bad))
    }
  }
}

extension Validator {
  /// The validator for programs; amounts are in the smallest units.
  var json: JSON {
    [
      "validator": .count(id.rawValue),
      "key": .string(key.hex),
      "owner": .string(owner.hex),
      "stake": .unsigned(stake.units),
      "leaving": .array(
        leaving.map {
          ["amount": .unsigned($0.amount.units), "due": .unsigned($0.due.rawValue)]
        }),
      "earned": .unsigned(earned.units),
      "slashed": .unsigned(slashed.units),
      "verdicts": .count(accuracy.count),
      "accuracy": .number(Double(accuracy.permille) / 1_000),
    ]
  }
}
