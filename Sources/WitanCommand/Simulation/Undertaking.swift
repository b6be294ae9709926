import Witan
import WitanSimulation

/// A scenario that is going to be run, and where each part of it comes from, so that whatever is wrong with it is told of
/// the option or the line that said so.
struct Undertaking {
  /// What is run.
  private(set) var scenario: Scenario
  private let options: SimulateOptions
  private let file: String?
  /// How many of the faults, the first ones, are the file's.
  private let plannedByFile: Int
  /// Adversaries that were named and that nobody plays.
  private(set) var unplayed: [String] = []

  /// What the options ask for.
  init(_ options: SimulateOptions) throws {
    self.options = options
    file = options.file
    scenario = try options.file.map(Self.read) ?? SimulateOptions.plain
    plannedByFile = scenario.faults.count
    for change in options.changes { change.make(&scenario) }
    if file == nil { chooseJudge() }
    scenario.faults += (options.partitions + options.crashes).map(\.fault)
    if options.faulty != nil || options.casting != nil { try cast() }
    if let flaw = scenario.flaw { throw error(for: flaw) }
    guard options.ledger == nil || scenario.application == .ledger else {
      throw UsageError("--save-ledger: no ledger runs", remedy: "give --application ledger")
    }
  }

  /// The scenario of a file.
  static func read(_ path: String) throws -> Scenario {
    let text = try TextFile.read(path, limit: Scenario.textLimit)
    do throws(ScenarioError) {
      return try Scenario(parsing: text)
    } catch {
      throw UsageError(
        error.problem, remedy: error.remedy,
        at: Place(file: path, line: error.line, column: error.column))
    }
  }

  /// A run of it in which nothing has happened yet.
  func begin() throws -> Run {
    do {
      return try Run(scenario, keepsHistory: options.ledger != nil)
    } catch let fault as ImpossibleGenesis {
      throw UsageError("no network can begin so", remedy: fault.description)
    }
  }

  /// A run from nothing has claims in it, if it has a ledger to take them. Each replica judges by itself, so that in a
  /// large run somebody stands in for Z3 who believes what claims say.
  private mutating func chooseJudge() {
    guard !options.changes.contains(where: { $0.name == "judge" }), scenario.application == .ledger
    else { return }
    let work = [
      UInt64(scenario.replicas), scenario.blocks, UInt64(scenario.claims), UInt64(scenario.clients),
    ]
    let rulings = work.reduce(1.0) { $0 * Double($1) }
    scenario.judge = rulings <= Self.fewRulings ? .real : .simulated
  }

  /// So many are judged within some seconds.
  private static let fewRulings = 4_000.0

  /// Gives the first replicas to the adversaries, in turns. The first ones, because they lead first: a liar that leads
  /// can do more.
  private mutating func cast() throws {
    var names = ["silent"]
    if case .names(let given) = options.casting { names = given }
    let count = options.faulty ?? names.count
    guard count <= scenario.replicas else {
      throw UsageError(
        "--faulty \(count) is more than the \(scenario.replicas) replicas there are",
        remedy: "give \(scenario.replicas) at most")
    }
    scenario.adversaries = []
    for (index, name) in names.enumerated() where !names[..<index].contains(name) {
      let machines = NodeSet((0..<count).filter { names[$0 % names.count] == name })
      if machines.isEmpty {
        unplayed.append(name)
      } else {
        scenario.adversaries.append(Casting(name, machines: machines))
      }
    }
  }

  // MARK: Whose mistake it is

  private func error(for flaw: Scenario.Flaw) -> UsageError {
    UsageError("\(subject(of: flaw.statement)): \(flaw.problem)", remedy: flaw.remedy)
  }

  private func subject(of statement: Scenario.Flaw.Statement) -> String {
    switch statement {
    case .settings(let names):
      let order = names + ["replicas"]
      return order.lazy.compactMap { name in options.changes.first { $0.name == name } }.first?
        .spelling ?? file?.quotedIfNeeded ?? "--replicas \(scenario.replicas)"
    case .adversary(let index):
      return blame("\(scenario.adversaries[index])")
    case .fault(let index):
      guard index >= plannedByFile else { return blame("\(scenario.faults[index])") }
      let own = index - plannedByFile
      return own < options.partitions.count
        ? "--partition \(options.partitions[own].text.quotedIfNeeded)"
        : "--crash \(options.crashes[own - options.partitions.count].text.quotedIfNeeded)"
    }
  }

  /// What is right in its file, and no longer with the options.
  private func blame(_ statement: String) -> String {
    let change = options.changes.first { $0.name == "replicas" }
    return
      "\(change.map { "\($0.spelling) for " } ?? "")\(file.map { "\($0.quotedIfNeeded) with " } ?? "")\(statement.quoted)"
  }
}
