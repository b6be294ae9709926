import Witan
import WitanDraw

/// How an honest client asks: what it wants is decided here; the shipped session says it, says it again while no
/// quorum answers, and checks every reply.
public struct Load: Hashable, Sendable {
  /// When the next request follows.
  public enum Shape: Hashable, Sendable {
    /// So long after the answer to the one before.
    case closedLoop(pause: Distribution)
    /// So long after the one before, answered or not.
    case openLoop(gap: Distribution)
    /// So many at once, so long after the burst before.
    case bursts(size: Distribution, gap: Distribution)
  }

  /// When the next request follows.
  public var shape: Shape
  /// How many operations a request bundles.
  public var operations: Int
  /// How many bytes a value has.
  public var valueSize: Int
  /// How many keys there are.
  public var keys: UInt64
  /// How many requests there are in all; nil is no end.
  public var limit: UInt64?

  /// A load.
  public init(
    _ shape: Shape, operations: Int = 1, valueSize: Int = 32, keys: UInt64 = 64,
    limit: UInt64? = nil
  ) {
    self.shape = shape
    self.operations = operations
    self.valueSize = valueSize
    self.keys = keys
    self.limit = limit
  }
}

/// An honest client at work.
struct LoadedClient: Sendable {
  let load: Load
  /// How many requests it asked.
  var asked: UInt64 = 0
  private var draw: Draw

  init(_ load: Load, draw: Draw) {
    self.load = load
    self.draw = draw
  }

  /// How many requests it asks now, at the beginning or when its time has come.
  mutating func due() -> UInt64 {
    let wanted: UInt64 =
      switch load.shape {
      case .closedLoop, .openLoop: 1
      case .bursts(let size, _): draw.sample(size)
      }
    return load.limit.map { min(wanted, $0 - min($0, asked)) } ?? wanted
  }

  /// When its time comes again, after it asked; nil if an answer has to come first, or no more is wanted.
  mutating func nextAfterAsking() -> Micros? {
    guard !isDone else { return nil }
    return switch load.shape {
    case .closedLoop: nil
    case .openLoop(let gap), .bursts(_, let gap): Micros(draw.sample(gap))
    }
  }

  /// When its time comes again, after an answer.
  mutating func nextAfterAnswer() -> Micros? {
    guard !isDone, case .closedLoop(let pause) = load.shape else { return nil }
    return Micros(draw.sample(pause))
  }

  /// The operations of the next request.
  mutating func operations() -> [[UInt8]] {
    asked += 1
    return (0..<max(1, load.operations)).map { _ in
      var key = ByteWriter()
      key.write(draw.choice(upTo: max(1, load.keys) - 1))
      let value = [UInt8](repeating: UInt8(truncatingIfNeeded: asked), count: load.valueSize)
      return KeyValueStore.Operation.put(key: key.bytes, value: value).bytes
    }
  }

  private var isDone: Bool { load.limit.map { asked >= $0 } ?? false }
}
