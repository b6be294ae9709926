import WitanCrypto

/// Each member's latest view-change: one a member, so that nobody's huge view number costs more than its own
/// place (F24, F43).
struct ViewChangeBook: Sendable {
  private let peers: Int
  /// By seat; empty until the first one comes, as in most epochs none does.
  private var latest: [ViewChange?] = []

  init(peers: Int) { self.peers = peers }

  /// A member's latest view-change.
  subscript(seat: Seat) -> ViewChange? { latest.isEmpty ? nil : latest[seat.index] }

  /// Keeps a view-change in the place of an earlier one.
  mutating func keep(_ viewChange: ViewChange, from seat: Seat) {
    if latest.isEmpty { latest = Array(repeating: nil, count: peers) }
    latest[seat.index] = viewChange
  }

  /// The view-changes for a view, by seat.
  func viewChanges(for view: View) -> [ViewChange] {
    latest.compactMap { $0 }.filter { $0.statement.view == view }
  }

  /// The bit by which a status says that it needs no view-change of a seat.
  static func bit(of seat: Seat) -> UInt64 { 1 << UInt64(seat.index & 63) }

  /// The bits of the members whose view-change for a view, or a later one, is here. Seats 64 apart share a bit, which is
  /// set when all of theirs are here.
  func heard(from view: View) -> UInt64 {
    guard !latest.isEmpty else { return 0 }
    var (known, missing): (UInt64, UInt64) = (0, 0)
    for (index, viewChange) in latest.enumerated() {
      let bit = Self.bit(of: Seat(index))
      if let viewChange, viewChange.statement.view >= view { known |= bit } else { missing |= bit }
    }
    return known & ~missing
  }

  /// What the members that ask for a view weigh.
  func power(for view: View, members: Membership) -> VotingPower {
    var power: VotingPower = 0
    for (index, viewChange) in latest.enumerated() where viewChange?.statement.view == view {
      power += members.members[index].power
    }
    return power
  }

  /// What the members that ask for a view or a later one weigh.
  func power(from view: View, members: Membership) -> VotingPower {
    var power: VotingPower = 0
    for (index, viewChange) in latest.enumerated() {
      if let viewChange, viewChange.statement.view >= view { power += members.members[index].power }
    }
    return power
  }

  /// The highest view that members weighing more than the fault bound ask for, or for one beyond it: a correct
  /// one among them gave up every view before (the f + 1 rule of OSDI '99 §4.5.2, F23).
  func supportedView(above view: View, members: Membership) -> View? {
    let asks = latest.enumerated()
      .compactMap { index, change in change.map { (index, $0.statement.view) } }
      .filter { $0.1 > view }
      .sorted { $0.1 > $1.1 }
    var power: VotingPower = 0
    for (index, asked) in asks {
      power += members.members[index].power
      if members.quorum.includesCorrect(power) { return asked }
    }
    return nil
  }
}
