import Foundation
import Testing
import Witan
import WitanCrypto

// embed
struct Tally: StateMachine {
  var total: UInt8 = 0
  var snapshot: [UInt8] { [total] }
  mutating func restore(_ snapshot: [UInt8]) { total = snapshot.first ?? 0 }
  mutating func apply(_ request: Request, in header: BlockHeader) -> [UInt8] {
    total &+= 1
    return [total]
  }
}

/// One input, and everything that follows from it: what isn't the application's is the network's and the disk's.
func step(
  _ replica: inout Replica, _ app: inout StateMachineHost<Tally>, _ input: Input, at now: Micros
) -> [Effect] {
  var (effects, answers, outside) = (Effects(), [input], [Effect]())
  while !answers.isEmpty {
    replica.handle(answers.removeFirst(), at: now, into: &effects)
    for effect in effects.list {
      if let answer = app.answer(effect, clock: now) {
        answers.append(answer)
      } else {
        outside.append(effect)
      }
    }
    effects.removeAll()
  }
  return outside
}
// embed

@Suite struct EmbeddingTests {
  @Test func theReadmeShowsWhatCompilesHere() throws {
    let here = URL(filePath: #filePath)
    let root = here.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let source = try String(contentsOf: here, encoding: .utf8)
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let compiled = try #require(source.split(separator: "// embed\n").dropFirst().first)
    #expect(readme.contains("```swift\n" + compiled + "```"), "README.md shows other lines")
  }

  @Test func aNetworkOfOneCountsByItself() throws {
    let signer = SimulatedAuthority(seed: 1).signer(0)
    let client = SimulatedAuthority(seed: 1).signer(1)
    let genesis = try Genesis(
      name: "counter", members: [Member(id: 0, key: signer.publicKey)],
      applicationRoot: StateMachineHost.root(of: Tally()))
    var replica = Replica(
      genesis: genesis, identity: 0, signer: signer,
      scheme: .simulated(SimulatedAuthority(seed: 1)))
    var app = StateMachineHost(Tally())
    var effects = Effects()
    replica.start(at: 0, into: &effects)
    for number: UInt64 in 1...3 {
      let request = Request(
        number: number, expiry: 100, operations: [[7]], signer: client, chain: genesis.digest)
      let verified = try replica.verifier.verify(request)
      let outside = step(&replica, &app, .request(verified), at: Micros(number))
      let replies = outside.compactMap { effect -> Reply? in
        if case .reply(let reply) = effect { reply } else { nil }
      }
      #expect(replies.map(\.body.outcome) == [.result([UInt8(number)])])
    }
    #expect(app.machine.total == 3)
  }
}
