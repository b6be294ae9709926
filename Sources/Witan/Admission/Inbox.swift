/// What came over the wire and wasn't looked at yet: bounded, and fair between replicas and between clients (F46).
///
/// A shell puts each frame in as it arrives, and takes the next one out whenever there is a thread to verify it:
///
/// ```
///   connections ──frames──▶ Inbox ──fairly──▶ Verifier (a pool) ──Verified──▶ Replica
/// ```
///
/// It holds frames, not messages: their size is known before anything was done for them, and reading one
/// before it is its sender's turn would be work that a flood gets for nothing. (A simulator that encodes nothing holds
/// messages in their place, and says how long they would be.) A frame's sender is who the *connection* says it
/// is: what the frame says of itself isn't checked yet, and would let anyone use up another's room.
///
/// Each member has a lane of its own, all other replicas share one, and each client that has anything waiting has one.
/// - A lane holds so many frames and bytes (``InboxRoom``), so that a flood pushes out nobody else's.
/// - Lanes are served in turn by bytes, which is what frames cost to verify: a signature for every hundred of them.
///   Who floods is served no more often than who doesn't.
/// - Replicas and clients get half of the service each while both wait: neither can the clients keep agreement
///   from going on, nor one replica the clients (as Aardvark does, NSDI '09).
/// - What exceeds a replica's own room may wait in a hall that all share. When it is full, the room of those who
///   were served there last goes to those who were served there longer ago: whoever keeps trying gets in before any other
///   is served there twice, so that a new-view gets through whatever others send.
/// - The clients' room is theirs together, and a client may hold as much of it as is free: one alone gets half, k
///   greedy ones leave 1/(k+1) of it to newcomers. Keys are free to make, but connections aren't: it is the shell that
///   bounds how many one address gets.
public struct Inbox<Frame: Sendable>: Sendable {
  /// Who sent a frame, as the connection says.
  public enum Source: Hashable, Sendable {
    /// A replica. Those that aren't members share one lane.
    case replica(ReplicaID)
    /// A client: the shell's own number for whatever it takes for one.
    case client(UInt64)
  }

  /// Why a frame wasn't kept. Whoever sent it says it again, or is told to by its own timers.
  public enum Overflow: Int, CaseIterable, Sendable, CustomStringConvertible {
    /// The frame is longer than any that a correct sender sends.
    case tooLong
    /// As many of the sender's frames wait as may.
    case tooMany
    /// As many of the sender's bytes wait as may.
    case tooMuch
    /// The room that is shared is taken, and others come first.
    case crowded
    /// The frame had been kept, but another replica's came first in the hall.
    case displaced

    /// What happened, for people.
    public var description: String {
      switch self {
      case .tooLong: "the frame is longer than any that is allowed"
      case .tooMany: "too many of its sender's frames wait already"
      case .tooMuch: "too many of its sender's bytes wait already"
      case .crowded: "the room that all share is taken; it is to be sent again later"
      case .displaced: "it had to make room for another replica's"
      }
    }
  }

  /// What became of a sender's frames.
  public struct Tally: Equatable, Sendable {
    /// How many were put in and kept.
    public fileprivate(set) var kept: UInt64 = 0
    /// How many were refused later, by the verifier or by the replica, and charged to their sender.
    public fileprivate(set) var refused: UInt64 = 0
    private var dropped = SIMD8<UInt64>()

    /// How many were dropped for a reason.
    public fileprivate(set) subscript(overflow: Overflow) -> UInt64 {
      get { dropped[overflow.rawValue] }
      set { dropped[overflow.rawValue] = newValue }
    }
  }

  private struct Letter: Sendable {
    let frame: Frame
    let source: Source
    let isInHall: Bool
  }

  /// A replica's, or for those that are no members their common, place.
  private struct Desk: Sendable {
    var frames = 0
    var bytes = 0
    /// When a frame of it was last taken from the hall.
    var servedInHall: UInt64 = 0
    var tally = Tally()
  }

  private struct HallEntry: Sendable {
    let handle: FairLanes<Letter>.Handle
    let desk: Int
    let size: Int
  }

  private struct Share: Sendable {
    var frames = 0
    var bytes = 0
    let lane: Int
  }

  /// A turn's worth of bytes: eight or nine votes, a third of a millisecond's verifying.
  private static var quantum: Int { 2_048 }
  /// What a frame costs its sender that no correct replica sends: as much service as 64 votes.
  private static var penalty: Int { 1 << 14 }
  /// The most that a sender can owe.
  private static var debtLimit: Int { 1 << 18 }

  /// How much the inbox holds.
  public private(set) var room: InboxRoom
  private let parameters: Parameters
  private var members: Membership
  private var peers: FairLanes<Letter>
  private var desks: [Desk]
  private var hall: [HallEntry] = []
  private var hallBytes = 0
  private var hallClock: UInt64 = 0
  private var clients: FairLanes<Letter>
  private var shares: [UInt64: Share] = [:]
  private var freeLanes: [Int] = []
  private var clientBytes = 0
  private var clientTally = Tally()
  /// How many bytes clients were served beyond what replicas were, since both wait.
  private var lead = 0
  /// How many bytes wait, with what they take beside themselves.
  public private(set) var bytes = 0

  /// An empty inbox of a replica among these members.
  public init(members: Membership, parameters: Parameters) {
    self.members = members
    self.parameters = parameters
    room = InboxRoom(members: members.count, parameters: parameters)
    peers = FairLanes(lanes: members.count + 1, quantum: Self.quantum)
    desks = Array(repeating: Desk(), count: members.count + 1)
    clients = FairLanes(lanes: 0, quantum: Self.quantum)
  }

  /// How many frames wait.
  public var count: Int { peers.count + clients.count }
  /// Whether nothing waits.
  public var isEmpty: Bool { count == 0 }

  /// What became of a sender's frames so far. Of clients only what became of all of theirs is known: there may be
  /// any number of them.
  public func tally(of source: Source) -> Tally {
    switch source {
    case .replica(let id): desks[desk(of: id)].tally
    case .client: clientTally
    }
  }

  /// Keeps a frame of so many bytes, or says why not.
  @specialized(where Frame == [UInt8])
  public mutating func add(_ frame: Frame, bytes length: Int, from source: Source) -> Overflow? {
    let overflow: Overflow?
    switch source {
    case .replica(let id):
      let desk = desk(of: id)
      overflow = keep(frame, length: length, of: id, at: desk)
      if let overflow { desks[desk].tally[overflow] += 1 } else { desks[desk].tally.kept += 1 }
    case .client(let number):
      overflow = keep(frame, length: length, ofClient: number)
      if let overflow { clientTally[overflow] += 1 } else { clientTally.kept += 1 }
    }
    return overflow
  }

  /// Takes out the frame whose turn it is; nil when none waits.
  @specialized(where Frame == [UInt8])
  public mutating func next() -> (frame: Frame, source: Source)? {
    let bothWait = !peers.isEmpty && !clients.isEmpty
    if peers.isEmpty || (bothWait && lead <= 0) {
      guard let (letter, size, lane, _) = clients.next() else { return nil }
      lead = bothWait ? lead + size : 0
      leave(letter.source, size: size, lane: lane)
      return (letter.frame, letter.source)
    }
    guard let (letter, size, desk, handle) = peers.next() else { return nil }
    lead = bothWait ? lead - size : 0
    bytes -= size
    if letter.isInHall {
      hallClock += 1
      desks[desk].servedInHall = hallClock
      if let index = hall.firstIndex(where: { $0.handle == handle }) {
        hall.swapAt(index, hall.count - 1)
        hall.removeLast()
      }
      hallBytes -= size
    } else {
      desks[desk].frames -= 1
      desks[desk].bytes -= size
    }
    return (letter.frame, letter.source)
  }

  /// Notes that a frame of this sender was refused once it was looked at. One that no correct replica sends costs its
  /// lane's next turns while others wait. A client is charged nothing more: its frame was paid for by its turn, and it
  /// could come back as another.
  public mutating func charge(_ rejection: Rejection, to source: Source) {
    guard case .replica(let id) = source else {
      clientTally.refused += 1
      return
    }
    let desk = desk(of: id)
    desks[desk].tally.refused += 1
    let isFault =
      switch rejection {
      // The connection vouches for the sender, if not for what it sent.
      case .malformed, .badSignature: true
      default: rejection.provesFault
      }
    if isFault { peers.charge(desk, Self.penalty, limit: Self.debtLimit) }
  }

  /// Others are members from now on. What waits keeps its order; what became of the frames of those who stay is
  /// still known.
  public mutating func beginEpoch(_ members: Membership) {
    let old = self
    self = Inbox(members: members, parameters: parameters)
    clients = old.clients
    shares = old.shares
    freeLanes = old.freeLanes
    clientBytes = old.clientBytes
    clientTally = old.clientTally
    bytes = old.clientBytes
    for (index, member) in old.members.members.enumerated() {
      if let seat = members.seat(of: member.id) {
        desks[seat.index].tally = old.desks[index].tally
      }
    }
    desks[members.count].tally = old.desks[old.members.count].tally
    var waiting = old.peers
    while let (letter, size, _, _) = waiting.next() {
      guard case .replica(let id) = letter.source else { continue }
      let desk = desk(of: id)
      let overflow = keep(letter.frame, length: size - InboxRoom.overhead, of: id, at: desk)
      if let overflow { desks[desk].tally[overflow] += 1 }
    }
  }

  // MARK: Replicas

  private func desk(of id: ReplicaID) -> Int { members.seat(of: id)?.index ?? members.count }

  private mutating func keep(
    _ frame: Frame, length: Int, of id: ReplicaID, at desk: Int
  ) -> Overflow? {
    guard (0...Bounds.frameBytes).contains(length) else { return .tooLong }
    let size = length + InboxRoom.overhead
    let isCounted = desks[desk].frames < room.replicaFrames
    let isInHall = !isCounted || desks[desk].bytes + size > room.replicaBytes
    if isInHall {
      // The hall is for what is large. Small frames have all the room that they need.
      guard size > InboxRoom.hallMinimum else { return isCounted ? .tooMuch : .tooMany }
      guard makeRoom(for: size, at: desk) else { return .crowded }
    }
    let letter = Letter(frame: frame, source: .replica(id), isInHall: isInHall)
    let handle = peers.append(letter, size: size, to: desk)
    bytes += size
    if isInHall {
      hall.append(HallEntry(handle: handle, desk: desk, size: size))
      hallBytes += size
    } else {
      desks[desk].frames += 1
      desks[desk].bytes += size
    }
    return nil
  }

  /// Makes room in the hall at the cost of those who were served there later than this one; false when that isn't
  /// enough, and then nobody has to go. The hall has few places: all of them are looked at.
  private mutating func makeRoom(for size: Int, at desk: Int) -> Bool {
    let mine = desks[desk].servedInHall
    var places = room.hallFrames - hall.count
    var free = room.hallBytes - hallBytes
    for entry in hall where desks[entry.desk].servedInHall > mine {
      places += 1
      free += entry.size
    }
    guard places > 0, free >= size else { return false }
    while hall.count >= room.hallFrames || hallBytes + size > room.hallBytes {
      guard
        let index = hall.indices.max(by: {
          desks[hall[$0].desk].servedInHall < desks[hall[$1].desk].servedInHall
        })
      else { return false }
      let entry = hall.remove(at: index)
      _ = peers.remove(entry.handle)
      desks[entry.desk].tally[.displaced] += 1
      hallBytes -= entry.size
      bytes -= entry.size
    }
    return true
  }

  // MARK: Clients

  private mutating func keep(
    _ frame: Frame, length: Int, ofClient number: UInt64
  ) -> Overflow? {
    guard (0...room.clientFrameBytes).contains(length) else { return .tooLong }
    let size = length + InboxRoom.overhead
    let present = shares[number]
    let freeFrames = room.clientFrames - clients.count
    let freeBytes = room.clientBytes - clientBytes
    guard freeFrames > 0, freeBytes >= size else { return .crowded }
    guard present?.frames ?? 0 < freeFrames else { return .tooMany }
    guard (present?.bytes ?? 0) + size <= freeBytes else { return .tooMuch }
    var share = present ?? Share(lane: freeLanes.popLast() ?? clients.addLane())
    share.frames += 1
    share.bytes += size
    shares[number] = share
    let letter = Letter(frame: frame, source: .client(number), isInHall: false)
    _ = clients.append(letter, size: size, to: share.lane)
    clientBytes += size
    bytes += size
    return nil
  }

  private mutating func leave(_ source: Source, size: Int, lane: Int) {
    bytes -= size
    clientBytes -= size
    guard case .client(let number) = source, let index = shares.index(forKey: number) else {
      return
    }
    shares.values[index].frames -= 1
    shares.values[index].bytes -= size
    if shares.values[index].frames == 0 {
      shares.remove(at: index)
      freeLanes.append(lane)
    }
  }
}
