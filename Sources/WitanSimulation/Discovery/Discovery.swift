import Witan
import WitanCrypto
import WitanDraw

/// How one node learns of others from a few that it was told of: a value that takes inputs and gives effects.
///
/// It asks those it knows for whom they know near some key, and answers when asked. Every record is signed by
/// its subject and checked before it is kept; a node tells others only of those that spoke to it themselves
/// from the address in their record. So a liar can withhold, but nothing it makes up gets any further.
///
/// | input | what it does |
/// |---|---|
/// | `tick` | gives up on silent nodes, forgets those long unheard of, asks the ones it asked longest ago |
/// | `received` find | the asker's own record is kept and it is answered |
/// | `received` found | if it was asked for: the answerer is confirmed, what it tells of is checked and kept |
/// | `moved` | a newer record of this node's own |
public struct Discovery: Sendable {
  /// How a node discovers others.
  public struct Parameters: Hashable, Sendable {
    /// The most nodes kept in a bucket.
    public var bucketSize = 8
    /// The most records in an answer.
    public var answerLimit = 16
    /// How many nodes are asked at a tick.
    public var parallel = 3
    /// How long a node has to answer.
    public var patience: Micros = .seconds(5)
    /// After how many silences in a row a node is forgotten.
    public var silences = 3
    /// After how long without a word a node is forgotten.
    public var expiry: Micros = .seconds(3_600)
    /// How many offences of a machine are borne before nothing of it is heard.
    public var offenceLimit = 3
    /// For how long nothing of it is heard then.
    public var ban: Micros = .seconds(3_600)

    /// The defaults.
    public init() {}
  }

  /// What nodes say to each other.
  public enum Message: Hashable, Sendable {
    /// Whom do you know near this key? The asker says who it is.
    case find(PublicKey, asker: PeerRecord)
    /// These; and who answers.
    case found([PeerRecord], answerer: PeerRecord)
  }

  /// What happens to a node.
  public enum Input: Sendable {
    /// Some time passed: a few seconds.
    case tick
    /// A machine sent this.
    case received(Message, from: NodeIndex)
    /// This node runs elsewhere, or can be dialled now, or no longer.
    case moved(to: NodeIndex, isDialable: Bool)
  }

  /// What a node wants done.
  public enum Effect: Hashable, Sendable {
    /// Send this to a machine.
    case send(Message, to: NodeIndex)
    /// A node is known that wasn't, or more recently.
    case discovered(PeerRecord)
    /// A node is no longer known.
    case forgot(PublicKey)
    /// What a machine sent was refused.
    case refused(Refusal, from: NodeIndex)
  }

  /// Why something was refused.
  public enum Refusal: Hashable, Sendable {
    /// The subject never said this.
    case forged(PublicKey)
    /// A newer record of the subject is known.
    case stale(PublicKey, known: UInt64, given: UInt64)
    /// The subject said something else under the same number.
    case contradictory(PublicKey)
    /// It speaks for a node that runs elsewhere.
    case elsewhere(PublicKey)
    /// More records than an answer may have.
    case oversized(Int)
    /// An answer that nobody asked for.
    case unasked

    /// Whether its sender should have known. An old record isn't one: news takes time.
    public var isOffence: Bool {
      switch self {
      case .forged, .oversized, .unasked, .elsewhere: true
      case .stale, .contradictory: false
      }
    }
  }

  /// The most machines whose offences are remembered; the first is forgotten for a new one.
  static let offenderLimit = 256

  private struct Question: Sendable {
    let machine: NodeIndex
    /// Whom it was meant for; nobody in particular when a bootstrap machine is asked.
    let subject: PublicKey?
    let due: Micros
    /// Whom it was asked for, in a quest.
    var target: PublicKey?
  }

  private struct Offender: Sendable {
    let machine: NodeIndex
    var offences: Int
    var last: Micros
  }

  /// This node's own record.
  public private(set) var record: PeerRecord
  private let parameters: Parameters
  private let signer: Signer
  private let scheme: SignatureScheme
  private let network: Digest
  private let bootstrap: [NodeIndex]
  private let sought: [PublicKey]
  private var draw: Draw
  private var table: RecordTable
  private var questions: [Question] = []
  private var offenders: [Offender] = []
  private var quest: Quest?
  private var quests = 0
  private var ticks = 0

  /// A node that knows only machines to begin with, and looks for those with these keys above all.
  public init(
    signer: Signer, scheme: SignatureScheme, network: Digest, address: NodeIndex, isDialable: Bool,
    bootstrap: [NodeIndex], sought: [PublicKey] = [], parameters: Parameters = .init(), draw: Draw
  ) {
    self.signer = signer
    self.scheme = scheme
    self.network = network
    self.parameters = parameters
    self.bootstrap = bootstrap.filter { $0 != address }
    self.sought = sought.filter { $0 != signer.publicKey }
    self.draw = draw.split("discovery")
    record = PeerRecord(
      signedBy: signer, network: network, address: address, sequence: 1, isDialable: isDialable)
    table = RecordTable(
      own: signer.publicKey, bucketSize: parameters.bucketSize, sought: Set(self.sought))
  }

  /// The records that are kept, each checked.
  public var known: [PeerRecord] { table.entries.map(\.record) }

  /// The records of those that spoke for themselves.
  public var confirmed: [PeerRecord] { table.entries.filter(\.isConfirmed).map(\.record) }

  /// Whether nothing of a machine is heard.
  public func isBanned(_ machine: NodeIndex, at now: Micros) -> Bool {
    offenders.contains {
      $0.machine == machine && $0.offences >= parameters.offenceLimit
        && now - $0.last < parameters.ban
    }
  }

  /// Takes an input at a time, which never goes back, and appends what is to be done.
  public mutating func handle(_ input: Input, at now: Micros, into effects: inout [Effect]) {
    switch input {
    case .tick: tick(at: now, into: &effects)
    case .moved(let address, let isDialable):
      record = PeerRecord(
        signedBy: signer, network: network, address: address, sequence: record.sequence + 1,
        isDialable: isDialable)
    case .received(let message, let machine):
      guard !isBanned(machine, at: now) else { return }
      receive(message, from: machine, at: now, into: &effects)
    }
  }
}

// MARK: - Asking

extension Discovery {
  private mutating func tick(at now: Micros, into effects: inout [Effect]) {
    ticks += 1
    let late = questions.filter { $0.due <= now }
    questions.removeAll { $0.due <= now }
    for subject in late.compactMap(\.subject) { table.update(subject) { $0.failures += 1 } }
    let (silences, expiry) = (parameters.silences, parameters.expiry)
    let gone = table.removeAll { $0.failures >= silences || now - $0.heard > expiry }
    effects += gone.map(Effect.forgot)
    offenders.removeAll { now - $0.last >= parameters.ban }
    ask(at: now, into: &effects)
    if !sought.isEmpty { seek(at: now, into: &effects) }
  }

  private mutating func ask(at now: Micros, into effects: inout [Effect]) {
    let busy = questions.map(\.machine)
    let askable = table.entries.filter {
      $0.record.isDialable && !busy.contains($0.record.address)
        && !isBanned($0.record.address, at: now)
    }
    // Sorting keeps the order of equals, and so is the same everywhere.
    let next = askable.sorted { ($0.asked ?? 0) < ($1.asked ?? 0) }.prefix(parameters.parallel)
    for entry in next {
      table.update(entry.record.subject) { $0.asked = now }
      ask(entry.record.address, subject: entry.record.subject, at: now, into: &effects)
    }
    // Those it was told of in the beginning can't be talked out of it: they are asked again and again.
    guard next.count < parameters.parallel || ticks.isMultiple(of: 8) else { return }
    guard let machine = draw.pick(bootstrap), !questions.contains(where: { $0.machine == machine })
    else { return }
    ask(machine, subject: nil, at: now, into: &effects)
  }

  private mutating func ask(
    _ machine: NodeIndex, subject: PublicKey?, at now: Micros, into effects: inout [Effect]
  ) {
    questions.append(Question(machine: machine, subject: subject, due: now + parameters.patience))
    // Half of the time its own surroundings, which few others know; else anywhere.
    var target = record.subject
    if draw.chance(0.5) {
      let words = (0..<4).map { _ in draw.next() }
      target =
        PublicKey(
          bytes: words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
          }) ?? target
    }
    effects.append(.send(.find(target, asker: record), to: machine))
  }
}

// MARK: - Seeking

extension Discovery {
  /// Goes on with the search for one that is sought, or begins one for another that isn't known. Now and then it looks
  /// for its own key: those that are nearest to it learn of this node then, and are whom others will ask for it.
  private mutating func seek(at now: Micros, into effects: inout [Effect]) {
    if let quest, quest.isOver || table.entry(of: quest.target) != nil { self.quest = nil }
    if quest == nil {
      let missing = sought.filter { table.entry(of: $0) == nil }
      guard let sought = draw.pick(missing) else { return }
      let target = quests.isMultiple(of: 4) ? record.subject : sought
      let nearest = table.nearest(to: target, count: parameters.answerLimit)
      let leads = nearest.filter(\.isDialable)
      guard !leads.isEmpty else { return }
      quests += 1
      quest = Quest(target: target, leads: leads)
    }
    for _ in 0..<parameters.parallel { askLead(at: now, into: &effects) }
  }

  private mutating func askLead(at now: Micros, into effects: inout [Effect]) {
    while let target = quest?.target, quest?.isOver == false, let lead = quest?.leads.removeFirst()
    {
      quest?.asked.append(lead.subject)
      guard lead.subject != record.subject, !isBanned(lead.address, at: now),
        !questions.contains(where: { $0.machine == lead.address })
      else { continue }
      questions.append(
        Question(
          machine: lead.address, subject: lead.subject, due: now + parameters.patience,
          target: target))
      return effects.append(.send(.find(target, asker: record), to: lead.address))
    }
  }

  /// An answer came: if it was part of a quest that isn't at its goal, the next is asked.
  private mutating func follow(
    _ question: Question, at now: Micros, into effects: inout [Effect]
  ) {
    guard let target = question.target, target == quest?.target else { return }
    if table.entry(of: target) != nil {
      quest = nil
    } else {
      askLead(at: now, into: &effects)
    }
  }
}

// MARK: - Hearing

extension Discovery {
  private mutating func receive(
    _ message: Message, from machine: NodeIndex, at now: Micros, into effects: inout [Effect]
  ) {
    switch message {
    case .find(let target, let asker):
      guard introduce(asker, from: machine, at: now, into: &effects) else { return }
      let answer = table.nearest(to: target, count: parameters.answerLimit).filter {
        $0.subject != asker.subject
      }
      effects.append(.send(.found(answer, answerer: record), to: machine))
    case .found(let records, let answerer):
      guard let index = questions.firstIndex(where: { $0.machine == machine }) else {
        return refuse(.unasked, from: machine, at: now, into: &effects)
      }
      let question = questions.remove(at: index)
      guard records.count <= parameters.answerLimit else {
        return refuse(.oversized(records.count), from: machine, at: now, into: &effects)
      }
      defer { follow(question, at: now, into: &effects) }
      if let subject = question.subject, subject != answerer.subject {
        // Somebody else answers where this one was said to be.
        effects += table.removeAll { $0.record.subject == subject }.map(Effect.forgot)
      }
      guard introduce(answerer, from: machine, at: now, into: &effects) else { return }
      for record in records {
        guard !isBanned(machine, at: now) else { return }
        let isSo = consider(record, speaker: nil, from: machine, at: now, into: &effects)
        if isSo, question.target == quest?.target {
          quest?.note(record, limit: parameters.answerLimit)
        }
      }
    }
  }

  /// Hears who a machine says it is; whether that may be so.
  private mutating func introduce(
    _ record: PeerRecord, from machine: NodeIndex, at now: Micros, into effects: inout [Effect]
  ) -> Bool {
    guard record.address == machine else {
      refuse(.elsewhere(record.subject), from: machine, at: now, into: &effects)
      return false
    }
    return consider(record, speaker: machine, from: machine, at: now, into: &effects)
  }

  /// Checks a record and keeps it if it is news; whether it is what its subject says, as far as is known.
  private mutating func consider(
    _ record: PeerRecord, speaker: NodeIndex?, from machine: NodeIndex, at now: Micros,
    into effects: inout [Effect]
  ) -> Bool {
    guard record.subject != self.record.subject else { return speaker == nil }
    let known = table.entry(of: record.subject)
    if known?.record != record {
      guard record.isAuthentic(scheme, network: network) else {
        refuse(.forged(record.subject), from: machine, at: now, into: &effects)
        return false
      }
      if let known, record.sequence <= known.record.sequence {
        let sequence = known.record.sequence
        let refusal: Refusal =
          record.sequence == sequence
          ? .contradictory(record.subject)
          : .stale(record.subject, known: sequence, given: record.sequence)
        refuse(refusal, from: machine, at: now, into: &effects)
        return false
      }
      guard keep(record, isNew: known == nil, speaker: speaker, at: now, into: &effects) else {
        return true
      }
    }
    if speaker != nil {
      table.update(record.subject) { ($0.heard, $0.failures, $0.isConfirmed) = (now, 0, true) }
    }
    return true
  }

  /// Whether there was room for it.
  private mutating func keep(
    _ record: PeerRecord, isNew: Bool, speaker: NodeIndex?, at now: Micros,
    into effects: inout [Effect]
  ) -> Bool {
    if let speaker {
      // What others said of this machine makes way for what it says itself.
      let hearsay = table.removeAll {
        $0.record.address == speaker && !$0.isConfirmed && $0.record.subject != record.subject
      }
      effects += hearsay.map(Effect.forgot)
    }
    guard !isBanned(record.address, at: now) else { return false }
    if isNew {
      let entry = RecordTable.Entry(record, heard: now, isConfirmed: speaker != nil)
      let (isStored, removed) = table.insert(entry)
      if let removed { effects.append(.forgot(removed)) }
      guard isStored else { return false }
    } else {
      // What it said before no longer holds, so neither does that it was met there.
      table.update(record.subject) { ($0.record, $0.asked, $0.isConfirmed) = (record, nil, false) }
    }
    effects.append(.discovered(record))
    return true
  }

  private mutating func refuse(
    _ refusal: Refusal, from machine: NodeIndex, at now: Micros, into effects: inout [Effect]
  ) {
    effects.append(.refused(refusal, from: machine))
    guard refusal.isOffence else { return }
    if let index = offenders.firstIndex(where: { $0.machine == machine }) {
      offenders[index].offences += 1
      offenders[index].last = now
    } else {
      if offenders.count == Self.offenderLimit { offenders.removeFirst() }
      offenders.append(Offender(machine: machine, offences: 1, last: now))
    }
    guard isBanned(machine, at: now) else { return }
    // It makes room for others.
    effects += table.removeAll { $0.record.address == machine }.map(Effect.forgot)
  }
}
