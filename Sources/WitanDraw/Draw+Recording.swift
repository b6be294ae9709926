/// Choices that come from elsewhere, and are written down.
extension Draw {
  /// How many choices are recorded unless another limit is given.
  public static let recordingLimit = 1 << 16

  /// The stream of this seed, recorded: the same numbers as ``init(seed:)`` gives.
  public init(recording seed: UInt64, limit: Int = recordingLimit) {
    self.init(Tape(seed: seed, limit: limit))
  }

  /// These choices again. One that is too large for what is asked becomes the largest possible; when all are
  /// used up, the rest follows from a seed, or is zero without one: the simplest.
  public init(replaying choices: Choices, thenSeed seed: UInt64? = nil, limit: Int = recordingLimit)
  {
    self.init(Tape(replaying: choices.values, seed: seed, limit: limit))
  }

  /// Choices read from bytes, as many for each as its bound needs: zero when none are left. A fuzzer that
  /// changes bytes changes choices.
  public init(bytes: some Sequence<UInt8>, limit: Int = recordingLimit) {
    self.init(Tape(bytes: Array(bytes), limit: limit))
  }

  /// What was chosen so far; nil for a draw that doesn't record.
  public var recording: Recording? { tape?.result }

  /// What whoever made this draw wants to be found with it, such as where to note what a case did. Only a
  /// draw that records has one.
  public var companion: AnyObject? {
    get { tape?.companion }
    nonmutating set { tape?.companion = newValue }
  }

  // MARK: - Spans

  /// Says that what is chosen inside belongs together, and what for. It changes nothing but the record: who
  /// makes a case smaller removes, moves and clears such spans as a whole.
  @inlinable
  public mutating func span<Value, Failure: Error>(
    _ label: StaticString, _ body: (inout Draw) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    beginSpan(label)
    defer { endSpan() }
    return try body(&self)
  }

  /// Begins a span: see ``span(_:_:)``, which can't forget to end it.
  public func beginSpan(_ label: StaticString) { tape?.begin(label) }

  /// Ends the span that began last.
  public func endSpan() { tape?.end() }

  // MARK: - What a seed prefers

  /// A number from 0 to `bound` that a seed chooses in its own way, such as more often at the edges. Recorded
  /// choices and bytes are free within the bound, and only the number chosen is recorded.
  public mutating func choice(
    upTo bound: UInt64, proposing propose: (inout Draw) -> UInt64
  ) -> UInt64 {
    if let tape { return tape.choice(upTo: bound, proposing: propose) }
    return min(propose(&self), bound)
  }

  /// What a seed would like, to guide the choices that follow: never recorded, and nil where choices come
  /// from elsewhere.
  public mutating func suggestion<Value>(_ suggest: (inout Draw) -> Value) -> Value? {
    if let tape { return tape.suggestion(suggest) }
    return suggest(&self)
  }

  /// A stream of what a seed would like in this case as a whole, the same whenever it is asked for; nil
  /// where there is no seed.
  public func suggestions(_ purpose: StaticString) -> Draw? {
    if let tape { return tape.suggestions(purpose) }
    return Draw.split(SplitMix64.scramble(key), purpose, 0)
  }
}
