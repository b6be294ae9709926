import Witan
import WitanSimulation

/// `witan campaign`: many random scenarios, on all processors.
enum CampaignCommand {
  /// How it is called.
  struct Options: Hashable, Sendable {
    /// How many scenarios; as many as a default or a time allow if none.
    var count: UInt64?
    /// For how long new ones are begun.
    var span: Micros?
    /// The seed of the first.
    var seed: UInt64 = 1
    /// How many threads; as many as there are processors if none.
    var jobs: Int?
    /// Which part of the campaign to run.
    var shard = CampaignPlan.Shard()
    /// What it looks at.
    var profile = Profile.default
    /// The file that records it.
    var out: String?
    /// Where scenarios that fail are saved.
    var folder: String?
    /// How many runs making one smaller may take.
    var shrinking = 2_000
    /// Whether to print scenarios instead of running them.
    var isDry = false
  }

  /// How many scenarios are run if nobody says.
  static let usualCount: UInt64 = 1_000

  /// The command.
  static let command: Command = Command(
    "campaign", .study, "run many random scenarios on all processors",
    discussion: [
      "A scenario draws everything: how many replicas, their weights, the network, who lies and how, "
        + "what fails and when. All checkers watch; in the end everything that waits must be executed. "
        + "The scenarios' seeds follow each other, so that --seed 17 --count 1 runs one of them alone.",
      "The first failure of each kind is made as small as it gets, printed, and saved as a scenario. "
        + "The summary says what was drawn and which states were reached, and which never were. Ends "
        + "with 3 if safety was violated, with 4 if only liveness was.",
      "Profiles: "
        + Profile.allCases.map { "\($0.rawValue): \($0.sentence)" }.joined(separator: " ")
        + " The canary ends with 0 only if it finds them.",
    ],
    options: Options(),
    parameters: [
      .option(
        "count", \.count, .integer(1...1_000_000_000_000),
        "how many scenarios; \(usualCount) if neither this nor --for is given"),
      .option("for", \.span, .duration(), "for how long to begin new ones"),
      .option("seed", \.seed, .seed, "the seed of the first; the others follow it"),
      .option(
        "jobs", \.jobs, .integer(1...1_024), "how many at a time; one a processor if not given"),
      .option("shard", \.shard, .shard, "which part to run: 2/4 is every fourth from the second"),
      .option("profile", \.profile, .oneOf(placeholder: "NAME"), "what to look at most"),
      .option(
        "out", \.out, .file, "record each scenario here; go on where an earlier call was ended"),
      .option(
        "save", \.folder, .file.named("DIR"),
        "where scenarios that fail are saved; here, but for the canary's, if not given"),
      .option(
        "shrink", \.shrinking, .integer(0...1_000_000),
        "how many runs making one smaller may take"),
      .flag("dry-run", \.isDry, "print the scenarios instead of running them"),
    ],
    examples: [
      Example("witan campaign --count 10000", "ten thousand scenarios, and what they covered"),
      Example(
        "witan campaign --profile byzantine --for 60m --out night.jsonl",
        "an hour of liars; the same call again goes on with it"),
      Example(
        "witan campaign --profile canary --count 200",
        "whether the checkers see what too many liars do"),
    ],
    subcommands: [CampaignMergeCommand.command]
  ) { options, output in
    guard options.isDry else { return try CampaignRun(options, output).complete() }
    CampaignRun(options, output).printScenarios()
    return .success
  }
}

extension ValueKind where Value == CampaignPlan.Shard {
  /// A part of a whole, counted from one: `2/4`.
  static var shard: ValueKind {
    ValueKind(
      placeholder: "I/N",
      parse: { (text) throws(InvalidValue) in
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
          throw InvalidValue("is no part of a whole", remedy: "give it like 2/4")
        }
        let count = try UInt64(parsing: parts[1], in: 1...1_000_000)
        return CampaignPlan.Shard(index: try UInt64(parsing: parts[0], in: 1...count), count: count)
      },
      format: { "\($0.index)/\($0.count)" })
  }
}

/// `witan campaign merge`: the parts of a campaign as one.
enum CampaignMergeCommand {
  /// How it is called.
  struct Options: Hashable, Sendable {
    /// The files of the parts.
    var files: [String] = []
  }

  /// The command.
  static let command: Command = Command(
    "merge", .study, "put the parts of a campaign together",
    discussion: [
      "Says the same as the whole campaign would have said, run at one place."
    ],
    options: Options(),
    parameters: [
      .operands(
        \.files, .file, atLeastOne: true, "the files that witan campaign --shard --out wrote")
    ],
    examples: [
      Example("witan campaign merge night-*.jsonl", "what a night on many machines came to"),
      Example("witan campaign merge one.jsonl --json | jq .reached", "how often what was reached"),
    ]
  ) { options, output in
    let parts = try options.files.map { (file: $0, content: try CampaignJournal.read($0)) }
    guard let first = parts.first else { return .usage }
    var whole = CampaignJournal.Content(first.content.plan)
    whole.plan.shard = CampaignPlan.Shard()
    var seen: [CampaignPlan: String] = [:]
    for part in parts {
      var plan = part.content.plan
      if let other = seen.updateValue(part.file, forKey: plan) {
        throw UsageError(
          "it holds the same part as \(other.quotedIfNeeded)", remedy: "give each part once",
          at: Place(file: part.file))
      }
      plan.shard = whole.plan.shard
      guard plan == whole.plan, part.content.plan.shard.count == first.content.plan.shard.count
      else {
        throw UsageError(
          "it is of another campaign (\(part.content.plan)) than \(first.file.quotedIfNeeded) (\(first.content.plan))",
          remedy: "give the parts of one", at: Place(file: part.file))
      }
      whole.summary.merge(part.content.summary)
    }
    let report = CampaignReport(plan: whole.plan, summary: whole.summary)
    report.print(to: output)
    output.record(whole.summary.json(wallSeconds: nil))
    return report.exitCode
  }
}
