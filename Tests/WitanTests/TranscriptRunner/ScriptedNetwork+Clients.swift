@testable import Witan
import WitanCrypto
import WitanSimulation

/// What clients ask, and what requests are made of.
extension ScriptedNetwork {
  /// The signer of a client such as `c1`.
  mutating func client(_ name: String) throws -> Signer {
    guard name.first == "c", let number = UInt64(name.dropFirst()) else {
      throw CommandError("expected a client such as c1, found \(name)")
    }
    let signer = authority.signer(1_000 + number)
    names.add(client: signer.publicKey, name)
    return signer
  }

  /// The signer of a replica, with its first key or a later one.
  func signer(of id: ReplicaID, version: UInt64) -> Signer {
    authority.signer(UInt64(id.rawValue) + 100 * version)
  }

  /// `c1 1 "put k v" [expires=9] [by c2]`: a request, with a key that may not be its client's.
  private mutating func makeRequest(_ words: inout Words) throws -> Request {
    let name = try words.take("a client")
    let signer = try client(name)
    let number = try Words.count(try words.take("the request's number"))
    let operation = try operation(try words.take("an operation"))
    let expiry = try words.option("expires").map(Words.count) ?? usualExpiry
    let request = Request(
      number: number, expiry: SequenceNumber(expiry), operations: [operation], signer: signer,
      chain: genesis.digest)
    guard words.takes("by") else {
      names.add(request)
      return request
    }
    let other = try client(try words.take("a client"))
    let stolen = Request(
      number: number, expiry: SequenceNumber(expiry), operations: [operation], signer: other,
      chain: genesis.digest)
    let forged = Request(
      client: signer.publicKey, number: number, expiry: SequenceNumber(expiry),
      operations: [operation], signature: stolen.signature)
    names.add(forged)
    return forged
  }

  /// Half a horizon from where the furthest replica stands.
  private var usualExpiry: UInt64 {
    let executed = nodes.map(\.replica.executed.rawValue).max() ?? 0
    return executed + genesis.parameters.sessionHorizon / 2
  }

  private func operation(_ text: String) throws -> [UInt8] {
    let parts = text.split(separator: " ").map { Array($0.utf8) }
    switch (text.split(separator: " ").first, parts.count) {
    case ("put"?, 3): return KeyValueStore.Operation.put(key: parts[1], value: parts[2]).bytes
    case ("get"?, 2): return KeyValueStore.Operation.get(key: parts[1]).bytes
    case ("members"?, 2...):
      let members = try text.split(separator: " ").dropFirst().map { try member(String($0)) }
      return KeyValueStore.Operation.reconfigure(members).bytes
    default: return Array(text.utf8)
    }
  }

  /// `r3`, `r3*2` with a weight, `r3/1` with its second key.
  private func member(_ text: String) throws -> Member {
    let weighted = text.split(separator: "*")
    let keyed = weighted[0].split(separator: "/")
    guard keyed[0].first == "r", let number = UInt32(keyed[0].dropFirst()) else {
      throw CommandError("expected a member such as r3, r3*2 or r3/1, found \(text)")
    }
    let power = weighted.count > 1 ? try Words.count(String(weighted[1])) : 1
    let version = keyed.count > 1 ? try Words.count(String(keyed[1])) : 0
    let id = ReplicaID(number)
    return Member(
      id: id, key: signer(of: id, version: version).publicKey, power: VotingPower(power))
  }

  mutating func request(_ words: inout Words) throws {
    let request = try makeRequest(&words)
    let name = names.name(of: request.digest)
    let client = names.name(ofClient: request.client)
    for id in try targets(&words) {
      let index = try index(of: id)
      guard nodes[index].isUp else { continue }
      begin("\("\(id) <- \(client)".padding(to: 13)) REQUEST \(name)") { network in
        do throws(Rejection) {
          let verified = try network.nodes[index].replica.verifier.verify(request)
          network.handle(.request(verified), at: index)
        } catch {
          network.output.append("  \("verifier".padding(to: 11)) \(error)")
        }
      }
    }
  }

  /// `order 4 [but …]`: so many requests of client c0 come to all and are ordered, one after another.
  mutating func order(_ words: inout Words) throws {
    let count = try Words.count(try words.take("a number of blocks"))
    let excluded = try exclusions(&words)
    for _ in 0..<count {
      ordered += 1
      var request = try Words("c0 \(ordered) \"put n \(ordered)\" to all")
      try self.request(&request)
      try deliverAll(but: excluded)
    }
  }

  /// `flood c1 600 of 65536 to r1`: so many requests of so many bytes, of which only the numbers are shown.
  mutating func flood(_ words: inout Words) throws {
    let name = try words.take("a client")
    let signer = try client(name)
    let count = try Words.count(try words.take("a number of requests"))
    try words.expect("of")
    let size = try Words.count(try words.take("a number of bytes"))
    for id in try targets(&words) {
      let index = try index(of: id)
      let shown = output
      for number in 1...count {
        let request = Request(
          number: number, expiry: 100,
          operations: [[UInt8](repeating: UInt8(truncatingIfNeeded: number), count: Int(size))],
          signer: signer, chain: genesis.digest)
        handle(.request(try nodes[index].replica.verifier.verify(request)), at: index)
      }
      let lines = output.dropFirst(shown.count)
      let taken = lines.count { $0.hasPrefix("  offers") }
      output = shown
      output.append(
        "\(id) <- \(name)      \(count) requests of \(size) bytes: \(taken) are offered")
      output += lines.last.map { [$0] } ?? []
    }
  }

  /// `to all` or `to r0,r2`.
  func targets(_ words: inout Words) throws -> [ReplicaID] {
    try words.expect("to")
    return words.takes("all") ? nodes.map(\.id) : try words.replicas()
  }

  mutating func query(_ words: inout Words) throws {
    let name = try words.take("a client")
    let signer = try client(name)
    let number = try Words.count(try words.take("the query's number"))
    let content = Array(try words.take("a key").utf8)
    let since = try words.option("since").map(Words.count)
    let known = try words.option("knows").map(Words.count) ?? 0
    let isFast = words.flag("fast")
    guard isFast != (since != nil) else { throw CommandError("expected fast, or since=<n>") }
    let query = Query(
      number: number, mode: since.map { .certified(since: SequenceNumber($0)) } ?? .fast,
      knownEpoch: Epoch(known), content: content, signer: signer, chain: genesis.digest)
    let key = String(decoding: content, as: UTF8.self)
    for id in try targets(&words) {
      let index = try index(of: id)
      let event = "\("\(id) <- \(name)".padding(to: 13)) QUERY \(name)?\(number) \"\(key)\""
      begin(event) { network in
        guard let verified = try? network.nodes[index].replica.verifier.verify(query) else {
          return
        }
        network.handle(.query(verified), at: index)
      }
    }
  }

  /// `sign c2 1 "put k w" [by c3]`: a request that nobody sends.
  mutating func sign(_ words: inout Words) throws {
    let request = try makeRequest(&words)
    output.append("\(names.name(of: request.digest)) exists")
  }

  /// `block n1 after genesis by r0 [time=5ms] [epoch=1] c1#1 c2#1`: a block that nobody sends.
  mutating func makeBlock(_ words: inout Words) throws {
    let time = try words.option("time").map(Words.span)
    let epoch = try words.option("epoch").map(Words.count) ?? 0
    let height = SequenceNumber(try words.number("n", "a sequence"))
    try words.expect("after")
    let parent = try words.take("a block")
    guard let previous = names.digests[parent] else {
      throw CommandError("expected a block that was seen, found \(parent)")
    }
    try words.expect("by")
    let proposer = try words.replica()
    let requests = try words.takeAll().map { name in
      guard let request = names.requests[name] else {
        throw CommandError("expected a request that was seen, found \(name)")
      }
      return request
    }
    let block = Block(
      height: height, previous: previous, proposer: proposer, timestamp: time ?? now,
      epoch: Epoch(epoch), requests: requests)
    names.add(block)
    output.append("\(notation.proposal(block)) by \(proposer)")
  }
}
