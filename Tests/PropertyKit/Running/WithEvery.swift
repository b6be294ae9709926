import Testing

/// Holds something to be true of each of these, and says of which it wasn't.
///
/// ```swift
/// try withEvery("n", in: 4...31) { n in
///   try withEvery("f", in: 0...(n - 1) / 3) { f in
///     try expect(quorum(n) > (n + f) / 2)
///   }
/// }
/// ```
public func withEvery<Elements: Sequence>(
  _ name: String, in elements: Elements, _ body: (Elements.Element) throws -> Void
) throws {
  for element in elements {
    do {
      try body(element)
    } catch is Discard {
      continue
    } catch {
      var failure = Failure(error)
      failure.message = "\(name) = \(swiftLiteral(element)): \(failure.message)"
      throw failure
    }
  }
}
