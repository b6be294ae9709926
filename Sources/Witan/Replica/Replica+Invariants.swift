extension Replica {
  /// What is broken in the replica's own state; nil when nothing is. Swept after every input in debug builds; a
  /// fault here is a bug of ours, whatever came from outside.
  public var invariantFault: String? {
    if window.low != stable?.sequence ?? 0 {
      return
        "the low watermark \(window.low) isn't the stable checkpoint's \(stable?.sequence ?? 0)"
    }
    if phase == .active, votedView != view {
      return "active in view \(view), but the slots hold votes of view \(votedView)"
    }
    if let awaited, phase == .active || awaited.view != view {
      return "the view-changes that opened view \(awaited.view) are waited for in view \(view)"
    }
    if let plan = execution.inFlight, plan.sequence != execution.executed.next {
      return "executing \(plan.sequence) after \(execution.executed)"
    }
    if let stable, stable.summary.epoch != office.epoch {
      return "the stable checkpoint leads to epoch \(stable.summary.epoch), not \(office.epoch)"
    }
    return nil
  }

  /// The same for every slot: dear, and meant for tests.
  public var slotFault: String? {
    let shown = locks.count
    for raw in window.sequences {
      let sequence = SequenceNumber(raw)
      guard window.contains(sequence) else { break }
      let slot = window[sequence]
      if slot.sequence != sequence { return "the slot of \(sequence) is that of \(slot.sequence)" }
      if slot.isPrepared, slot.lock == nil { return "\(sequence) is prepared without a lock" }
      if slot.isAnchored, sequence.distance(after: window.low) > shown {
        return "\(sequence) is anchored, but a view-change's locks would end before it"
      }
      if slot.isAnchored, let lock = slot.lock, lock.view < votedView, !lock.isDecided {
        return "\(sequence) is anchored in view \(votedView) by a lock of view \(lock.view)"
      }
      if slot.isPrepared, slot.proposal?.verdict != .valid {
        return "\(sequence) is prepared without a positive verdict"
      }
      if slot.isDecided, decisions.contains(sequence), slot.lock == nil {
        return "\(sequence) is decided without a lock"
      }
      if let lock = slot.lock, slot.lockedBlock?.digest != lock.header.digest {
        return "the locked block of \(sequence) isn't kept"
      }
    }
    return nil
  }
}
