extension Generator {
  /// An element of a collection, which isn't empty. The simplest is the first.
  public static func elements<Elements: Collection & Sendable>(
    of elements: Elements
  ) -> Self where Elements.Element == Value, Value: Sendable {
    let elements = Array(elements)
    return Generator("choice") { draw in
      guard let element = draw.pick(elements) else { throw Discard() }
      return element
    }
  }

  /// The cases of an enumeration. The simplest is the first.
  public static func cases(of type: Value.Type = Value.self) -> Self
  where Value: CaseIterable & Sendable {
    elements(of: Array(Value.allCases))
  }

  /// A value of one of these. The simplest is the first's.
  public static func oneOf(_ alternatives: Generator...) -> Self {
    frequency(alternatives.map { (1, $0) })
  }

  /// A value of one of these, each as often as its weight says among all. The simplest is the first's.
  ///
  /// A weight guides what a seed draws, and nothing else: what is replayed, shrunk or read from a fuzzer may
  /// be any of them.
  public static func frequency(_ alternatives: (Int, Generator)...) -> Self {
    frequency(alternatives)
  }

  /// A value of one of these, each as often as its weight says among all.
  public static func frequency(_ alternatives: [(Int, Generator)]) -> Self {
    let generators = alternatives.map(\.1)
    let weights = alternatives.map { UInt64(max($0.0, 0)) }
    return Generator("alternative") { draw in
      try draw.alternative(generators, weights: weights)
    }
  }

  /// A value of one of these, with other weights in each case: some of them off, some of them most of the
  /// time. What only happens after many of one kind in a row, or in the absence of another, comes up so.
  ///
  /// The weights are the same wherever this name is drawn from within a case.
  public static func swarm(_ name: StaticString, _ alternatives: Generator...) -> Self {
    swarm(name, alternatives)
  }

  /// A value of one of these, with other weights in each case.
  public static func swarm(_ name: StaticString, _ alternatives: [Generator]) -> Self {
    Generator("alternative") { draw in
      var weights = alternatives.map { _ in UInt64(1) }
      if var mood = draw.suggestions(name) {
        weights = weights.map { _ in mood.pick([0, 0, 1, 1, 2, 5]) ?? 1 }
        if weights.allSatisfy({ $0 == 0 }) { weights = weights.map { _ in 1 } }
      }
      return try draw.alternative(alternatives, weights: weights)
    }
  }

  /// Values that hold values of their own kind: trees, expressions, nested lists.
  ///
  /// ```swift
  /// indirect enum Tree { case leaf(Int), node(Tree, Tree) }
  /// let trees = Generator<Tree>.recursive(depth: 5) { .integers(in: 0...9).map(Tree.leaf) } branch: { inner in
  ///   Generator { draw in .node(try draw(inner), try draw(inner)) }
  /// }
  /// ```
  ///
  /// The simplest is a leaf. A branch within a branch shrinks to what stands within it.
  public static func recursive(
    depth: Int = 4, leaf: Generator,
    branch: @escaping @Sendable (Generator) -> Generator
  ) -> Self {
    guard depth > 0 else { return Generator("tree", leaf.make) }
    return Generator("tree") { draw in
      // Deep trees would hardly ever be drawn if each level were a toss of a coin.
      let isBranch = draw.choice(upTo: 1) { seed in seed.chance(0.6) ? 1 : 0 } == 1
      guard isBranch else { return try draw.spanned(leaf) }
      return try branch(recursive(depth: depth - 1, leaf: leaf, branch: branch)).make(&draw)
    }
  }

  /// The values of several generators together.
  public static func zip<each Part>(
    _ parts: repeat Generator<each Part>
  ) -> Self where Value == (repeat each Part) {
    Generator("together") { draw in (repeat try draw.spanned(each parts)) }
  }
}

extension Draw {
  fileprivate mutating func alternative<Value>(
    _ alternatives: [Generator<Value>], weights: [UInt64]
  ) throws -> Value {
    guard !alternatives.isEmpty else { throw Discard() }
    let chosen = choice(upTo: UInt64(alternatives.count - 1)) { seed in
      let total = weights.reduce(0, +)
      guard total > 0 else { return 0 }
      var left = seed.choice(upTo: total - 1)
      for (index, weight) in weights.enumerated() {
        guard left >= weight else { return UInt64(index) }
        left -= weight
      }
      return 0
    }
    return try spanned(alternatives[Int(chosen)])
  }
}
