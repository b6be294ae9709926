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
    ],
    examples: [
      Example("witan judge theorem.smt2", "says whether its assertions contradict each other"),
      Example("witan judge --expect sat --json puzzle.smt2", "whether something satisfies them"),
      Example("echo '(assert false)' | witan judge -", "judges what comes from a pipe"),
    ],
    run: run)

  private static func run(_ options: Options, _ output: Output) throws -> ExitCode {
    let court = ProofPool.ownWorkers(options.jobs)
    let start = Clock.wall.nanoseconds
    var names: [String] = []
    var rulings: [Ruling?] = []
    var claims: [(index: Int, claim: Claim)] = []
    for path in options.files {
      let index = names.count
      do {
        let given = try GivenClaim.read(path, budget: options.budget)
        names.append(given.name)
        rulings.append(nil)
        let file = try given.file.expecting(options.expected)
        switch try GivenClaim(name: given.name, file: file).completed(by: court) {
        case .claim(let claim): claims.append((index, claim))
        case .ruling(let ruling): rulings[index] = ruling
        }
      } catch let error as GivenClaim.Unreadable {
        names.append(error.name)
        rulings.append(Ruling(.rejected(.script(error.fault))))
      }
    }
    for ((index, _), ruling) in zip(claims, court.rulings(on: claims.map(\.claim))) {
      rulings[index] = ruling
    }
    let wall = Double(Clock.wall.nanoseconds - start) / 1e6
    let all = rulings.compactMap { $0 }
    report(names, all, wallMillis: wall / Double(max(1, all.count)), output)
    return all.allSatisfy(\.isProved) ? .success : .bad
  }

  private static func report(
    _ names: [String], _ rulings: [Ruling], wallMillis: Double, _ output: Output
  ) {
    var table = Table([
      .init("claim"), .init("verdict"), .init("difficulty", .right), .init("reason"),
    ])
    for (name, ruling) in zip(names, rulings) {
      let reason = ruling.outcome.reason
      table.append(
        .init(name), .init(ruling.outcome.word, ruling.isProved ? .good : .bad),
        .init(ruling.isProved ? Human.count(ruling.difficulty) : ""),
        .init(reason.map { String($0.prefix(200)).onOneLine } ?? ""))
      output.record([
        "claim": .string(name), "verdict": .string(ruling.outcome.word),
        "reason": .optional(reason, JSON.string), "difficulty": .count(ruling.difficulty),
        "resources": .count(ruling.resources), "wallMillis": .number(wallMillis),
      ])
    }
    output.table(table)
  }
}

extension String {
  /// The text without the ends of its lines.
  var onOneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}
