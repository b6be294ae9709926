import Foundation
import Testing
import Witan
import WitanCrypto

// embed
struct Node<Application: StateMachine> {
  var replica: Replica
  var app: StateMachineHost<Application>

  /// What follows from inputs: what the application answers goes back in, the rest is yours to perform.
  mutating func step(_ inputs: [Input], at now: Micros) -> [Effect] {
    var effects = Effects()
    for input in inputs { replica.handle(input, at: now, into: &effects) }
    let answers = effects.list.compactMap { app.answer($0, clock: now) }
    return answers.isEmpty ? effects.list : effects.list + step(answers, at: now)
  }
}
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
    var effects = Effects()
    replica.start(at: 0, into: &effects)
    var node = Node(replica: replica, app: StateMachineHost(Tally()))
    for number: UInt64 in 1...3 {
      let request = Request(
        number: number, expiry: 100, operations: [[7]], signer: client, chain: genesis.digest)
      let verified = try node.replica.verifier.verify(request)
      let performed = node.step([.request(verified)], at: Micros(number))
      let replies = performed.compactMap { effect -> Reply? in
        if case .reply(let reply) = effect { reply } else { nil }
      }
      #expect(replies.map(\.body.outcome) == [.result([UInt8(number)])])
    }
    #expect(node.app.machine.total == 3)
  }
}
