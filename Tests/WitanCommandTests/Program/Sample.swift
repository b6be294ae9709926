@testable import WitanCommand

/// A program that has everything a description can say.
enum Sample {
  /// One field for every kind of parameter.
  struct Options: Hashable, Sendable {
    var count = 3
    var shade: Shade?
    var notes: [String] = []
    var quiet = false
    var source: String?
    var targets: [String] = []
  }

  enum Shade: String, CaseIterable, Sendable {
    case light, dark
  }

  static let parameters: [Parameter<Options>] = [
    .option("count", \.count, .integer(1...9), "how many there are"),
    .option("shade", \.shade, .oneOf(), "which shade; any if not given"),
    .repeatable("note", \.notes, .text("TEXT"), "what to remember"),
    .flag("quiet", \.quiet, "say less"),
    .operand(\.source, .file.named("SOURCE"), isRequired: true, "where it comes from"),
    .operands(\.targets, .file.named("TARGET"), atLeastOne: false, "where it goes"),
  ]

  /// `sample copy` prints its options; `sample box open` and `sample box shut` print their names.
  static let program = Program(
    name: "sample", summary: "a program for tests", version: "1.2.3",
    commands: [
      Command(
        "copy", .run, "copy things", discussion: ["It's what it says."], options: Options(),
        parameters: parameters,
        examples: [
          Example("sample copy a b", "copies a to b"),
          Example("sample copy a --count 4", "copies a, four times"),
        ]
      ) { options, output in
        output.line("\(options.count) \(options.notes) \(options.source ?? "") \(options.targets)")
        output.record(["count": .count(options.count)])
        return options.quiet ? .bad : .success
      },
      Command(
        "box", .run, "open or shut a box",
        examples: [Example("sample box open", "opens"), Example("sample box shut", "shuts")],
        subcommands: [leaf("open"), leaf("shut")]),
      leaf("fail", throwing: EnvironmentError("the disk is full", remedy: "free some space")),
      leaf(
        "misread",
        throwing: UsageError(
          "a number is missing", remedy: "write one", at: Place(file: "in.json", line: 3))),
    ])

  private static func leaf(_ name: String, throwing error: (any Error)? = nil) -> Command {
    Command(
      name, .run, "\(name) it", options: Options(), parameters: [],
      examples: [Example("a", "b"), Example("c", "d")]
    ) { _, output in
      if let error { throw error }
      output.line(name)
      return .success
    }
  }
}
