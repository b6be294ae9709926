import Witan

/// A ruling with its telemetry: what depends on the machine, the day and the solver's mood, and decides nothing.
public struct Hearing: Hashable, Sendable {
  /// What was found.
  public let ruling: Ruling
  /// What the solver counted; none unless it was asked for.
  public let statistics: [SolverStatistics.Entry]
  /// How long it took by the clock; zero where nobody looked at one.
  public let wall: Micros

  /// A ruling with its telemetry.
  public init(_ ruling: Ruling, statistics: [SolverStatistics.Entry] = [], wall: Micros = 0) {
    self.ruling = ruling
    self.statistics = Array(statistics.prefix(Self.entryLimit))
    self.wall = wall
  }

  /// The most entries.
  static let entryLimit = 256
  /// The most bytes of an entry's name.
  static let nameBytes = 256
}

extension Hearing: Canonical {
  /// Writes ruling, statistics and time.
  public func encode(to writer: inout ByteWriter) {
    writer.write(ruling)
    writer.writeCount(statistics.count)
    for entry in statistics {
      writer.write(bytes: Array(entry.name.utf8.prefix(Self.nameBytes)))
      writer.write(entry.value.bitPattern)
    }
    writer.write(wall)
  }

  /// Reads ruling, statistics and time.
  public init(from reader: inout ByteReader) throws(Malformed) {
    ruling = try Ruling(from: &reader)
    var statistics: [SolverStatistics.Entry] = []
    let count = try reader.readCount(
      "entries of statistics", limit: Self.entryLimit, minimumSize: 12)
    for _ in 0..<count {
      let bytes = try reader.readBytes("bytes of an entry's name", limit: Self.nameBytes)
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw .invalid("name of an entry")
      }
      statistics.append(
        .init(name: name, value: Double(bitPattern: try reader.readUInt64())))
    }
    self.statistics = statistics
    wall = try Micros(from: &reader)
  }
}
