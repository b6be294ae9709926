import WitanSimulation

/// A campaign's results as a file of JSON Lines: which campaign it is, a line for each scenario in the order of their
/// seeds, and a line for each that was shrunk. A campaign that was ended goes on where its file ends.
struct CampaignJournal {
  /// What a file holds.
  struct Content {
    /// Which campaign, and which part of it.
    var plan: CampaignPlan
    /// What its scenarios came to so far.
    var summary: CampaignSummary

    init(_ plan: CampaignPlan) {
      self.plan = plan
      summary = CampaignSummary(origin: plan.seed)
    }
  }

  private let file: LineFile

  /// Opens a campaign's file, or begins it, and reads what it holds already.
  init(_ path: String, for plan: CampaignPlan, into summary: inout CampaignSummary) throws {
    file = try LineFile(path, isGrowing: true)
    var content: Content?
    try file.read(isGrowing: true) { number, line in
      try Self.take(line, number, of: path, into: &content)
    }
    guard let content else {
      try file.append(plan.json.text)
      return
    }
    guard content.plan == plan else {
      throw UsageError(
        "it holds another campaign: \(content.plan)", remedy: "give --out another file",
        at: Place(file: path))
    }
    summary = content.summary
  }

  /// What a finished file holds.
  static func read(_ path: String) throws -> Content {
    var content: Content?
    try LineFile(path, isGrowing: false).read(isGrowing: false) { number, line in
      guard try take(line, number, of: path, into: &content) else {
        throw UsageError(
          "it isn't a line of a campaign", remedy: "give files that witan campaign --out wrote",
          at: Place(file: path, line: number))
      }
      return true
    }
    guard let content else {
      throw UsageError(
        "it is empty", remedy: "give files that witan campaign --out wrote", at: Place(file: path))
    }
    return content
  }

  /// Understands a line; false if it is damaged, such as by a machine that died while it was written.
  private static func take(
    _ line: String, _ number: Int, of path: String, into content: inout Content?
  ) throws -> Bool {
    let json = try? JSON(parsing: line)
    guard number > 1 else {
      guard let plan = json.flatMap(CampaignPlan.init) else {
        throw UsageError(
          "it doesn't begin as a campaign's file does",
          remedy: "give one that witan campaign --out wrote, or none that exists",
          at: Place(file: path, line: 1))
      }
      content = Content(plan)
      return true
    }
    guard let json, var own = content else { return false }
    content = nil
    defer { content = own }
    if let shrunk = CampaignSummary.Shrunk(json) {
      own.summary.add(shrunk)
      return true
    }
    guard let record = CampaignRecord(json),
      record.seed == own.plan.seed(at: own.summary.scenarios)
    else { return false }
    own.summary.add(record)
    return true
  }

  /// Adds a scenario.
  func add(_ record: CampaignRecord) throws { try file.append(record.json.text) }

  /// Adds what a scenario was made of.
  func add(_ shrunk: CampaignSummary.Shrunk) throws { try file.append(shrunk.json.text) }
}

extension CampaignPlan: CustomStringConvertible {
  /// `--profile default --seed 1 --shard 1/2`.
  var description: String {
    "--profile \(profile.rawValue) --seed \(seed)"
      + (shard == Shard() ? "" : " --shard \(shard.index)/\(shard.count)")
  }

  /// The first line of its file.
  fileprivate var json: JSON {
    [
      "campaign": .unsigned(seed), "profile": .string(profile.rawValue),
      "shard": .unsigned(shard.index), "shards": .unsigned(shard.count),
    ]
  }

  fileprivate init?(_ json: JSON) {
    guard let seed = json["campaign"]?.unsigned,
      let profile = json["profile"]?.string.flatMap(Profile.init(rawValue:)),
      let index = json["shard"]?.unsigned, let count = json["shards"]?.unsigned,
      index > 0, index <= count
    else { return nil }
    self.init(seed: seed, profile: profile, shard: Shard(index: index, count: count))
  }
}

extension CampaignSummary.Shrunk {
  fileprivate var json: JSON {
    [
      "shrunk": .unsigned(seed), "kind": .string(kind.rawValue), "scenario": .string(scenario),
      "attempts": .unsigned(attempts),
    ]
  }

  fileprivate init?(_ json: JSON) {
    guard let seed = json["shrunk"]?.unsigned,
      let kind = json["kind"]?.string.flatMap(Violation.Kind.init(rawValue:)),
      let scenario = json["scenario"]?.string, let attempts = json["attempts"]?.unsigned
    else { return nil }
    self.init(seed: seed, kind: kind, scenario: scenario, attempts: attempts)
  }
}
