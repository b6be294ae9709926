import Witan
import WitanDraw

/// How faults are read and written: one form each.
struct FaultForm: Sendable {
  let name: String
  /// What follows the name, for people.
  let usage: String
  let read: @Sendable (inout Words) throws(ScenarioError) -> Fault.Effect

  /// All of them.
  static let all: [FaultForm] = [
    FaultForm(name: "partition", usage: "0,1 | 2,3") { (words) throws(ScenarioError) in
      var groups = [try words.nodes()]
      while words.take("|") { groups.append(try words.nodes()) }
      return .partition(groups)
    },
    FaultForm(name: "cut", usage: "0,1 -> 2,3") { (words) throws(ScenarioError) in
      let (from, to) = try words.link()
      return .cut(from: from, to: to)
    },
    FaultForm(name: "clog", usage: "0,1 -> 2,3") { (words) throws(ScenarioError) in
      let (from, to) = try words.link()
      return .clog(from: from, to: to)
    },
    FaultForm(name: "swizzle", usage: "0-3") { (words) throws(ScenarioError) in
      .swizzle(try words.nodes())
    },
    FaultForm(name: "link", usage: "0 -> 1 latency fixed:1s loss 0.5") {
      (words) throws(ScenarioError) in
      let (from, to) = try words.link()
      return .link(from: from, to: to, try words.linkChange())
    },
    FaultForm(name: "crash", usage: "2, or: 2 after 7 effects") { (words) throws(ScenarioError) in
      let nodes = try words.nodes()
      guard words.take("after") else { return .crash(nodes) }
      let count = try words.value("how many effects") { (text) throws(InvalidValue) in
        try Int(parsing: text, in: 0...1_000_000)
      }
      try words.expect("effects")
      return .crash(nodes, afterEffects: count)
    },
    FaultForm(name: "pause", usage: "1") { (words) throws(ScenarioError) in
      .pause(try words.nodes())
    },
    FaultForm(name: "drift", usage: "1 +200") { (words) throws(ScenarioError) in
      let nodes = try words.nodes()
      let millionths = try words.value("how many millionths") { (text) throws(InvalidValue) in
        let limit = LocalClock.driftLimit
        return try Int64(
          parsing: text.hasPrefix("+") ? String(text.dropFirst()) : text, in: -limit...limit)
      }
      return .drift(nodes, millionths: millionths)
    },
    FaultForm(name: "step", usage: "1 +2s") { (words) throws(ScenarioError) in
      let nodes = try words.nodes()
      let micros = try words.value("how far") { (text) throws(InvalidValue) in
        try Int64(parsingStep: text)
      }
      return .step(nodes, micros: micros)
    },
    FaultForm(name: "full-disk", usage: "1") { (words) throws(ScenarioError) in
      .fullDisk(try words.nodes())
    },
    FaultForm(name: "slow-disk", usage: "1 5ms") { (words) throws(ScenarioError) in
      let nodes = try words.nodes()
      return .slowDisk(
        nodes,
        try words.value("how long a sync takes") { (text) throws(InvalidValue) in
          try Micros.parse(text)
        })
    },
    FaultForm(name: "flip", usage: "1") { (words) throws(ScenarioError) in
      .flip(try words.nodes())
    },
    FaultForm(name: "reconfigure", usage: "0 1 2 4:2") { (words) throws(ScenarioError) in
      var seats = [try words.seat()]
      while !words.isAtEnd { seats.append(try words.seat()) }
      return .reconfigure(seats)
    },
  ]
}

extension Words {
  mutating func nodes() throws(ScenarioError) -> NodeSet {
    try value("a list of replicas") { (text) throws(InvalidValue) in try NodeSet(parsing: text) }
  }

  fileprivate mutating func link() throws(ScenarioError) -> (from: NodeSet, to: NodeSet) {
    let from = try nodes()
    try expect("->")
    return (from, try nodes())
  }

  fileprivate mutating func linkChange() throws(ScenarioError) -> Fault.LinkChange {
    var change = Fault.LinkChange()
    while !isAtEnd {
      if take("latency") {
        change.latency = try value("a distribution") { (text) throws(InvalidValue) in
          try Distribution(parsing: text)
        }
      } else if take("loss") {
        change.loss = try value("a probability") { (text) throws(InvalidValue) in
          try Double(parsingProbability: text)
        }
      } else {
        throw error(
          "\((peek ?? "").quoted) is no quality of a link", remedy: "give latency or loss")
      }
    }
    guard change != Fault.LinkChange() else {
      throw error("nothing is said about the link", remedy: "give latency or loss")
    }
    return change
  }

  fileprivate mutating func seat() throws(ScenarioError) -> Fault.Effect.Seat {
    try value("a replica") { (text) throws(InvalidValue) in
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let machine = try Int(parsing: String(parts[0]), in: 0...NodeSet.nodeLimit)
      guard parts.count == 2 else { return Fault.Effect.Seat(machine) }
      let weight = try UInt64(parsing: String(parts[1]), in: 1...1_000_000_000)
      return Fault.Effect.Seat(machine, weight: weight)
    }
  }
}

extension Int64 {
  /// Reads `+2s` or `-250ms`, in microseconds.
  fileprivate init(parsingStep text: String) throws(InvalidValue) {
    let isBack = text.hasPrefix("-")
    let span = try Micros.parse(isBack || text.hasPrefix("+") ? text.dropFirst() : text[...])
    self = isBack ? -Int64(span.rawValue) : Int64(span.rawValue)
  }
}

extension Fault: CustomStringConvertible {
  /// The statement.
  public var description: String {
    let span = TimeSpan(from: begins, until: ends, isMoment: effect.isMomentary)
    return "\(span) \(effect)"
  }
}

extension Fault.Effect: CustomStringConvertible {
  /// The statement without its time.
  public var description: String {
    switch self {
    case .partition(let groups):
      "partition \(groups.map(\.description).joined(separator: " | "))"
    case .cut(let from, let to): "cut \(from) -> \(to)"
    case .clog(let from, let to): "clog \(from) -> \(to)"
    case .swizzle(let nodes): "swizzle \(nodes)"
    case .link(let from, let to, let change): "link \(from) -> \(to)\(change)"
    case .crash(let nodes, let count):
      "crash \(nodes)\(count.map { " after \($0) effects" } ?? "")"
    case .pause(let nodes): "pause \(nodes)"
    case .drift(let nodes, let millionths):
      "drift \(nodes) \(millionths < 0 ? "" : "+")\(millionths)"
    case .step(let nodes, let micros):
      "step \(nodes) \(micros < 0 ? "-" : "+")\(Micros(micros.magnitude))"
    case .fullDisk(let nodes): "full-disk \(nodes)"
    case .slowDisk(let nodes, let span): "slow-disk \(nodes) \(span)"
    case .flip(let nodes): "flip \(nodes)"
    case .reconfigure(let seats):
      "reconfigure "
        + seats.map { $0.weight == 1 ? "\($0.machine)" : "\($0.machine):\($0.weight)" }
        .joined(separator: " ")
    }
  }
}

extension Fault.LinkChange: CustomStringConvertible {
  /// ` latency fixed:1s loss 0.5`.
  public var description: String {
    (latency.map { " latency \($0.optionText)" } ?? "")
      + (loss.map { " loss \($0.shortDescription)" } ?? "")
  }
}
