import Witan

/// A machine's own clocks, which may run fast or slow, and be set.
///
/// The monotonic clock paces timers and only drifts; the time of day is the same clock set forward or back.
public struct LocalClock: Equatable, Sendable {
  /// How many millionths it gains, or loses if negative.
  public private(set) var drift: Int64 = 0
  /// How far the time of day is set ahead, or behind if negative.
  public private(set) var offset: Int64 = 0
  private var since: Micros = 0
  private var base: UInt64 = 0

  /// A drift beyond half the speed is no clock.
  public static let driftLimit: Int64 = 500_000

  /// A clock that is right.
  public init() {}

  /// What the monotonic clock shows.
  public func monotonic(at now: Micros) -> Micros {
    guard drift != 0 || base != since.rawValue else { return now }
    return Micros(base) + Self.scaled(now - since, by: 1_000_000 + drift, of: 1_000_000)
  }

  /// What the time of day is to this machine.
  public func timeOfDay(at now: Micros) -> Micros {
    let steady = monotonic(at: now)
    return offset >= 0
      ? steady + Micros(UInt64(offset)) : steady - Micros(offset.magnitude)
  }

  /// How long the world takes for what is a span to this machine.
  public func span(_ local: Micros) -> Micros {
    drift == 0 ? local : Self.scaled(local, by: 1_000_000, of: 1_000_000 + drift)
  }

  /// From now on the clock gains, or loses, so many millionths.
  public mutating func set(drift: Int64, at now: Micros) {
    base = monotonic(at: now).rawValue
    since = now
    self.drift = min(max(drift, -Self.driftLimit), Self.driftLimit)
  }

  /// Sets the time of day forward or back.
  public mutating func step(by micros: Int64) {
    offset = offset.addingReportingOverflow(micros).partialValue
  }

  private static func scaled(_ span: Micros, by factor: Int64, of unit: Int64) -> Micros {
    let product = span.rawValue.multipliedFullWidth(by: UInt64(factor))
    guard product.high < UInt64(unit) else { return Micros(.max) }
    return Micros(UInt64(unit).dividingFullWidth(product).quotient)
  }
}
