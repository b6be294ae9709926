import Witan
import WitanCrypto

/// A statement that a solver can check: that assertions contradict each other, or that an assignment satisfies them.
public struct Claim: Hashable, Sendable {
  /// What is said of a script's assertions.
  public enum Expectation: Hashable, Sendable {
    /// No assignment satisfies them all. This is how a theorem is claimed: its negation is asserted.
    case unsatisfiable
    /// This assignment satisfies them: a `define-fun` for each declared function.
    case satisfiable(witness: [UInt8])
  }

  /// What it says, for people.
  public let title: String
  /// SMT-LIB 2 text.
  public let script: [UInt8]
  /// What is said of the script's assertions.
  public let expectation: Expectation
  /// How much of Z3's resource counter checking it may use.
  public let budget: UInt32
  /// Who must sign besides the author, in ascending order.
  public let parties: [PublicKey]
  /// What can be spent once only and is spent by this claim, in ascending order.
  public let spends: [Spend]

  /// The most bytes of a title.
  public static let titleBytes = 256
  /// The most parties.
  public static let partyLimit = 64
  /// The most things spent.
  public static let spendLimit = 256
  /// What checking may use where nothing else is said: some tenths of a second.
  public static let defaultBudget: UInt32 = 1_000_000

  /// A claim; parties and spends are put in order. Throws what no claim may have.
  public init(
    _ title: String, script: [UInt8], expectation: Expectation = .unsatisfiable,
    budget: UInt32 = Claim.defaultBudget, parties: [PublicKey] = [], spends: [Spend] = []
  ) throws(Malformed) {
    guard title.utf8.count <= Self.titleBytes else {
      throw .tooLong("bytes of a title", count: title.utf8.count, limit: Self.titleBytes)
    }
    guard title.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .invalid("title") }
    guard script.count <= ScriptBounds.bytes else {
      throw .tooLong("bytes of a script", count: script.count, limit: ScriptBounds.bytes)
    }
    if case .satisfiable(let witness) = expectation, witness.count > ScriptBounds.bytes {
      throw .tooLong("bytes of a witness", count: witness.count, limit: ScriptBounds.bytes)
    }
    // Zero would be no bound at all to the solver.
    guard budget > 0 else { throw .invalid("budget") }
    guard parties.count <= Self.partyLimit else {
      throw .tooLong("parties", count: parties.count, limit: Self.partyLimit)
    }
    guard spends.count <= Self.spendLimit else {
      throw .tooLong("spends", count: spends.count, limit: Self.spendLimit)
    }
    self.title = title
    self.script = script
    self.expectation = expectation
    self.budget = budget
    self.parties = parties.sorted()
    self.spends = spends.sorted()
    guard self.parties.isStrictlyAscending else { throw .notCanonical("list of parties") }
    guard self.spends.isStrictlyAscending else { throw .notCanonical("list of spends") }
  }

  /// Names what is claimed, whoever claims it.
  public var digest: Digest { SHA256.hash(encoded) }

  /// How many bytes a solver has to read.
  public var size: Int {
    if case .satisfiable(let witness) = expectation { return script.count + witness.count }
    return script.count
  }
}

/// Something of which there is only one, and who may spend it.
public struct Spend: Hashable, Comparable, Sendable, Canonical {
  /// Whose it is: the author of the claim that spends it, or a party.
  public let owner: PublicKey
  /// What it is; its owner chooses how to name it.
  public let thing: Digest

  /// Something of an owner's.
  public init(owner: PublicKey, thing: Digest) {
    self.owner = owner
    self.thing = thing
  }

  /// By owner, then by thing.
  public static func < (a: Spend, b: Spend) -> Bool {
    a.owner == b.owner ? a.thing < b.thing : a.owner < b.owner
  }

  /// Writes owner and thing.
  public func encode(to writer: inout ByteWriter) {
    writer.write(owner)
    writer.write(thing)
  }

  /// Reads owner and thing.
  public init(from reader: inout ByteReader) throws(Malformed) {
    owner = try reader.readFixed()
    thing = try reader.readFixed()
  }
}

extension Claim: Canonical {
  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(bytes: Array(title.utf8))
    writer.write(bytes: script)
    switch expectation {
    case .unsatisfiable: writer.write(UInt8(0))
    case .satisfiable(let witness):
      writer.write(UInt8(1))
      writer.write(bytes: witness)
    }
    writer.write(budget)
    writer.writeCount(parties.count)
    for party in parties { writer.write(party) }
    writer.write(spends)
  }

  /// Reads every field; lists must be in ascending order.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let bytes = try reader.readBytes("bytes of a title", limit: Self.titleBytes)
    guard let title = String(validating: bytes, as: UTF8.self) else { throw .invalid("title") }
    let script = try reader.readBytes("bytes of a script", limit: ScriptBounds.bytes)
    let expectation: Expectation
    switch try reader.readUInt8() {
    case 0: expectation = .unsatisfiable
    case 1:
      expectation = .satisfiable(
        witness: try reader.readBytes("bytes of a witness", limit: ScriptBounds.bytes))
    case let tag: throw .unknownTag(tag, of: "expectation")
    }
    let budget = try reader.readUInt32()
    let count = try reader.readCount(
      "parties", limit: Self.partyLimit, minimumSize: PublicKey.byteCount)
    var parties: [PublicKey] = []
    for _ in 0..<count { parties.append(try reader.readFixed()) }
    let spends: [Spend] = try reader.readArray(
      "spends", limit: Self.spendLimit, minimumSize: 64)
    try self.init(
      title, script: script, expectation: expectation, budget: budget, parties: parties,
      spends: spends)
    guard self.parties == parties else { throw .notCanonical("list of parties") }
    guard self.spends == spends else { throw .notCanonical("list of spends") }
  }
}

extension Array where Element: Comparable {
  /// Whether each element is greater than the one before.
  var isStrictlyAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }
}
