import Witan

/// Something that happened, in 32 bytes without a reference: a million of them are 32 MB, and copying one costs nothing.
///
/// What `value`, `detail` and `hops` say hangs on the kind; ``EventKind/layout`` is the table of it. What doesn't fit, like
/// the members of a committee, is told by several events.
@frozen
public struct Event: Hashable, Sendable {
  /// When, since the beginning.
  public var time: Micros
  /// A number: see the kind.
  public var value: UInt64
  /// The slot to which it belongs; ``noSlot`` outside any.
  public var slot: UInt32
  /// Who did it.
  public var actor: Party
  /// To whom it happened.
  public var subject: Party
  /// What happened.
  public var kind: EventKind
  /// How it went: see the kind.
  public var detail: UInt8
  /// A small number: see the kind.
  public var hops: UInt16

  /// Stands for no slot.
  @inlinable
  public static var noSlot: UInt32 { .max }

  /// Something that happened.
  @inlinable
  public init(
    _ kind: EventKind, at time: Micros, slot: UInt32 = Event.noSlot, actor: Party = .nobody,
    subject: Party = .nobody, value: UInt64 = 0, detail: UInt8 = 0, hops: UInt16 = 0
  ) {
    self.time = time
    self.value = value
    self.slot = slot
    self.actor = actor
    self.subject = subject
    self.kind = kind
    self.detail = detail
    self.hops = hops
  }
}

extension Event {
  /// How many bytes an event has, in memory as on a disk.
  public static let byteCount = 32

  /// Appends the 32 bytes, little-endian, in the order of the fields.
  public func encode(to writer: inout ByteWriter) {
    writer.write(time.rawValue)
    writer.write(value)
    writer.write(slot)
    writer.write(actor.rawValue)
    writer.write(subject.rawValue)
    writer.write(kind.rawValue)
    writer.write(detail)
    writer.write(hops)
  }
}
