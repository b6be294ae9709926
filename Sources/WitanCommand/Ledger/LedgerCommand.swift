import Witan
import WitanCrypto
import WitanLedger
import WitanSimulation

/// `witan ledger`: looks into a ledger, and proves what is in it.
enum LedgerCommand {
  /// How its parts are called.
  struct Options: Hashable, Sendable {
    /// Where the ledger is.
    var path: String?
    /// Whose account.
    var account: String?
    /// Which validator.
    var validator: UInt32?
    /// Where to write a proof.
    var out: String?
    /// The root that is trusted.
    var root: String?
    /// The first block.
    var from: UInt64 = 1
    /// The last block.
    var to: UInt64 = .max
  }

  private static let path = Parameter<Options>.operand(
    \.path, .ledger, isRequired: true, "a folder with a ledger, or a state or proof in a file")
  private static let root = Parameter<Options>.option(
    "root", \.root, .text("ROOT"), "the root that is trusted; the one that it names if not given")

  /// The command.
  static let command: Command = Command(
    "ledger", .run, "look into a ledger, prove what is in it, and verify it",
    discussion: [
      "A ledger is a folder that a node or witan simulate --save-ledger wrote, or one state in a file. "
        + "Nothing that is read is believed: every part is checked against the root. "
        + "Ends with 1 if what was examined is bad."
    ],
    examples: [
      Example("witan ledger show out", "how much there is of everything, and who checks claims"),
      Example("witan ledger verify out", "reads all of it, and every step of its history"),
    ],
    subcommands: [show, account, proof, verify, history])

  private static let show = Command(
    "show", .run, "how much there is of everything, and who has a stake", options: Options(),
    parameters: [path],
    examples: [
      Example("witan ledger show out", "of a folder"),
      Example("witan ledger show last.snapshot --json | jq .supply", "of a file, for a program"),
    ]
  ) { options, output in try guarded(output) { try LedgerReport.show(place(options), output) } }

  private static let account = Command(
    "account", .run, "what a key owns, or a validator earned",
    options: Options(),
    parameters: [
      path, .option("key", \.account, .text("KEY"), "whose account: 64 hexadecimal digits"),
      .option("validator", \.validator, .integer(0...UInt32.max), "which validator"),
    ],
    examples: [
      Example("witan ledger account out --validator 2", "with the key of its owner"),
      Example("witan ledger account out --key KEY --json", "for a program, in the smallest units"),
    ]
  ) { options, output in
    try guarded(output) {
      switch try subject(of: options) {
      case .validator(let id): try LedgerReport.validator(id, place(options), output)
      case .account(let key): try LedgerReport.account(key, place(options), output)
      }
    }
  }

  private static let proof = Command(
    "proof", .run, "prove what an account or a validator has", options: Options(),
    parameters: [
      path, .option("key", \.account, .text("KEY"), "whose account"),
      .option("validator", \.validator, .integer(0...UInt32.max), "which validator"),
      .option("out", \.out, .file, "where to write the proof"),
    ],
    examples: [
      Example("witan ledger proof out --key KEY --out mine.proof", "a file that anyone can check"),
      Example("witan ledger proof out --validator 2 --json", "the proof in hexadecimal"),
    ]
  ) { options, output in
    try guarded(output) {
      try LedgerReport.prove(subject(of: options).key, place(options), to: options.out, output)
    }
  }

  private static let verify = Command(
    "verify", .run, "check every part of a ledger, or a proof", options: Options(),
    parameters: [path, root],
    examples: [
      Example("witan ledger verify out", "all entries, what they hold together, and the history"),
      Example("witan ledger verify mine.proof --root ROOT", "a proof, with a root from elsewhere"),
    ]
  ) { options, output in
    try guarded(output) {
      let path = try required(options)
      let root: Digest? = try options.root.map { try bytes($0, of: "--root") }
      if !TextFile.isFolder(path) {
        let bytes = try TextFile.readBytes(path, limit: 1 << 32)
        if LedgerProof.isOne(bytes) {
          return try LedgerReport.verify(proof: bytes, under: root, output)
        }
      }
      return try LedgerReport.verify(place(options), under: root, output)
    }
  }

  private static let history = Command(
    "history", .run, "what each block changed", options: Options(),
    parameters: [
      path, .option("from", \.from, .integer(0...UInt64.max), "the first block"),
      .option("to", \.to, .integer(0...UInt64.max), "the last block"),
    ],
    examples: [
      Example("witan ledger history out", "every block, checked against the one before"),
      Example("witan ledger history out --from 10 --to 20 --json", "some, a line of JSON each"),
    ]
  ) { options, output in
    try guarded(output) {
      try LedgerReport.history(place(options), options.from, options.to, output)
    }
  }

  private static func required(_ options: Options) throws -> String {
    guard let path = options.path else {
      throw UsageError("a path is missing", remedy: "give a folder with a ledger, or a file")
    }
    return path
  }

  /// Whose account or stake is asked for.
  private enum Subject {
    case account(PublicKey)
    case validator(ReplicaID)

    var key: StateKey {
      switch self {
      case .account(let key): .account(key)
      case .validator(let id): .validator(id)
      }
    }
  }

  private static func subject(of options: Options) throws -> Subject {
    switch (options.account, options.validator) {
    case (let account?, nil): return .account(try bytes(account, of: "--key"))
    case (nil, let validator?): return .validator(ReplicaID(validator))
    default:
      throw UsageError(
        "it isn't said whose it is", remedy: "give either --key KEY or --validator N")
    }
  }

  private static func place(_ options: Options) throws -> LedgerPlace {
    try LedgerPlace(try required(options))
  }

  /// What hexadecimal digits stand for.
  private static func bytes<Value: FixedBytes>(_ text: String, of name: String) throws -> Value {
    guard let value = Value(hex: text) else {
      throw UsageError(
        "\(name) \(text.quoted) isn't one",
        remedy: "give \(2 * Value.byteCount) hexadecimal digits")
    }
    return value
  }

  /// What is bad ends with 1, whatever it is that is bad about it.
  private static func guarded(_ output: Output, _ body: () throws -> ExitCode) throws -> ExitCode {
    do { return try body() } catch let bad as BadLedger {
      output.warning(bad.description)
      output.record(["valid": false, "reason": .string(bad.description)])
      return .bad
    }
  }
}

extension ValueKind where Value == String {
  /// A path to a ledger.
  fileprivate static var ledger: ValueKind {
    ValueKind(
      placeholder: "PATH", candidates: .files,
      parse: { (text) throws(InvalidValue) in
        guard !text.isEmpty else { throw InvalidValue("is empty", remedy: "give a path") }
        return text
      }, format: { $0 })
  }
}
