import Testing
import WitanCrypto
import WitanDraw

@testable import Witan

/// Every request runs at most once, by what was executed alone (F12, F13, F15).
@Suite struct SessionTableTests {
  let network: Network

  init() throws { network = try Network() }

  private func parameters(sessions: UInt32 = 8, horizon: UInt64 = 128) -> Parameters {
    var parameters = Parameters()
    parameters.sessionLimit = sessions
    parameters.sessionHorizon = horizon
    return parameters
  }

  private func table(sessions: UInt32 = 8, horizon: UInt64 = 128) -> SessionTable {
    SessionTable(parameters: parameters(sessions: sessions, horizon: horizon))
  }

  /// What a replica does with a request that was ordered at a sequence.
  @discardableResult
  private func execute(
    _ request: Request, at sequence: SequenceNumber, in table: inout SessionTable
  ) -> SessionTable.Judgement {
    table.expire(at: sequence)
    let judgement = table.judge(request, at: sequence)
    if judgement == .run {
      let outcome = Outcome.result([UInt8(truncatingIfNeeded: request.number)])
      table.record(request, outcome: outcome, at: sequence)
    }
    return judgement
  }

  // MARK: Once

  @Test("A request runs once; said again, its own reply comes back")
  func once() {
    var table = table()
    let request = network.request(5)
    #expect(execute(request, at: 1, in: &table) == .run)
    for sequence in [1, 2, 50, 100, 101] as [SequenceNumber] {
      #expect(
        execute(request, at: sequence, in: &table) == .repeated(.result([5]), at: 1),
        "even after its expiry")
    }
  }

  @Test("A client's numbers only rise; they may leave gaps")
  func rising() {
    var table = table()
    #expect(execute(network.request(0), at: 1, in: &table) == .run)
    #expect(execute(network.request(7), at: 2, in: &table) == .run)
    for number in [0, 1, 6] as [UInt64] {
      #expect(execute(network.request(number), at: 3, in: &table) == .refused(.stale))
    }
    #expect(execute(network.request(8), at: 3, in: &table) == .run)
    #expect(execute(network.request(1, client: 1), at: 3, in: &table) == .run)
  }

  @Test("The largest number is the client's last, and traps nobody (F12)")
  func largestNumber() {
    var table = table()
    #expect(execute(network.request(.max), at: 1, in: &table) == .run)
    #expect(
      execute(network.request(.max), at: 2, in: &table) == .repeated(.result([255]), at: 1))
    #expect(execute(network.request(0), at: 2, in: &table) == .refused(.stale))
    #expect(execute(network.request(.max - 1), at: 2, in: &table) == .refused(.stale))
  }

  @Test("A reply answers the request that it was given to, and no other of that number (F13)")
  func otherRequest() {
    var table = table()
    let first = network.request(3, operations: [[1]])
    let second = network.request(3, operations: [[2]])
    execute(first, at: 1, in: &table)
    #expect(execute(second, at: 2, in: &table) == .refused(.stale))
    #expect(execute(first, at: 2, in: &table) == .repeated(.result([3]), at: 1))
  }

  // MARK: Expiry

  @Test("A request runs up to its expiry, if that isn't further ahead than the horizon")
  func expiry() {
    let table = table(horizon: 128)
    func judge(_ expiry: SequenceNumber, at sequence: SequenceNumber) -> SessionTable.Judgement {
      table.judge(network.request(expiry: expiry), at: sequence)
    }
    #expect(judge(10, at: 10) == .run)
    #expect(judge(10, at: 11) == .refused(.expired))
    #expect(judge(0, at: 1) == .refused(.expired))
    #expect(judge(138, at: 10) == .run)
    #expect(judge(139, at: 10) == .refused(.expired))
    let last = SequenceNumber(.max)
    #expect(judge(last, at: 1) == .refused(.expired))
    #expect(judge(last, at: last) == .run)
  }

  @Test("A session is forgotten when all that ran in it has expired, and not before")
  func forgetting() {
    var table = table(horizon: 128)
    let request = network.request(1, expiry: 138)
    #expect(execute(request, at: 10, in: &table) == .run)
    table.expire(at: 138)
    #expect(table.count == 1)
    #expect(execute(request, at: 138, in: &table) == .repeated(.result([1]), at: 10))
    table.expire(at: 139)
    #expect(table.count == 0 && !table.knows(request.client))
    #expect(execute(request, at: 139, in: &table) == .refused(.expired))
  }

  @Test("No replay of anything ever runs, whenever it comes")
  func replays() {
    var draw = Draw(seed: 12)
    var table = table(sessions: 3, horizon: 10)
    var ran: Set<Digest> = []
    var sent: [Request] = []
    for step in UInt64(1)...2_000 {
      let sequence = SequenceNumber(step / 2)
      let request: Request
      if draw.chance(0.6), let old = draw.pick(sent.suffix(60)) {
        request = old
      } else {
        request = network.request(
          draw.integer(in: 0...step / 20), client: draw.choice(upTo: 5),
          expiry: sequence.advanced(by: draw.choice(upTo: 12)))
        sent.append(request)
      }
      if execute(request, at: sequence, in: &table) == .run {
        #expect(ran.insert(request.digest).inserted)
      }
      #expect(table.count <= 3)
    }
    #expect(ran.count > 100)
  }

  // MARK: Room

  @Test("When all places are taken, newcomers wait until one is forgotten")
  func room() {
    var table = table(sessions: 2, horizon: 128)
    execute(network.request(1, client: 0), at: 1, in: &table)
    execute(network.request(1, client: 1), at: 2, in: &table)
    let newcomer = network.request(1, client: 2, expiry: 130)
    #expect(execute(newcomer, at: 3, in: &table) == .refused(.sessionsFull))
    #expect(execute(network.request(2, client: 0), at: 3, in: &table) == .run)
    #expect(execute(newcomer, at: 130, in: &table) == .refused(.sessionsFull))
    #expect(
      execute(network.request(1, client: 2, expiry: 140), at: 131, in: &table) == .run,
      "client 1 was idle since 2, client 0 since 3")
    #expect(!table.knows(network.client(1).publicKey))
  }

  // MARK: The replicated form

  @Test("Two tables that executed the same, one of them restored again and again, stay the same")
  func restored() throws {
    var draw = Draw(seed: 99)
    let parameters = parameters(sessions: 6, horizon: 20)
    var table = SessionTable(parameters: parameters)
    var other = table
    var numbers = [UInt64](repeating: 0, count: 9)
    for step in UInt64(1)...1_500 {
      let sequence = SequenceNumber(step / 3)
      let client = draw.choice(upTo: 8)
      numbers[Int(client)] += draw.choice(upTo: 1)
      let request = network.request(
        numbers[Int(client)], client: client, expiry: sequence.advanced(by: 15))
      #expect(
        execute(request, at: sequence, in: &table) == execute(request, at: sequence, in: &other))
      if step.isMultiple(of: 7) {
        let snapshot = table.snapshot()
        #expect(snapshot == other.snapshot(), "step \(step)")
        other = try SessionTable(parameters: parameters, snapshot: snapshot)
        #expect(other.snapshot() == snapshot && other.count == table.count)
      }
    }
  }

  @Test("A snapshot that no table has is refused")
  func badSnapshots() throws {
    var table = table()
    execute(network.request(1, client: 0), at: 1, in: &table)
    execute(network.request(1, client: 1), at: 2, in: &table)
    let snapshot = table.snapshot()
    let parameters = parameters()
    #expect(try SessionTable(parameters: parameters, snapshot: snapshot).count == 2)
    let size = (snapshot.count - 4) / 2
    let count = Array(snapshot[..<4])
    let first = Array(snapshot[4..<4 + size])
    let second = Array(snapshot[(4 + size)...])
    func fault(_ bytes: [UInt8], sessions: UInt32 = 8) -> Malformed? {
      do throws(Malformed) {
        _ = try SessionTable(parameters: self.parameters(sessions: sessions), snapshot: bytes)
        return nil
      } catch {
        return error
      }
    }
    #expect(fault(count + second + first) == .notCanonical("sessions"), "not in order of age")
    #expect(fault(count + first + first) == .notCanonical("sessions"), "one client twice")
    #expect(fault(snapshot + [0]) == .trailingBytes(1))
    #expect(fault([]) == .truncated)
    #expect(
      fault([9, 0, 0, 0] + snapshot.dropFirst(4))
        == .tooLong("sessions", count: 9, limit: 8))
    #expect(fault(snapshot, sessions: 1) == .tooLong("sessions", count: 2, limit: 1))
    for length in snapshot.indices { #expect(fault(Array(snapshot[..<length])) != nil) }
  }

  @Test("The largest snapshot that parameters allow is as large as they say")
  func snapshotLimit() {
    var table = table(sessions: 3)
    for client in UInt64(0)..<3 {
      table.record(
        network.request(1, client: client), outcome: .result(Array(repeating: 0, count: 100)),
        at: 1)
    }
    #expect(
      UInt64(table.snapshot().count) == SessionTable.snapshotLimit(sessions: 3, replyBytes: 100))
  }

  @Test("One idle session doesn't make a hundred thousand requests of others be remembered")
  func memory() {
    var table = table(sessions: 4, horizon: 1 << 40)
    table.record(network.request(1, client: 0), outcome: .result([]), at: 1)
    let busy = network.request(1, client: 1)
    for number in UInt64(0)..<100_000 {
      let request = Request(
        client: busy.client, number: number, expiry: 1, operations: [], signature: busy.signature)
      table.record(request, outcome: .result([]), at: SequenceNumber(2 + number))
    }
    #expect(table.count == 2)
    #expect(table.remembered <= 2 * 2 + 1_024)
  }
}
