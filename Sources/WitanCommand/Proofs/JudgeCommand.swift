import WitanNode
import WitanProofs
import WitanSimulation

/// `witan judge`: rule on claims.
enum JudgeCommand {
  /// How it is called.
  struct Options: Sendable {
    /// The files.
    var files: [String] = []
    /// What is to hold, whatever the files say.
    var expected: Expected?
    /// The budget of claims that say none.
    var budget = Claim.defaultBudget
    /// How many workers there are.
    var jobs: Int?
    /// Whether to tell what the solver counted.
    var tellsStatistics = false
  }

  /// The command.
  static let command: Command = Command(
    "judge", .prove, "check claims with Z3, each in a process of its own",
    discussion: [
      "A claim is SMT-LIB 2. It is proved when no assignment satisfies its assertions, or, where it "
        + "says so, when its witness does. Verdict and difficulty depend on the claim and on Z3's version "
        + "only. Ends with 1 unless all are proved."
    ],
    options: Options(),
    parameters: [
      .operands(\.files, .file, atLeastOne: true, "claims; - is standard input"),
      .option(
        "expect", \.expected, .oneOf(), "what must hold, whatever the files say of themselves"),
      .option(
        "budget", \.budget, .integer(1...UInt32.max),
        "what a claim that doesn't say so may use, in Z3's own steps"),
      .option(
        "jobs", \.jobs, .integer(1...256), "how many are judged at once; all cores if not given"),
      .flag("statistics", \.tellsStatistics, "tell what Z3 counted, too"),
    ],
    examples: [
      Example("witan judge theorem.smt2", "says whether its assertions contradict each other"),
      Example("witan judge --expect sat --json puzzle.smt2", "whether something satisfies them"),
      Example("echo '(assert false)' | witan judge -", "judges what comes from a pipe"),
    ],
    run: run)

  private static func run(_ options: Options, _ output: Output) throws -> ExitCode {
    let court = ProofPool.ownWorkers(options.jobs)
    var names: [String] = []
    var hearings: [Hearing?] = []
    var claims: [(index: Int, claim: Claim)] = []
    for path in options.files {
      let index = names.count
      hearings.append(nil)
      do {
        let given = try GivenClaim.read(path, budget: options.budget, options.expected)
        names.append(given.name)
        switch try given.completed(by: court) {
        case .claim(let claim): claims.append((index, claim))
        case .ruling(let ruling): hearings[index] = Hearing(ruling)
        }
      } catch let error as GivenClaim.Unreadable {
        names.append(error.name)
        hearings[index] = Hearing(Ruling(.rejected(.script(error.fault))))
      }
    }
    let heard = court.hearings(on: claims.map(\.claim), statistics: options.tellsStatistics)
    for ((index, _), hearing) in zip(claims, heard) { hearings[index] = hearing }
    let all = hearings.compactMap { $0 }
    report(names, all, options, output)
    return all.allSatisfy(\.ruling.isProved) ? .success : .bad
  }

  private static func report(
    _ names: [String], _ hearings: [Hearing], _ options: Options, _ output: Output
  ) {
    var table = Table([
      .init("claim"), .init("verdict"), .init("difficulty", .right), .init("time", .right),
      .init("reason"),
    ])
    for (name, hearing) in zip(names, hearings) {
      let ruling = hearing.ruling
      let reason = ruling.outcome.reason
      table.append(
        .init(name), .init(ruling.outcome.word, ruling.isProved ? .good : .bad),
        .init(ruling.isProved ? Human.count(ruling.difficulty) : ""),
        .init(Human.time(hearing.wall)),
        .init(reason.map { String($0.prefix(200)).onOneLine } ?? ""))
      var record: [JSON.Member] = [
        .init(key: "claim", value: .string(name)),
        .init(key: "verdict", value: .string(ruling.outcome.word)),
        .init(key: "reason", value: .optional(reason, JSON.string)),
        .init(key: "difficulty", value: .count(ruling.difficulty)),
        .init(key: "resources", value: .count(ruling.resources)),
        .init(key: "wallMillis", value: .millis(hearing.wall)),
      ]
      if options.tellsStatistics {
        let counts = hearing.statistics.map { JSON.Member(key: $0.name, value: .number($0.value)) }
        record.append(.init(key: "wallStatistics", value: .object(counts)))
      }
      output.record(.object(record))
    }
    output.table(table)
    guard options.tellsStatistics else { return }
    for (name, hearing) in zip(names, hearings) where !hearing.statistics.isEmpty {
      var counts = Table([.init(name), .init("", .right)])
      for entry in hearing.statistics {
        counts.append(.init(entry.name), .init(Human.decimal(entry.value, places: 2)))
      }
      output.line()
      output.table(counts)
    }
  }
}

extension String {
  /// The text without the ends of its lines.
  var onOneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}
