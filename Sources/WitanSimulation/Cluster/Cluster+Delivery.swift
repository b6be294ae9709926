import Witan
import WitanCrypto
import WitanDraw

/// How what is sent gets to where it is going.
extension Cluster {
  // MARK: Sending

  /// A replica sends a message, or would: an adversary may have it otherwise.
  mutating func send(_ message: consuming Message, from index: Int, to receiver: ReplicaID?) {
    guard !machines[index].isHonest else {
      transmit(message, from: index, to: receiver, at: now)
      return
    }
    sendDishonestly(message, from: index, to: receiver)
  }

  /// Sends what depends on the journal.
  mutating func sendDurably(
    _ message: consuming Message, from index: Int, to receiver: ReplicaID?
  ) {
    if isJournalSynced(index) {
      send(message, from: index, to: receiver)
    } else {
      wait(.message(message, to: receiver), at: index)
    }
  }

  /// Tells a client what depends on the journal.
  mutating func sendDurably(_ content: Parcel.Content, from index: Int, client: Int) {
    if isJournalSynced(index) {
      send(content, from: index, client)
    } else {
      wait(.client(content, client), at: index)
    }
  }

  /// Whether all that a machine wrote is on its platter; a disk that takes no time has it there now.
  @inline(__always)
  private mutating func isJournalSynced(_ index: Int) -> Bool {
    if machines[index].disk.isSynced { return true }
    // What waits for a sync that began when the disk was slower isn't overtaken.
    guard machines[index].disk.syncTime == 0, !machines[index].disk.isSyncing else { return false }
    _ = machines[index].disk.endSync()
    return machines[index].disk.isSynced
  }

  private mutating func wait(_ content: Machine.Outgoing.Content, at index: Int) {
    machines[index].outbox.append(
      Machine.Outgoing(content: content, records: machines[index].disk.written))
    beginSync(index)
  }

  private mutating func send(_ outgoing: Machine.Outgoing.Content, from index: Int) {
    switch outgoing {
    case .message(let message, let receiver): send(message, from: index, to: receiver)
    case .client(let content, let client): send(content, from: index, client)
    }
  }

  private mutating func beginSync(_ index: Int) {
    guard machines[index].disk.beginSync() else { return }
    queue.schedule(
      Agenda(.synced, node: index, number: machines[index].life).ticket,
      at: now + machines[index].disk.syncTime)
  }

  /// A sync is done: what waited for it goes out, and what was written since is synced next.
  mutating func synced(_ agenda: Agenda) {
    let index = agenda.node
    guard machines[index].life == agenda.number, isAwake(index, for: agenda) else { return }
    let count = machines[index].disk.endSync()
    for place in machines[index].outbox.indices { machines[index].outbox[place].records -= count }
    while let first = machines[index].outbox.first, first.records <= 0 {
      machines[index].outbox.removeFirst()
      send(first.content, from: index)
    }
    if !machines[index].disk.isSynced { beginSync(index) }
  }

  /// Puts a message on the network, to one replica or to all others.
  mutating func transmit(
    _ message: Message, from index: Int, to receiver: ReplicaID?, at departure: Micros
  ) {
    if watch.contains(.messages) { tell(.messages, index, .sent(message, to: receiver)) }
    if overlay != nil, receiver == nil { return gossip(message, from: index, at: departure) }
    let isWeighed =
      configuration.keepsAccount || network.conditions.nodeBandwidth != nil
      || network.conditions.quality.bandwidth != nil
    let size = Self.size(of: message, isWeighed: isWeighed)
    let place = parcels.add(.message(message), from: index, size: size)
    let copies: Int
    if let receiver {
      let targets = homes(of: receiver)
      copies = targets.count
      if overlay == nil {
        route(place, from: index, to: targets, at: departure)
      } else {
        route(message, place, from: index, to: targets, at: departure)
      }
    } else {
      copies = machines.count - 1
      route(place, from: index, to: 0..<machines.count, at: departure)
    }
    if configuration.keepsAccount { note(message, place, from: index, copies: copies, size) }
    settleUnsent(place)
  }

  /// Puts a request on the network that a machine made itself.
  mutating func sendRequest(
    _ request: Request, from index: Int, to receivers: [ReplicaID], at departure: Micros
  ) {
    let place = parcels.add(.request(request), from: index, size: Self.clientMessageSize)
    route(place, from: index, to: receivers.flatMap(homes(of:)), at: departure)
    settleUnsent(place)
  }

  mutating func send(_ content: Parcel.Content, from index: Int, _ client: Int) {
    let place = parcels.add(content, from: index, size: Self.clientMessageSize)
    route(place, from: index, to: CollectionOfOne(machines.count + client), at: now)
    settleUnsent(place)
  }

  /// What a client's message, and an answer to it, are counted as.
  static let clientMessageSize = 256

  mutating func route(
    _ place: UInt32, from index: Int, to targets: some Sequence<Int>, at departure: Micros
  ) {
    let message = network.nextMessage(from: index)
    let size = parcels[place].size
    let own = index < machines.count ? machines[index].id : nil
    for target in targets
    where target != index && (target >= machines.count || machines[target].id != own) {
      let fate = network.fate(of: message, from: index, to: target, bytes: size, at: departure)
      if let clog = fate.clog {
        parcels[place].pending += 1
        network.hold(place, for: target, in: clog)
        continue
      }
      guard let arrival = fate.arrival else {
        tellLost(place, to: target)
        continue
      }
      if let bit = fate.flippedBit {
        damage(place, bit: bit, for: target, at: arrival)
      } else {
        schedule(place, for: target, at: arrival)
      }
      if let echo = fate.echo { schedule(place, for: target, at: echo) }
    }
  }

  @inline(__always)
  mutating func schedule(_ place: UInt32, for target: Int, at arrival: Micros) {
    parcels[place].pending += 1
    queue.schedule(Agenda(.delivery, node: target, number: place).ticket, at: arrival)
  }

  /// Whoever wasn't sent to anybody is gone.
  mutating func settleUnsent(_ place: UInt32) {
    if parcels[place].pending == 0 { parcels.remove(place) }
  }

  /// What arrives isn't what was sent.
  private mutating func damage(_ place: UInt32, bit: UInt64, for target: Int, at arrival: Micros) {
    guard case .message(let message) = parcels.content(at: place) else {
      // Between clients and replicas, what is damaged is lost.
      return tellLost(place, to: target)
    }
    var bytes = message.encoded
    let flipped = bit % UInt64(bytes.count * 8)
    bytes[Int(flipped / 8)] ^= 1 << UInt8(flipped % 8)
    let sender = parcels[place].sender
    let damaged = parcels.add(.frame(bytes), from: sender, size: bytes.count)
    schedule(damaged, for: target, at: arrival)
  }

  private mutating func tellLost(_ place: UInt32, to target: Int) {
    guard watch.contains(.deliveries), case .message(let message) = parcels.content(at: place)
    else {
      return
    }
    let sender = parcels[place].sender
    tell(.deliveries, target, .lost(message, from: sender))
  }

  // MARK: Arriving

  /// A parcel arrives at a node, whose line may be busy with what came before.
  mutating func arrive(_ agenda: Agenda) {
    guard network.hasNarrowNodes else { return receive(agenda) }
    let (node, place) = (agenda.node, agenda.number)
    guard let time = network.receipt(at: node, bytes: parcels[place].size, now: now) else {
      tellLost(place, to: node)
      return parcels.settle(place)
    }
    queue.schedule(Agenda(.receipt, node: node, number: place).ticket, at: time)
  }

  /// A node has a parcel.
  mutating func receive(_ agenda: Agenda) {
    let (node, place) = (agenda.node, agenda.number)
    if configuration.keepsAccount {
      account.note(
        .delivered, at: now, node: node, UInt64(parcels[place].sender), parcels[place].number)
    }
    if network.hasCuts, network.isCut(from: parcels[place].sender, to: node) {
      tellLost(place, to: node)
      return parcels.settle(place)
    }
    guard node < machines.count else { return arrive(place, atClient: node - machines.count) }
    guard isAwake(node) else {
      if machines[node].state == .paused { return machines[node].missed.append(agenda.ticket) }
      tellLost(place, to: node)
      return parcels.settle(place)
    }
    delivered += 1
    open(place, at: node)
    parcels.settle(place)
  }

  /// A replica hears what arrived, if the verifier lets it in.
  mutating func open(_ place: UInt32, at index: Int) {
    if !parcels.isJudged(place, by: machines[index].replica.verifier.horizon) {
      form(machines[index].replica.verifier, opinionOn: place)
    }
    if let message = parcels.message(at: place) {
      if !machines[index].isHonest || watch.contains(.deliveries),
        !isHeard(message.value, in: place, at: index)
      {
        return
      }
      watchVote(message.value, at: index)
      return handle(.message(consume message), at: index)
    }
    switch parcels.opinion(at: place) {
    case .request(let request)?: handle(.request(request), at: index)
    case .query(let query)?: handle(.query(query), at: index)
    case .refused(let rejection)?: tellRefused(rejection, place, at: index)
    case nil: break
    }
  }

  private mutating func isHeard(_ message: Message, in place: UInt32, at index: Int) -> Bool {
    let sender = parcels[place].sender
    tell(.deliveries, index, .delivered(message, from: sender))
    return machines[index].isHonest || isHeard(message, from: sender, at: index)
  }

  /// Has a verifier look at a parcel, and keeps what it made of it.
  mutating func form(_ verifier: Verifier, opinionOn place: UInt32) {
    var message: Verified<Message>?
    var opinion: Parcel.Opinion?
    do throws(Rejection) {
      switch parcels.content(at: place) {
      case .message(let unchecked): message = try verifier.verify(unchecked)
      case .frame(let bytes): message = try verifier.verify(frame: bytes)
      case .request(let request): opinion = .request(try verifier.verify(request))
      case .query(let query): opinion = .query(try verifier.verify(query))
      case .reply, .answer: throw .unsolicited
      }
    } catch {
      opinion = .refused(error)
    }
    parcels.keep(message, opinion, by: verifier.horizon, at: place)
  }

  private mutating func tellRefused(_ rejection: Rejection, _ place: UInt32, at index: Int) {
    var signed: SignedStatement?
    if case .message(let message) = parcels.content(at: place) { signed = message.signed }
    tell(
      .reports, index,
      .report(.rejected(rejection, kind: signed?.statement.kind, from: signed?.signer)))
  }

  // MARK: Keeping account

  /// How many bytes a message has; what isn't a vote isn't written out when nobody asks.
  private static func size(of message: Message, isWeighed: Bool) -> Int {
    switch message {
    case .prepare, .commit, .checkpoint, .fetchBlock: voteSize
    default: isWeighed ? message.encoded.count : 0
    }
  }

  private static let voteSize: Int = {
    let signer = SimulatedAuthority(seed: 0).signer(0)
    let statement = Statement(.prepare, epoch: 0, digest: .zero)
    return Message.prepare(statement.signed(by: 0, with: signer, chain: .zero)).encoded.count
  }()

  private mutating func note(
    _ message: Message, _ place: UInt32, from index: Int, copies: Int, _ size: Int
  ) {
    account.noteSent(message, copies: copies, size: size)
    account.note(.sent, at: now, node: index, parcels[place].number, UInt64(size))
    if let signed = message.signed {
      account.note(identity: signed.signature)
    } else if case .request(let request) = message {
      account.note(identity: request.digest)
    }
  }
}
