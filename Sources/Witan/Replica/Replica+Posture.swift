extension Replica {
  /// Where the replica stands, coarsely, in one number: its phase, how far its view is ahead of another one, where in its
  /// window it stands, how many locks and decisions it holds, and which timers run.
  ///
  /// It is for whoever steers a search by states of the protocol: coarse enough that what differs in it differs in kind,
  /// and that all there is can be counted.
  package func posture(since lowest: View) -> UInt64 {
    func level(_ count: UInt64) -> UInt64 {
      count < 3 ? count : count < 8 ? 3 : 4
    }
    var packed: UInt64 = 0
    func pack(_ value: UInt64, below limit: UInt64) {
      packed = packed * limit + min(value, limit - 1)
    }
    pack(phase == .active ? 0 : awaited == nil ? 1 : 2, below: 3)
    pack(office.seat == nil ? 2 : isLeader ? 1 : 0, below: 3)
    pack(level(view.distance(after: lowest)), below: 5)
    pack(level(view.rawValue), below: 5)
    pack(min(office.epoch.rawValue, 3), below: 4)
    pack(stable == nil ? 0 : 1, below: 2)
    pack(level(execution.executed.distance(after: window.low)), below: 5)
    pack(level(UInt64(locks.count)), below: 5)
    var (proposed, prepared, decided): (UInt64, UInt64, UInt64) = (0, 0, 0)
    var sequence = window.low
    for _ in 0..<8 {
      sequence = sequence.next
      guard window.contains(sequence) else { break }
      let slot = window[sequence]
      proposed += slot.proposal == nil ? 0 : 1
      prepared += slot.isPrepared ? 1 : 0
      decided += slot.isDecided ? 1 : 0
    }
    pack(level(proposed), below: 5)
    pack(level(prepared), below: 5)
    pack(level(decided), below: 5)
    pack(execution.inFlight == nil ? 0 : 1, below: 2)
    pack(transfer.isActive ? 1 : 0, below: 2)
    pack(early.count == 0 ? 0 : 1, below: 2)
    pack(evidence.evidence.isEmpty ? 0 : 1, below: 2)
    for kind in Timer.Kind.allCases { pack(timers.isRunning(kind) ? 1 : 0, below: 2) }
    return packed
  }
}
