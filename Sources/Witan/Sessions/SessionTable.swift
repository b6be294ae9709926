import WitanCrypto

/// The clients' sessions: what makes every request run at most once. The table is replicated state, changed
/// by executed order alone and certified by checkpoints, so that all replicas decide alike.
///
/// A request runs if its number is above every one of its client's that ran, and if its expiry is neither
/// past nor more than a horizon ahead. A session is forgotten once it was idle for a horizon: every request
/// that ran in it expired by then, so that no replay of one can run again.
public struct SessionTable: Sendable {
  /// What is remembered of a client.
  struct Session: Equatable, Sendable {
    /// The highest number that ran.
    var number: UInt64
    /// The request that ran under it: what came of it answers no other (F13).
    var request: Digest
    /// Where it ran.
    var sequence: SequenceNumber
    /// What came of it, for a client that asks again.
    var outcome: Outcome
  }

  /// What is to be done with a request at a sequence.
  enum Judgement: Equatable {
    case run
    /// It ran already; this is what was replied.
    case repeated(Outcome, at: SequenceNumber)
    case refused(Refusal)
  }

  /// What a session takes in a snapshot, but for its reply.
  static let minimumSize = 32 + 8 + 32 + 8 + 1

  /// The most bytes a snapshot can have, with replies of at most this size.
  static func snapshotLimit(sessions: UInt32, replyBytes: UInt32) -> UInt64 {
    4 + UInt64(sessions) * (UInt64(minimumSize) + 4 + UInt64(replyBytes))
  }

  private let limit: Int
  private let horizon: UInt64
  private var sessions: [PublicKey: Session] = [:]
  /// Clients by when they last ran, oldest first; entries overtaken by a later run are skipped.
  private var byAge: [(sequence: SequenceNumber, client: PublicKey)] = []
  private var oldest = 0

  init(parameters: Parameters) {
    limit = Int(parameters.sessionLimit)
    horizon = parameters.sessionHorizon
  }

  /// How many sessions are remembered.
  public var count: Int { sessions.count }

  /// How many entries the order of age holds, overtaken ones included; bounded by the sessions.
  var remembered: Int { byAge.count }

  /// What is to be done with a request, were it executed at this sequence.
  func judge(_ request: Request, at sequence: SequenceNumber) -> Judgement {
    let session = sessions.index(forKey: request.client)
    if let session, request.number <= sessions.values[session].number {
      let last = sessions.values[session]
      guard request.number == last.number, request.digest == last.request else {
        return .refused(.stale)
      }
      return .repeated(last.outcome, at: last.sequence)
    }
    guard request.expiry >= sequence, request.expiry.distance(after: sequence) <= horizon else {
      return .refused(.expired)
    }
    if session == nil, room < 1 { return .refused(.sessionsFull) }
    return .run
  }

  /// Notes that a request ran and what came of it.
  mutating func record(_ request: Request, outcome: Outcome, at sequence: SequenceNumber) {
    let session = Session(
      number: request.number, request: request.digest, sequence: sequence, outcome: outcome)
    let before = sessions.updateValue(session, forKey: request.client)
    // A client that is alone overtakes the oldest entry each time.
    if let before, oldest < byAge.count, byAge[oldest] == (before.sequence, request.client) {
      oldest += 1
    }
    byAge.append((sequence, request.client))
    skipOvertaken()
    // One idle session would hold back all entries after it: drop the overtaken ones now and then, at a
    // constant cost a request.
    if byAge.count > 2 * sessions.count + 1_024 {
      byAge = inOrderOfAge()
      oldest = 0
    }
  }

  /// Every session once, in the order in which they would be forgotten.
  private func inOrderOfAge() -> [(sequence: SequenceNumber, client: PublicKey)] {
    var seen: Set<PublicKey> = []
    seen.reserveCapacity(sessions.count)
    return byAge[oldest...].filter {
      sessions[$0.client]?.sequence == $0.sequence && seen.insert($0.client).inserted
    }
  }

  /// Whether the client has a session.
  func knows(_ client: PublicKey) -> Bool { sessions[client] != nil }

  /// How many newcomers find a place.
  var room: Int { limit - sessions.count }

  /// Forgets the sessions that were idle for a horizon; done before each block is executed.
  mutating func expire(at sequence: SequenceNumber) {
    while oldest < byAge.count, sequence.distance(after: byAge[oldest].sequence) > horizon {
      let (last, client) = byAge[oldest]
      if sessions[client]?.sequence == last { sessions[client] = nil }
      oldest += 1
    }
  }

  /// The last entry is new, and can't be overtaken.
  private mutating func skipOvertaken() {
    while oldest < byAge.count - 1,
      sessions[byAge[oldest].client]?.sequence != byAge[oldest].sequence
    {
      oldest += 1
    }
  }

  // MARK: The replicated form

  /// The sessions' bytes, in the order in which they would be forgotten: that order is replicated too.
  func snapshot() -> [UInt8] {
    var writer = ByteWriter()
    writer.reserve(4 + sessions.count * 128)
    writer.writeCount(sessions.count)
    for (sequence, client) in inOrderOfAge() {
      guard let session = sessions[client] else { continue }
      writer.write(client)
      writer.write(session.number)
      writer.write(session.request)
      writer.write(sequence)
      writer.write(session.outcome)
    }
    return writer.finish()
  }

  /// The sessions of a snapshot; refuses bytes that no table has.
  init(parameters: Parameters, snapshot: [UInt8]) throws(Malformed) {
    self.init(parameters: parameters)
    let entries = try snapshot.withUnsafeBytesOrMalformed {
      bytes throws(Malformed) -> [(PublicKey, Session)] in
      var reader = ByteReader(bytes)
      let count = try reader.readCount("sessions", limit: limit, minimumSize: Self.minimumSize)
      var entries: [(PublicKey, Session)] = []
      entries.reserveCapacity(count)
      for _ in 0..<count {
        let client: PublicKey = try reader.readFixed()
        let number = try reader.readUInt64()
        let request: Digest = try reader.readFixed()
        let sequence = try SequenceNumber(from: &reader)
        let outcome = try Outcome(from: &reader)
        let session = Session(
          number: number, request: request, sequence: sequence, outcome: outcome)
        entries.append((client, session))
      }
      try reader.finish()
      return entries
    }
    for (client, session) in entries {
      guard sessions.updateValue(session, forKey: client) == nil else {
        throw .notCanonical("sessions")
      }
      byAge.append((session.sequence, client))
    }
    let ages = byAge.map(\.sequence)
    guard zip(ages, ages.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw .notCanonical("sessions")
    }
  }
}
