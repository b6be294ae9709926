import Witan

/// How time is divided: slots of one length, and epochs of so many slots, from time 0 on.
///
/// ```
///   epoch 0                           epoch 1
///   ├─ slot 0 ─┼─ slot 1 ─┼─ … ─┼─────┼─ slot 4 ─┼─ …
///                                ▲ the last proposer is the proof coordinator
/// ```
public struct Timetable: Hashable, Sendable {
  /// How long a slot lasts.
  public let slotLength: Micros
  /// How many slots an epoch has.
  public let slotsPerEpoch: UInt64

  /// Slots of this length, so many to an epoch; nil if either is nothing.
  public init?(slotLength: Micros, slotsPerEpoch: UInt64) {
    guard slotLength > 0, slotsPerEpoch > 0 else { return nil }
    self.slotLength = slotLength
    self.slotsPerEpoch = slotsPerEpoch
  }

  /// When a slot begins.
  public func start(of slot: SlotNumber) -> Micros { slotLength * slot.rawValue }

  /// When a slot ends, and the next begins.
  public func end(of slot: SlotNumber) -> Micros { start(of: slot.next) }

  /// The slot at a time.
  public func slot(at time: Micros) -> SlotNumber {
    SlotNumber(time.rawValue / slotLength.rawValue)
  }

  /// The epoch of a slot.
  public func epoch(of slot: SlotNumber) -> Epoch { Epoch(slot.rawValue / slotsPerEpoch) }

  /// The epoch at a time.
  public func epoch(at time: Micros) -> Epoch { epoch(of: slot(at: time)) }

  /// The first slot of an epoch; the last there is where it would be beyond that.
  public func firstSlot(of epoch: Epoch) -> SlotNumber {
    let (product, overflow) = epoch.rawValue.multipliedReportingOverflow(by: slotsPerEpoch)
    return SlotNumber(overflow ? .max : product)
  }

  /// The last slot of an epoch.
  public func lastSlot(of epoch: Epoch) -> SlotNumber {
    firstSlot(of: epoch).advanced(by: slotsPerEpoch - 1)
  }

  /// The how-manyeth slot of its epoch a slot is, from 0.
  public func position(of slot: SlotNumber) -> Int { Int(slot.rawValue % slotsPerEpoch) }
}
