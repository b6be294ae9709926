import Glibc
import Witan
import WitanCrypto
import WitanNode
import WitanProofs
import WitanSimulation

/// `witan block`: proof blocks in files.
enum BlockCommand {
  /// How `make` is called.
  struct MakeOptions: Sendable {
    var claims: [String] = []
    var key: String?
    var out: String?
    var previous: Digest?
  }

  /// How the others are called.
  struct FileOptions: Sendable {
    var file: String?
  }

  /// The command.
  static let command: Command = Command(
    "block", .prove, "make, verify and show blocks of claims",
    discussion: [
      "A block holds signed claims in order, and is signed itself. In a claim's file the signatures stand "
        + "before the script, in set-info commands that other solvers skip."
    ],
    examples: [
      Example(
        "witan block make --claims a.smt2 --claims b.smt2 --key me.key --out one.block",
        "makes a block of two claims"),
      Example("witan block verify one.block", "checks signatures, conflicts and every claim"),
    ],
    subcommands: [make, verify, show])

  private static let make: Command = Command(
    "make", .prove, "sign claims and put them into a block",
    options: MakeOptions(),
    parameters: [
      .repeatable(
        "claims", \.claims, .file, "a claim; one that isn't signed is signed with the key"),
      .option("key", \.key, .file, "the key of the block's proposer: see witan keygen"),
      .option("out", \.out, .file, "where to write the block"),
      .option("previous", \.previous, .digest, "the digest of the block before; zero if not given"),
      .operands(\.claims, .file, atLeastOne: false, "more claims"),
    ],
    examples: [
      Example("witan block make --claims a.smt2 --key me.key --out one.block", "a block of one"),
      Example("witan block make *.smt2 --key me.key --out all.block", "a block of all claims here"),
    ]
  ) { options, output in
    guard let keyPath = options.key else { throw UsageError.missing("--key", "a key's file") }
    guard let out = options.out else { throw UsageError.missing("--out", "a file for the block") }
    guard !options.claims.isEmpty else { throw UsageError.missing("--claims", "a claim's file") }
    let signer = try signer(keyPath)
    let court = ProofPool.ownWorkers()
    var claims: [SignedClaim] = []
    for path in options.claims {
      let given: GivenClaim
      do { given = try GivenClaim.read(path, budget: Claim.defaultBudget) } catch let error
        as GivenClaim.Unreadable
      {
        throw UsageError(error.fault, remedy: "correct the script", at: Place(file: error.name))
      }
      if let signed = given.file.signed, !given.file.lacksWitness {
        claims.append(signed)
        continue
      }
      switch try given.completed(by: court) {
      case .claim(let claim): claims.append(SignedClaim(claim, author: signer, parties: [signer]))
      case .ruling(let ruling):
        throw UsageError(
          "no witness can be found: \(ruling.outcome)", remedy: "give one, or say unsat",
          at: Place(file: path))
      }
    }
    let block = ProofBlock(
      previous: options.previous ?? .zero, timestamp: now, claims: claims, proposer: signer)
    try TextFile.write(block.file, to: out)
    output.line(
      "\(out): \(claims.count) claim\(claims.count == 1 ? "" : "s"), digest \(block.digest)")
    let examiner = BlockExaminer(
      rules: ProofRules(), chain: .zero, scheme: .ed25519, court: court)
    let fault = examiner.screen(claims)
    if let fault { output.line("nobody will vote for it: \(fault)".onOneLine) }
    output.record([
      "file": .string(out), "digest": .string(block.digest.hex), "claims": .count(claims.count),
      "proposer": .string(block.proposer.hex),
      "fault": .optional(fault.map { "\($0)" }, JSON.string),
    ])
    return .success
  }

  private static let verify: Command = Command(
    "verify", .prove, "check a block's signatures, conflicts and claims",
    discussion: ["Ends with 1 unless the block is valid."],
    options: FileOptions(),
    parameters: [.operand(\.file, .file, isRequired: true, "the block")],
    examples: [
      Example("witan block verify one.block", "says whether a replica could vote for it"),
      Example("witan block verify one.block --json", "the same for a program"),
    ]
  ) { options, output in
    let path = options.file ?? ""
    let block = try BlockFile.read(path)
    let examiner = BlockExaminer(
      rules: ProofRules(), chain: .zero, scheme: .ed25519, court: ProofPool.ownWorkers())
    let examination = examiner.examine(block)
    if let fault = examination.fault {
      output.line("\(path): invalid: \(fault)".onOneLine)
    } else {
      output.line("\(path): valid, difficulty \(Human.count(examination.difficulty))")
    }
    output.record([
      "file": .string(path), "digest": .string(block.digest.hex),
      "valid": .bool(examination.fault == nil),
      "reason": .optional(examination.fault.map { "\($0)" }, JSON.string),
      "difficulty": .count(examination.difficulty),
      "verdicts": .strings(examination.rulings.map(\.outcome.word)),
    ])
    return examination.fault == nil ? .success : .bad
  }

  private static let show: Command = Command(
    "show", .prove, "print what a block holds",
    options: FileOptions(),
    parameters: [.operand(\.file, .file, isRequired: true, "the block")],
    examples: [
      Example("witan block show one.block", "prints its head and its claims"),
      Example("witan block show one.block --json", "the same for a program"),
    ]
  ) { options, output in
    let block = try BlockFile.read(options.file ?? "")
    output.line("digest     \(block.digest)")
    output.line("previous   \(block.previous)")
    output.line("proposer   \(block.proposer)")
    output.line("timestamp  \(date(block.timestamp))")
    output.line()
    var table = Table([
      .init("claim", .right), .init("title"), .init("asserts"), .init("budget", .right),
      .init("bytes", .right), .init("author"),
    ])
    for (index, signed) in block.claims.enumerated() {
      table.append(
        .init("\(index)"), .init(signed.claim.title), .init(signed.claim.asserted),
        .init(Human.count(signed.claim.budget)), .init(Human.count(signed.claim.size)),
        .init(signed.author.short))
    }
    output.table(table)
    output.record([
      "digest": .string(block.digest.hex), "previous": .string(block.previous.hex),
      "proposer": .string(block.proposer.hex), "timestampMicros": .count(block.timestamp.rawValue),
      "claims": .array(
        block.claims.map { signed in
          [
            "title": .string(signed.claim.title), "asserts": .string(signed.claim.asserted),
            "budget": .count(signed.claim.budget), "bytes": .count(signed.claim.size),
            "author": .string(signed.author.hex), "digest": .string(signed.digest.hex),
            "script": .string(String(decoding: signed.claim.script, as: UTF8.self)),
          ]
        }),
    ])
    return .success
  }

  private static func signer(_ path: String) throws -> Signer {
    do { return Signer(try KeyFile.read(from: path)) } catch {
      throw UsageError("\(error)", remedy: "give the file of a key")
    }
  }

  /// A time of day for people.
  private static func date(_ time: Micros) -> String {
    var seconds = time_t(clamping: time.rawValue / 1_000_000)
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return "\(time)" }
    var text = [CChar](repeating: 0, count: 64)
    guard strftime(&text, text.count, "%Y-%m-%d %H:%M:%S UTC", &parts) > 0 else { return "\(time)" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The time of day.
  private static var now: Micros {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Micros(UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000)
  }
}

extension Claim {
  /// What is said of the assertions: `unsat` or `sat`.
  fileprivate var asserted: String {
    if case .satisfiable = expectation { "sat" } else { "unsat" }
  }
}

extension UsageError {
  fileprivate static func missing(_ option: String, _ value: String) -> UsageError {
    UsageError("\(option) is missing", remedy: "give \(value)")
  }
}

extension ValueKind where Value == Digest {
  /// Thirty-two bytes in hexadecimal.
  fileprivate static var digest: ValueKind {
    ValueKind(
      placeholder: "HEX",
      parse: { (text) throws(InvalidValue) in
        guard let digest = Digest(hex: text) else {
          throw InvalidValue("is not a digest", remedy: "give 64 hexadecimal digits")
        }
        return digest
      },
      format: { $0.hex })
  }
}

/// A `.block` file on a disk.
private enum BlockFile {
  /// The most bytes: what the engine's largest block has, and as much again for signatures.
  static let limit = 2 * Bounds.blockBytes

  static func read(_ path: String) throws -> ProofBlock {
    let bytes = try TextFile.readBytes(path, limit: limit)
    do { return try ProofBlock(file: bytes) } catch {
      throw UsageError(
        "it is no block: \(error)", remedy: "make one with witan block make",
        at: Place(file: path))
    }
  }
}
