import Testing

/// Keeps the house: what the style asks for and a machine can see.
@Suite struct TidyTests {
  private static let rules: [Rule] = [
    .shortFiles, .shortFunctions, .layers, .knownModules, .dependencies, .landingPages, .noMarks,
    .tellingNames, .noTraps, .cleanTop, .noHashOrder, .mutants,
  ]

  /// What may stay as it is, each with its reason. One that is no longer needed must go.
  private static let exemptions: [Exemption] = [
    Exemption(
      .shortFunctions, "Tests/WitanNodeTests/KeyFileTests.swift",
      because: "the function is one table of all messages, without a branch")
  ]

  @Test(arguments: rules)
  func `the repository keeps to the rule`(_ rule: Rule) {
    let findings = rule.check(.real).filter { finding in
      !Self.exemptions.contains { $0.covers(finding, of: rule) }
    }
    #expect(findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))")
  }

  @Test(arguments: exemptions)
  func `an exemption is still needed`(_ exemption: Exemption) {
    let findings = exemption.rule.check(.real)
    #expect(findings.contains { exemption.covers($0, of: exemption.rule) }, "take it off the list")
  }

  @Test func `the repository was found`() {
    #expect(Repository.real.entries.contains("Package.swift"))
    #expect(Repository.real.files.count > 50)
    #expect(Repository.real.files.count { $0.path.hasPrefix("Tests/Mutants/") } >= 50)
  }
}

/// A file that need not keep to a rule.
struct Exemption: Sendable, CustomStringConvertible {
  /// The rule.
  let rule: Rule
  /// The file.
  let path: String
  /// Why.
  let reason: String

  init(_ rule: Rule, _ path: String, because reason: String) {
    self.rule = rule
    self.path = path
    self.reason = reason
  }

  var description: String { "\(path): \(rule), but \(reason)" }

  /// Whether it excuses what a rule has found.
  func covers(_ finding: Finding, of rule: Rule) -> Bool {
    rule.description == self.rule.description && finding.path == path
  }
}
