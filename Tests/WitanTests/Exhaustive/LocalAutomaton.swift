@testable import Witan

/// A replica's whole behaviour in one slot as a table: the shipped replica is handed every event in every standing that
/// it can come to, once, and what it did is written down.
struct LocalAutomaton {
  /// What others can see of a replica, and what must never differ between two.
  struct Face: Hashable {
    let said: Participant.Said
    let decided: Int?
    let lock: Int?
  }

  private(set) var events: [OneSlot.Event]
  private(set) var standings: [Participant.Standing]
  let faces: [Face]
  /// The next state by state and event. The first state is the one in which nothing has happened.
  let next: [[Int]]
  /// Whether the event made the replica send anything.
  let isSilent: [[Bool]]
  /// What is wrong with what a replica did.
  let faults: [String]

  init(_ slot: OneSlot, seat: Int, events: [OneSlot.Event]) {
    var ids: [Participant.Standing: Int] = [:]
    var participants: [Participant] = []
    var standings: [Participant.Standing] = []
    var next: [[Int]] = []
    var isSilent: [[Bool]] = []
    var faults: [String] = []
    func id(of participant: Participant) -> Int {
      let standing = participant.standing
      if let id = ids[standing] { return id }
      ids[standing] = participants.count
      participants.append(participant)
      standings.append(standing)
      return participants.count - 1
    }
    _ = id(of: slot.participant(seat: seat))
    while next.count < participants.count {
      var row: [Int] = []
      var silences: [Bool] = []
      let before = participants[next.count]
      for event in events {
        var participant = before
        slot.apply(event, to: &participant)
        if let fault = participant.fault { faults.append("\(before.standing), \(event): \(fault)") }
        row.append(id(of: participant))
        silences.append(participant.sentLast == 0)
      }
      next.append(row)
      isSilent.append(silences)
    }
    self.events = events
    self.standings = standings
    self.next = next
    self.isSilent = isSilent
    self.faults = faults
    faces = standings.map { Face(said: $0.said, decided: $0.decided, lock: $0.lock) }
  }

  /// The same table with other names for the seats.
  func renamed(_ seat: (Int) -> Int) -> LocalAutomaton {
    var copy = self
    copy.events = events.map { $0.renamed(seat) }
    copy.standings = standings.map { $0.renamed(seat) }
    return copy
  }

  /// Events that, once they have happened, could change something or make the replica send something when they happen
  /// again: in some state that it can come to after them.
  var unrepeatable: [OneSlot.Event] {
    events.indices.filter { event in
      var isAfter = Array(repeating: false, count: next.count)
      var open = next.map { $0[event] }
      while let state = open.popLast() {
        guard !isAfter[state] else { continue }
        isAfter[state] = true
        open += next[state]
      }
      return next.indices.contains { state in
        isAfter[state] && !(next[state][event] == state && isSilent[state][event])
      }
    }.map { events[$0] }
  }

  /// For each state, the number of its class: states of a class have the same face, and every event leads from all of
  /// them to states of one class again (bisimilarity, by refinement until nothing changes). Others can't tell them apart,
  /// now or later.
  var classes: [Int] {
    var numbers: [Face: Int] = [:]
    var classes = faces.map { face in
      let number = numbers[face] ?? numbers.count
      numbers[face] = number
      return number
    }
    var count = numbers.count
    while true {
      var refined: [[Int]: Int] = [:]
      let finer = next.indices.map { state in
        let signature = [classes[state]] + next[state].map { classes[$0] }
        let number = refined[signature] ?? refined.count
        refined[signature] = number
        return number
      }
      classes = finer
      if refined.count == count { return classes }
      count = refined.count
    }
  }
}
