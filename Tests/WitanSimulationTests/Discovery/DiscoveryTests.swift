import Testing
import Witan
import WitanCrypto
import WitanDraw
import WitanSimulation

/// How nodes learn of each other, and whom they believe.
@Suite struct DiscoveryTests {
  private let network = DiscoveryTown.network

  /// One node, poked by hand; the others are keys.
  private struct Lone {
    let authority = SimulatedAuthority(seed: 1)
    var node: Discovery
    var now: Micros = .seconds(100)
    var effects: [Discovery.Effect] = []

    init(_ parameters: Discovery.Parameters = .init()) {
      node = Discovery(
        signer: authority.signer(0), scheme: .simulated(authority), network: DiscoveryTown.network,
        address: 0, isDialable: true, bootstrap: [1], parameters: parameters, draw: Draw(seed: 1))
    }

    func record(
      _ key: UInt64, at address: NodeIndex, sequence: UInt64 = 1, isDialable: Bool = true
    ) -> PeerRecord {
      PeerRecord(
        signedBy: authority.signer(key), network: DiscoveryTown.network, address: address,
        sequence: sequence, isDialable: isDialable)
    }

    mutating func give(_ input: Discovery.Input) {
      effects = []
      node.handle(input, at: now, into: &effects)
    }

    mutating func tick(_ count: Int = 1) {
      for _ in 0..<count {
        now = now + .seconds(2)
        give(.tick)
      }
    }

    /// Is asked by the bootstrap machine, asks it in turn, and is told this.
    mutating func tell(_ records: [PeerRecord], from machine: NodeIndex = 1) {
      tick(4)
      give(.received(.found(records, answerer: record(1, at: 1)), from: machine))
    }

    var refusals: [Discovery.Refusal] {
      effects.compactMap { if case .refused(let refusal, _) = $0 { refusal } else { nil } }
    }
  }

  @Test func `from one bootstrap machine everyone comes to know its surroundings`() {
    var parameters = Discovery.Parameters()
    parameters.bucketSize = 16
    var town = DiscoveryTown(honest: 30, parameters: parameters)
    town.run(ticks: 40)
    for node in 0..<30 {
      // At most half and some of all keys fall in one bucket, and 16 of those find room.
      #expect(town.known(to: node).count >= 24)
      #expect(!town.known(to: node).contains(node))
    }
    #expect(town.refused.isEmpty)
  }

  @Test func `liars end alone, and nothing they make up gets to anyone honest`() {
    let honest = 30
    var town = DiscoveryTown(honest: honest, liars: 15) { town, liar in
      (0..<16).map { index in
        // Some make up keys and never forge, so that nobody can find them out.
        let kind = liar % 2 == 0 ? 1 + index % 2 : index % 4
        let victim = town.nodes[(liar * 7 + index) % honest].record
        switch kind {
        // An honest node's record that points to the liar, with the signature of the true one.
        case 0:
          return PeerRecord(
            subject: victim.subject, address: NodeIndex(liar), sequence: victim.sequence + 1,
            isDialable: true, signature: victim.signature)
        // A key of the liar's own at an honest machine.
        case 1:
          return PeerRecord(
            signedBy: town.signer(1_000 * liar + index), network: DiscoveryTown.network,
            address: victim.address, sequence: 9, isDialable: index % 8 < 4)
        // A key of the liar's own where nobody is.
        case 2:
          return PeerRecord(
            signedBy: town.signer(1_000 * liar + index), network: DiscoveryTown.network,
            address: NodeIndex(5_000 + index), sequence: 9, isDialable: index % 8 < 4)
        // A true record of another network.
        default:
          return PeerRecord(
            signedBy: town.signer(liar), network: SHA256.hash([2]), address: NodeIndex(liar),
            sequence: 9, isDialable: true)
        }
      }
    }
    town.run(ticks: 60)
    for node in 0..<honest {
      let truth = Set(town.nodes.map(\.record))
      // What it tells others of is true to the last word.
      #expect(town.nodes[node].confirmed.allSatisfy(truth.contains))
      let others = town.nodes[node].confirmed.count { $0.address.offset < honest }
      #expect(others >= 12)
      #expect(
        town.nodes[node].known.allSatisfy { record in
          record.isAuthentic(.simulated(town.authority), network: network)
        })
    }
    #expect(town.refused.allSatisfy { $0.from.offset >= honest })
    #expect(Set(town.refused.map(\.from)).count == 7)
  }

  @Test func `a moved node is found at its new place, and its old record convinces nobody`() {
    var parameters = Discovery.Parameters()
    // Nobody answers here, and nobody is to be forgotten for it.
    parameters.silences = 100
    var lone = Lone(parameters)
    lone.tell([lone.record(5, at: 5)])
    lone.tell([lone.record(5, at: 6, sequence: 2)])
    #expect(lone.node.known.contains(lone.record(5, at: 6, sequence: 2)))
    lone.tell([lone.record(5, at: 5)])
    let key = lone.authority.signer(5).publicKey
    #expect(lone.refusals == [.stale(key, known: 2, given: 1)])
    lone.tell([lone.record(5, at: 7, sequence: 2)])
    #expect(lone.refusals == [.contradictory(key)])
    #expect(lone.node.known.contains(lone.record(5, at: 6, sequence: 2)))
    #expect(!lone.node.isBanned(1, at: lone.now))
  }

  @Test func `forged, oversized and unasked answers are refused, and three of them end it`() {
    var lone = Lone()
    let truth = lone.record(5, at: 5)
    let forged = PeerRecord(
      subject: truth.subject, address: 6, sequence: 1, isDialable: true, signature: truth.signature)
    lone.tell([forged])
    #expect(lone.refusals == [.forged(truth.subject)])
    lone.tell((2..<40).map { lone.record($0, at: NodeIndex(Int($0))) })
    #expect(lone.refusals == [.oversized(38)])
    #expect(lone.node.known.count == 1)
    lone.give(.received(.found([], answerer: lone.record(1, at: 1)), from: 1))
    #expect(lone.refusals == [.unasked])
    #expect(lone.node.isBanned(1, at: lone.now))
    lone.give(.received(.find(truth.subject, asker: lone.record(1, at: 1)), from: 1))
    #expect(lone.effects.isEmpty)
    lone.now = lone.now + .seconds(3_600)
    lone.give(.received(.find(truth.subject, asker: lone.record(1, at: 1)), from: 1))
    // Its entry went with the ban, so it is new.
    #expect(lone.effects.count == 2)
  }

  @Test func `who asks must speak for itself from where it is`() {
    var lone = Lone()
    let other = lone.record(5, at: 5)
    lone.give(.received(.find(other.subject, asker: other), from: 6))
    #expect(lone.refusals == [.elsewhere(other.subject)])
    #expect(lone.node.known.isEmpty)
    lone.give(.received(.find(other.subject, asker: other), from: 5))
    #expect(lone.node.confirmed == [other])
    #expect(
      lone.effects == [.discovered(other), .send(.found([], answerer: lone.node.record), to: 5)])
  }

  @Test func `others are told only of those that spoke for themselves`() {
    var lone = Lone()
    lone.tell([lone.record(5, at: 5), lone.record(6, at: 6)])
    lone.give(.received(.find(lone.node.record.subject, asker: lone.record(5, at: 5)), from: 5))
    let asker = lone.record(7, at: 7)
    lone.give(.received(.find(asker.subject, asker: asker), from: 7))
    guard case .send(.found(let records, _), _)? = lone.effects.last else {
      Issue.record("no answer")
      return
    }
    #expect(Set(records.map(\.address)) == [1, 5])
  }

  @Test func `newcomers don't push out those who answer, but those who don't`() {
    var parameters = Discovery.Parameters()
    parameters.bucketSize = 1
    var lone = Lone(parameters)
    func meet(_ key: UInt64) {
      let record = lone.record(key, at: NodeIndex(Int(key)))
      lone.give(.received(.find(record.subject, asker: record), from: record.address))
    }
    for key in 1...200 as ClosedRange<UInt64> { meet(key) }
    let first = Set(lone.node.known)
    for key in 201...400 as ClosedRange<UInt64> { meet(key) }
    let kept = Set(lone.node.known).intersection(first)
    #expect(kept == first)
    #expect((6...12).contains(first.count))
    // Nobody answers what it asks.
    lone.tick(20)
    for key in 201...400 as ClosedRange<UInt64> { meet(key) }
    #expect(lone.node.known.count > 4)
    #expect(first.isDisjoint(with: lone.node.known))
  }

  @Test func `one machine has two entries, whatever keys it makes up`() {
    var lone = Lone()
    for key in 10..<60 as Range<UInt64> {
      let record = lone.record(key, at: 9)
      lone.give(.received(.find(record.subject, asker: record), from: 9))
    }
    #expect(lone.node.known.count == 2)
  }

  @Test func `what others say of a machine makes way for what it says itself`() {
    var lone = Lone()
    lone.tell((20..<23).map { lone.record($0, at: 9, isDialable: false) })
    #expect(lone.node.known.count { $0.address == 9 } == 2)
    let truth = lone.record(9, at: 9)
    lone.give(.received(.find(truth.subject, asker: truth), from: 9))
    #expect(lone.node.known.filter { $0.address == 9 } == [truth])
  }

  @Test func `the silent are forgotten, and found again when they come back`() {
    var town = DiscoveryTown(honest: 10)
    town.run(ticks: 20)
    #expect(town.known(to: 3).contains(4))
    town.silent = [4]
    town.run(ticks: 80)
    #expect((0..<10).allSatisfy { $0 == 4 || !town.known(to: $0).contains(4) })
    town.silent = []
    town.run(ticks: 30)
    #expect(town.known(to: 3).contains(4))
  }

  @Test func `the same seed gives the same`() {
    func run() -> [[PeerRecord]] {
      var town = DiscoveryTown(honest: 12)
      town.run(ticks: 15)
      return town.nodes.map(\.known)
    }
    #expect(run() == run())
  }

  @Test func `a record has one form, and any change to it is noticed`() throws {
    let lone = Lone()
    let scheme = SignatureScheme.simulated(lone.authority)
    let record = lone.record(5, at: 258, sequence: 77)
    let bytes = record.encoded
    #expect(bytes.count == PeerRecord.byteCount)
    #expect(try PeerRecord(decoding: bytes) == record)
    #expect(record.isAuthentic(scheme, network: network))
    #expect(!record.isAuthentic(scheme, network: SHA256.hash([9])))
    #expect(Array(bytes[32..<45]) == [2, 1, 0, 0, 77, 0, 0, 0, 0, 0, 0, 0, 1])
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x81
      // Either no record at all, or one that its subject never signed.
      if let record = try? PeerRecord(decoding: changed) {
        #expect(!record.isAuthentic(scheme, network: network))
        #expect(record.encoded == changed)
      }
    }
    for count in bytes.indices {
      #expect(throws: Malformed.truncated) { try PeerRecord(decoding: Array(bytes[..<count])) }
    }
  }
}
