import Witan
import WitanCrypto
import WitanLedger
import WitanProofs

/// Leads as slowly as it can get away with: each proposal leaves when most of the others' patience is used up.
struct SlowLeader: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    var delay: Micros = 0
    if case .prePrepare = message { delay = scene.patience * 3 / 4 }
    scene.pass(message, to: Audience(receiver), after: delay)
  }
}

/// Proposes what some clients ask, and nothing of every second client that it meets.
struct Censor: Adversary {
  private var clients: [PublicKey] = []
  private var askers: [Digest: PublicKey] = [:]

  /// So many clients and requests are remembered; what is beyond isn't censored.
  private static let limit = 65_536

  mutating func answer(
    _ effect: Effect, honestly input: Input?, _ scene: inout Scene
  ) -> Input? {
    switch (effect, input) {
    case (.offer(let request), _) where askers.count < Self.limit:
      askers[request.digest] = request.client
      if !clients.contains(request.client) { clients.append(request.client) }
    case (.withdraw(let digests), _):
      for digest in digests { askers[digest] = nil }
    case (_, .assembled(let digests, let timestamp)?):
      return .assembled(digests.filter { !isCensored($0) }, timestamp: timestamp)
    default: break
    }
    return input
  }

  private func isCensored(_ digest: Digest) -> Bool {
    guard let client = askers[digest], let index = clients.firstIndex(of: client) else {
      return false
    }
    return index.isMultiple(of: 2)
  }
}

/// Proposes blocks that no correct replica votes for: with a request that the application refuses, from the future,
/// on a block that isn't the one before, with a request that its client didn't sign, with claims that don't hold, and so
/// on.
struct InvalidProposer: Adversary {
  private var number: UInt64 = 0

  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    guard case .prePrepare(let proposal) = message,
      let block = spoilt(proposal.body, &scene), let other = scene.reseal(proposal, block)
    else { return scene.pass(message, to: Audience(receiver)) }
    scene.pass(.prePrepare(other), to: Audience(receiver))
  }

  private mutating func spoilt(_ block: Block, _ scene: inout Scene) -> Block? {
    let header = block.header
    switch scene.draw.integer(in: 0...9) {
    case 0: return block.with(timestamp: header.timestamp + .seconds(3_600))
    case 1: return block.with(previous: header.previous.madeUp)
    case 2: return block.with(requests: unsigned(block.requests))
    case 3: return block.with(requests: block.requests + block.requests.prefix(1))
    case 4: return block.with(requests: [])
    case 5: return block.with(proposer: scene.others.first)
    case 6: return block.with(epoch: header.epoch.next)
    default:
      number += 1
      let operations =
        scene.examiner.flatMap { falseClaims(by: $0, scene) }
        ?? [KeyValueStore.Operation.impossible.bytes]
      let limit = max(1, Int(scene.parameters.blockRequestLimit))
      return scene.request(number, operations).map {
        block.with(requests: block.requests.prefix(limit - 1) + [$0])
      }
    }
  }

  /// Claims that a correct replica votes for in no block: refuted, signed by nobody, over budget, at odds with each other,
  /// meant for the solver's files, or none at all.
  private func falseClaims(by examiner: BlockExaminer, _ scene: Scene) -> [[UInt8]]? {
    guard let author = scene.signer(of: scene.id) else { return nil }
    func claim(
      _ script: String, budget: UInt32 = 1_000, title: String = "a lie", spends: [Spend] = []
    ) -> SignedClaim? {
      ClaimMill.signed(
        "(set-info :status unsat)" + script, title, budget: budget, spends: spends, by: author,
        chain: scene.chain)
    }
    let claims: [SignedClaim?]
    switch number % 6 {
    case 0: claims = [ClaimMill.falseClaim(number, by: author, chain: scene.chain)]
    case 1:
      claims = [
        claim("(assert false)").map {
          SignedClaim(
            $0.claim, author: author.publicKey, signature: Signature(), countersignatures: [])
        }
      ]
    case 2: claims = [claim("(assert false)", budget: examiner.rules.claimBudget &+ 1)]
    case 3:
      let coin = Spend(owner: author.publicKey, thing: SHA256.hash([1]))
      claims = ["once", "twice"].map { claim("(assert false)", title: $0, spends: [coin]) }
    case 4:
      claims = [claim("(set-option :regular-output-channel \"witan-was-here\")(assert false)")]
    default:
      return ClaimMill.claim(number, by: author, chain: scene.chain).map {
        [LedgerOperation.prove($0).encoded.dropLast()].map(Array.init)
      }
    }
    return claims.compactMap { $0.map { LedgerOperation.prove($0).encoded } }
  }

  private func unsigned(_ requests: [Request]) -> [Request] {
    guard let first = requests.first else { return [] }
    let other = Request(
      client: first.client, number: first.number.addingReportingOverflow(1).partialValue,
      expiry: first.expiry, operations: first.operations, signature: first.signature)
    return [other] + requests.dropFirst()
  }
}

/// Refuses valid blocks and takes invalid ones.
struct WrongJudge: Adversary {
  mutating func answer(
    _ effect: Effect, honestly input: Input?, _ scene: inout Scene
  ) -> Input? {
    guard case .validated(let digest, let verdict)? = input else { return input }
    let lie = InvalidBlock(code: 666, "the judge was bought")
    return .validated(digest, verdict == .valid ? .invalid(lie) : .valid)
  }
}
