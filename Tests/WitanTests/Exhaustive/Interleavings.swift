@testable import Witan

/// Every state that several replicas can come to together, whatever the order of deliveries.
///
/// What was said may reach anybody at any later moment, any number of times, or never. The reductions:
///
/// 1. *Tabulated replicas.* A global state is a tuple of local ones, and a delivery moves one of them. Deliveries to
///    different replicas commute, so all interleavings of the same deliveries end in the same tuple, which is visited once
///    (state hashing). That replicas of one standing behave alike is argued at `Participant.Standing`.
/// 2. *Classes.* Local states that nobody can tell apart, now or later, are one: `LocalAutomaton.classes` is computed from
///    the table, not assumed. What is checked of a global state is a matter of faces, which are one for a class.
/// 3. *The network needs no state.* Whether a message can be delivered follows from whether its sender has said it. One that
///    was delivered already may come again: that changes nothing (`LocalAutomaton.unrepeatable`).
/// 4. *Backups are alike* but for their names, so that one table serves for all three (tested as well).
struct Interleavings {
  /// One replica among several.
  struct Place {
    /// Its behaviour by class and event, and what others see.
    let next: [[Int]]
    let faces: [LocalAutomaton.Face]
    /// For each event, the place of its sender and what that one must have said; nil where it may come at any time.
    let needs: [(place: Int, said: Participant.Said)?]

    /// A replica's place, where `places` are those of the replicas that take part by their seats.
    init(_ automaton: LocalAutomaton, places: [Int: Int]) {
      let classes = automaton.classes
      let count = (classes.max() ?? 0) + 1
      var next = Array(repeating: [Int](), count: count)
      var faces = Array(repeating: automaton.faces[0], count: count)
      for (state, number) in classes.enumerated() where next[number].isEmpty {
        next[number] = automaton.next[state].map { classes[$0] }
        faces[number] = automaton.faces[state]
      }
      self.next = next
      self.faces = faces
      needs = automaton.events.map { event in
        switch event {
        case .verdict: nil
        case .proposal(let block): places[0].map { ($0, .proposal(block)) }
        case .prepare(let by, let block): places[by].map { ($0, .prepare(block)) }
        case .commit(let by, let block): places[by].map { ($0, .commit(block)) }
        }
      }
    }
  }

  let places: [Place]
  /// Every global state that can be reached, and those in which no delivery changes anything any more.
  private(set) var states: [[Int]] = []
  private(set) var ends: [[Int]] = []

  /// Walks through all of them. In each place's first class, nothing has happened.
  init(_ places: [Place]) {
    self.places = places
    var seen: Set<Int> = [0]
    var open = [0]
    while let code = open.popLast() {
      let state = decoded(code)
      states.append(state)
      var isEnd = true
      var unit = 1
      for (position, place) in places.enumerated() {
        let row = place.next[state[position]]
        for event in row.indices where row[event] != state[position] {
          if let need = place.needs[event],
            !places[need.place].faces[state[need.place]].said.contains(need.said)
          {
            continue
          }
          isEnd = false
          let moved = code + (row[event] - state[position]) * unit
          if seen.insert(moved).inserted { open.append(moved) }
        }
        unit *= place.next.count
      }
      if isEnd { ends.append(state) }
    }
  }

  private func decoded(_ code: Int) -> [Int] {
    var rest = code
    return places.map { place in
      defer { rest /= place.next.count }
      return rest % place.next.count
    }
  }

  /// What is seen of each replica.
  func faces(_ state: [Int]) -> [LocalAutomaton.Face] {
    state.indices.map { places[$0].faces[state[$0]] }
  }
}
