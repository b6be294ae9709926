extension Generator {
  /// Arrays of such elements, of a length within bounds: often short, sometimes empty, sometimes as long as
  /// they may be.
  public static func arrays<Element>(
    of element: Generator<Element>, count: ClosedRange<Int> = 0...20
  ) -> Self where Value == [Element] {
    Generator("array") { draw in try draw.elements(of: element, count: count) }
  }

  /// Arrays of one length.
  public static func arrays<Element>(
    of element: Generator<Element>, count: Int
  ) -> Self where Value == [Element] {
    arrays(of: element, count: count...count)
  }

  /// Sets of such elements. A case in which there aren't enough different ones is discarded.
  public static func sets<Element>(
    of element: Generator<Element>, count: ClosedRange<Int> = 0...20
  ) -> Self where Value == Set<Element>, Element: SendableMetatype {
    Generator("set") { draw in
      Set(try draw.spanned(Generator<[Element]>.distinct(element, count: count)))
    }
  }

  /// Arrays of elements that all differ, in the order in which they were drawn.
  public static func distinct<Element: Hashable & SendableMetatype>(
    _ element: Generator<Element>, count: ClosedRange<Int> = 0...20
  ) -> Self where Value == [Element] {
    Generator("distinct") { draw in
      try draw.elements(of: element, count: count, identifiedBy: { $0 })
    }
  }

  /// Dictionaries of such keys and values.
  public static func dictionaries<Key, Element>(
    keys: Generator<Key>, values: Generator<Element>, count: ClosedRange<Int> = 0...20
  ) -> Self where Value == [Key: Element], Key: SendableMetatype {
    let pairs = Generator<(Key, Element)>("pair") { draw in
      (try draw.spanned(keys), try draw.spanned(values))
    }
    return Generator("dictionary") { draw in
      let entries = try draw.elements(of: pairs, count: count, identifiedBy: { $0.0 })
      return Dictionary(entries, uniquingKeysWith: { first, _ in first })
    }
  }

  /// Nothing, or such a value. Nothing is the simpler one.
  public static func optionals<Wrapped>(
    of value: Generator<Wrapped>, none probability: Double = 0.25
  ) -> Self where Value == Wrapped? {
    Generator("optional") { draw in
      let isSome = draw.choice(upTo: 1) { seed in seed.chance(probability) ? 0 : 1 } == 1
      return isSome ? try draw.spanned(value) : nil
    }
  }

  /// The elements of a collection in any order. The simplest is the order that they have.
  public static func permutations<Elements: Collection & Sendable>(
    of elements: Elements
  ) -> Self where Value == [Elements.Element] {
    Generator("permutation") { draw in draw.shuffled(elements) }
  }

  /// Some of a collection's elements, in the order that they have. The simplest is none.
  public static func subsets<Elements: Collection & Sendable>(
    of elements: Elements
  ) -> Self where Value == [Elements.Element] {
    Generator("subset") { draw in
      // Now and then nearly none or nearly all, which half of each would hardly ever be.
      let share = draw.suggestion { $0.pick([0.05, 0.5, 0.5, 0.95]) ?? 0.5 } ?? 0.5
      return elements.filter { _ in
        draw.choice(upTo: 1) { seed in seed.chance(share) ? 1 : 0 } == 1
      }
    }
  }
}

extension Draw {
  /// So many elements. Before each that needn't be there, one choice says that it is: to delete an element is
  /// to delete its choices, whatever its place.
  mutating func elements<Element>(
    of element: Generator<Element>, count: ClosedRange<Int>
  ) throws -> [Element] {
    try elements(count: count) { draw, elements in
      elements.append(try draw.spanned(element))
      return true
    }
  }

  /// So many elements that differ in what identifies them.
  mutating func elements<Element, Identity: Hashable>(
    of element: Generator<Element>, count: ClosedRange<Int>,
    identifiedBy identity: (Element) -> Identity
  ) throws -> [Element] {
    var known: Set<Identity> = []
    return try elements(count: count) { draw, elements in
      for _ in 0..<20 {
        let value = try draw.spanned(element)
        guard known.insert(identity(value)).inserted else { continue }
        elements.append(value)
        return true
      }
      return false
    }
  }

  private mutating func elements<Element>(
    count: ClosedRange<Int>, append: (inout Draw, inout [Element]) throws -> Bool
  ) throws -> [Element] {
    precondition(count.lowerBound >= 0, "a collection has no fewer than no elements")
    let wanted = suggestion { $0.size(in: count) }
    var elements: [Element] = []
    var isComplete = false
    while !isComplete {
      isComplete = try span("element") { draw in
        guard draw.wantsMore(than: elements.count, of: count, wanted: wanted),
          try append(&draw, &elements)
        else { return true }
        return elements.count == count.upperBound
      }
    }
    guard elements.count >= count.lowerBound else { throw Discard() }
    return elements
  }

  /// Whether there is to be another, as one choice says where it isn't plain.
  mutating func wantsMore(
    than size: Int, of count: ClosedRange<Int>, wanted: Int?
  ) -> Bool {
    guard size < count.upperBound else { return false }
    guard size >= count.lowerBound else { return true }
    return choice(upTo: 1) { seed in
      if let wanted { size < wanted ? 1 : 0 } else { seed.chance(0.75) ? 1 : 0 }
    } == 1
  }

  /// How long a collection is to be: a tenth as short and a tenth as long as may be, most of them short.
  mutating func size(in count: ClosedRange<Int>) -> Int {
    let room = UInt64(count.upperBound - count.lowerBound)
    let size =
      switch choice(upTo: 9) {
      case 0: UInt64(0)
      case 1: room
      case 2, 3: choice(upTo: room)
      default: choice(upTo: min(room, 2 + room / 4))
      }
    return count.lowerBound + Int(size)
  }
}
