import Witan
import WitanCrypto

/// Words that follow from a seed: nobody can tell them before the seed is known, and everybody afterwards.
///
/// SHA-256 of the seed, the purpose and a counter; four words a hash.
public struct Lottery: Sendable {
  private let prefix: SHA256
  private var counter: UInt64 = 0
  private var words: [UInt64] = []

  /// The words of a seed for a purpose and a number of it, as an epoch.
  public init(seed: Digest, purpose: StaticString, number: UInt64) {
    var writer = ByteWriter()
    for byte in purpose.description.utf8 { writer.write(byte) }
    writer.write(seed)
    writer.write(number)
    var hash = SHA256()
    writer.withBytes { hash.update($0) }
    prefix = hash
  }

  /// The next word.
  public mutating func next() -> UInt64 {
    if words.isEmpty {
      var hash = prefix
      withUnsafeBytes(of: counter.littleEndian) { hash.update($0) }
      counter += 1
      words = hash.finish().withBytes { bytes in
        (0..<4).map { UInt64(littleEndian: bytes.load(fromByteOffset: 8 * $0, as: UInt64.self)) }
      }
    }
    return words.removeLast()
  }

  /// A number below a bound, each exactly as likely as any other; 0 if the bound is. What would make some likelier is drawn
  /// again (Lemire, *Fast random integer generation in an interval*, 2019).
  public mutating func number(below bound: UInt64) -> UInt64 {
    guard bound > 0 else { return 0 }
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let uneven = (0 &- bound) % bound
      while product.low < uneven { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }
}

extension Lottery {
  /// So many different numbers below `count`, in an order, each selection and order as likely as any other: the beginning
  /// of a shuffle of all. It costs what is drawn, not what there is.
  public mutating func draw(_ size: Int, below count: Int) -> [Int] {
    // Fisher and Yates, remembering only the places that were swapped.
    var moved: [Int: Int] = [:]
    return (0..<min(size, count)).map { place in
      let other = place + Int(number(below: UInt64(count - place)))
      let chosen = moved[other] ?? other
      moved[other] = moved[place] ?? place
      return chosen
    }
  }

  /// So many different places of a list of weights, one after another, each as likely as its share of the weight that is
  /// left. What weighs nothing is never drawn.
  public mutating func draw(_ size: Int, byWeight weights: [UInt64]) -> [Int] {
    var sums = PrefixSums(weights)
    var drawn: [Int] = []
    while drawn.count < size, sums.total > 0 {
      let place = sums.place(of: number(below: sums.total))
      drawn.append(place)
      sums.remove(weights[place], at: place)
    }
    return drawn
  }
}

/// Sums of the beginnings of a list, and where in it a sum lies, in a logarithm of its length (Fenwick, *A New Data
/// Structure for Cumulative Frequency Tables*, 1994).
struct PrefixSums: Sendable {
  private var nodes: [UInt64]
  private(set) var total: UInt64 = 0

  /// Sums of these; together they may be 2⁶⁴ − 1 at most, and what goes beyond is left out.
  init(_ weights: [UInt64]) {
    nodes = [UInt64](repeating: 0, count: weights.count + 1)
    for (index, weight) in weights.enumerated() {
      let (sum, overflow) = total.addingReportingOverflow(weight)
      if !overflow {
        total = sum
        nodes[index + 1] = weight
      }
    }
    for index in 1..<max(1, nodes.count) {
      let parent = index + (index & -index)
      if parent < nodes.count { nodes[parent] += nodes[index] }
    }
  }

  /// The first place whose sum, itself included, is beyond a number below the total.
  func place(of number: UInt64) -> Int {
    var (place, rest) = (0, number)
    var step = 1
    while step * 2 < nodes.count { step *= 2 }
    while step > 0 {
      if place + step < nodes.count, nodes[place + step] <= rest {
        place += step
        rest -= nodes[place]
      }
      step /= 2
    }
    return place
  }

  /// Takes a weight away from a place that has it.
  mutating func remove(_ weight: UInt64, at place: Int) {
    total -= weight
    var index = place + 1
    while index < nodes.count {
      nodes[index] -= weight
      index += index & -index
    }
  }
}
