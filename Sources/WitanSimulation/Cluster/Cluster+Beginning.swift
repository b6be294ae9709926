import Witan
import WitanCrypto
import WitanLedger

extension Cluster {
  /// What everybody agrees on beforehand, and the application in its first state.
  static func beginning(
    _ configuration: Configuration, _ signers: [Signer], scheme: SignatureScheme
  ) throws -> (Genesis, ReplicatedApplication) {
    let members = signers.prefix(configuration.replicas).enumerated().map { index, signer in
      Member(
        id: ReplicaID(UInt32(index)), key: signer.publicKey,
        power: configuration.powers.indices.contains(index) ? configuration.powers[index] : 1)
    }
    if let contracts = configuration.contracts {
      let genesis = try Genesis(
        name: "L1", members: members, parameters: configuration.parameters,
        applicationRoot: contracts.root)
      return (genesis, .contracts(contracts))
    }
    switch configuration.application {
    case .store:
      let application = ReplicatedApplication.store(KeyValueStore())
      let genesis = try Genesis(
        name: "simulation", members: members, parameters: configuration.parameters,
        applicationRoot: application.image.root)
      return (genesis, application)
    case .ledger:
      let clients = signers.dropFirst(configuration.replicas + configuration.reserve)
      var endowment = endowment(of: members, clients: clients.map(\.publicKey))
      endowment.balances += (0..<configuration.accounts).compactMap { number in
        let name = SHA256.hash(Array("account \(number)".utf8))
        return PublicKey(bytes: name.bytes).map { ($0, .tokens(1)) }
      }
      var ledger = try Ledger(endowment)
      let genesis = try Genesis(
        name: "simulation", members: endowment.members, parameters: configuration.parameters,
        applicationRoot: ledger.root, application: configuration.judging.rules?.encoded ?? [])
      ledger.network = Ledger.Network(genesis: genesis, scheme: scheme)
      ledger.leavesTransitions = configuration.leavesTransitions
      return (genesis, .ledger(ledger).judging(configuration.judging))
    }
  }

  /// Ten thousand tokens at stake for each unit of voting power, or less where that would be more than there may be;
  /// and a thousand tokens for each client.
  private static func endowment(of members: [Member], clients: [PublicKey]) -> Endowment {
    var endowment = Endowment()
    let power = members.reduce(UInt64(1)) { $0 &+ $1.power.rawValue }
    let unit = min(Amount.tokens(10_000).units, Amount.limit.units / 4 / max(1, power))
    endowment.economy.minimumStake = Amount(
      max(1, min(endowment.economy.minimumStake.units, unit)))
    endowment.seats = members.map { member in
      Endowment.Seat(
        id: member.id, key: member.key, owner: member.key,
        stake: Amount(member.power.rawValue &* unit))
    }
    endowment.balances = clients.map { ($0, .tokens(1_000)) }
    return endowment
  }
}
