import Witan

/// All that happened, in order, in memory. It grows by pieces, so that nothing is ever copied to make room.
public struct EventLog: Sendable {
  /// The version of the format, with the numbers of the kinds.
  public static let version: UInt8 = 1
  /// How many events a piece has: half a megabyte.
  private static let pieceCount = 1 << 14

  private var pieces: [[Event]] = []
  /// How many events there are.
  public private(set) var count = 0

  /// Nothing has happened.
  public init() {}

  /// Adds events that come after all that are there.
  public mutating func append(contentsOf events: some RandomAccessCollection<Event>) {
    var rest = events[...]
    while !rest.isEmpty {
      if pieces.last.map({ $0.count == Self.pieceCount }) ?? true {
        var piece: [Event] = []
        piece.reserveCapacity(Self.pieceCount)
        pieces.append(piece)
      }
      let last = pieces.count - 1
      let part = rest.prefix(Self.pieceCount - pieces[last].count)
      pieces[last].append(contentsOf: part)
      rest = rest.dropFirst(part.count)
    }
    count += events.count
  }
}

extension EventLog: RandomAccessCollection {
  /// The first event's place.
  public var startIndex: Int { 0 }
  /// The place after the last event.
  public var endIndex: Int { count }

  /// The event at a place.
  public subscript(index: Int) -> Event {
    pieces[index / Self.pieceCount][index % Self.pieceCount]
  }
}
