@_exported import WitanDraw

/// How a value is made of choices.
///
/// A generator is asked through the draw that feeds it:
///
/// ```swift
/// let size = try draw(.integers(in: 0...9))
/// let names = try draw("names", .arrays(of: .strings(), count: 1...3))
/// ```
///
/// Whatever it makes shrinks without further code, since it is the choices that shrink. Make one of others
/// with ``map(_:)``, ``flatMap(_:)`` and ``filter(_:)``, or of anything that draws:
///
/// ```swift
/// let ranges = Generator { draw in
///   let start = try draw(.integers(in: 0...99))
///   return start...(try draw(.integers(in: start...100)))
/// }
/// ```
public struct Generator<Value>: Sendable {
  /// What its choices are for, as who shrinks them sees it: equal for what can stand for one another.
  let label: StaticString
  let make: @Sendable (inout Draw) throws -> Value

  /// A generator that does this. It may throw ``Discard`` when there is no value to be had.
  public init(
    _ label: StaticString = "value", _ make: @escaping @Sendable (inout Draw) throws -> Value
  ) {
    self.label = label
    self.make = make
  }

  /// Always this value, without a choice.
  public static func constant(_ value: Value) -> Self where Value: Sendable {
    Generator("constant") { _ in value }
  }

  /// What a function makes of the values.
  public func map<Result>(
    _ transform: @escaping @Sendable (Value) throws -> Result
  ) -> Generator<Result> {
    Generator<Result>(label) { draw in try transform(make(&draw)) }
  }

  /// Values of a generator that depends on a value of this one.
  public func flatMap<Result>(
    _ next: @escaping @Sendable (Value) throws -> Generator<Result>
  ) -> Generator<Result> {
    Generator<Result>("dependent") { draw in
      let first = try draw.spanned(self)
      return try draw.spanned(next(first))
    }
  }

  /// The values that are like this. After so many in a row that aren't, the case is discarded; a property
  /// most of whose cases are discarded fails, since it tests less than it says.
  public func filter(
    limit: Int = 20, _ isIncluded: @escaping @Sendable (Value) throws -> Bool
  ) -> Generator {
    Generator("filtered") { draw in
      for _ in 0..<limit {
        let value = try draw.spanned(self)
        if try isIncluded(value) { return value }
      }
      throw Discard()
    }
  }
}

/// What ends a case that isn't one: it neither passes nor fails.
public struct Discard: Error, Hashable {
  /// The one there is.
  public init() {}
}

/// Discards the case unless this holds.
public func assume(_ condition: Bool) throws(Discard) {
  if !condition { throw Discard() }
}

extension Draw {
  /// A value of a generator.
  public mutating func callAsFunction<Value>(_ generator: Generator<Value>) throws -> Value {
    try drawn(nil, generator)
  }

  /// A value of a generator, by which name the report of a failure calls it.
  public mutating func callAsFunction<Value>(
    _ name: String, _ generator: Generator<Value>
  ) throws -> Value {
    try drawn(name, generator)
  }

  private mutating func drawn<Value>(
    _ name: String?, _ generator: Generator<Value>
  ) throws -> Value {
    guard let log = companion as? CaseLog else { return try spanned(generator) }
    log.enter()
    defer { log.leave() }
    let value = try spanned(generator)
    log.noteDrawn(name, value)
    return value
  }

  /// A value of a generator that makes part of another.
  mutating func spanned<Value>(_ generator: Generator<Value>) throws -> Value {
    beginSpan(generator.label)
    defer { endSpan() }
    return try generator.make(&self)
  }
}
