import Witan
import WitanCrypto
import WitanLedger

/// What there is to prove about a stretch of blocks: that no value appears or vanishes in any of them, nor between them.
public struct EpochStatement: Hashable, Sendable {
  /// The blocks, in order.
  public let headers: [RollupHeader]

  /// The statement about these.
  public init(_ headers: [RollupHeader]) { self.headers = headers }

  /// The statement as a claim in SMT-LIB 2 whose negation is asserted: it is proved where no solver finds values for it.
  public var script: [UInt8] {
    var lines = ["(set-logic QF_LIA)"]
    for (index, header) in headers.enumerated() {
      lines.append("(declare-const before\(index) Int)")
      lines.append("(declare-const after\(index) Int)")
      lines.append("(declare-const fees\(index) Int)")
      lines.append("(assert (= before\(index) \(header.valueBefore.units)))")
      lines.append("(assert (= after\(index) \(header.valueAfter.units)))")
      lines.append("(assert (= fees\(index) \(header.fees.units)))")
    }
    var equations: [String] = []
    for index in headers.indices {
      equations.append("(= before\(index) (+ after\(index) fees\(index)))")
      if index > 0 { equations.append("(= after\(index - 1) before\(index))") }
    }
    lines.append("(assert (not (and true \(equations.joined(separator: " ")))))")
    lines.append("(check-sat)")
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  /// Whether what it states is so.
  public var holds: Bool {
    for (index, header) in headers.enumerated() {
      let (sum, overflow) = header.valueAfter.units.addingReportingOverflow(header.fees.units)
      guard !overflow, sum == header.valueBefore.units else { return false }
      if index > 0, headers[index - 1].valueAfter != header.valueBefore { return false }
    }
    return true
  }
}

/// A prover's proof of a stretch of blocks: the claim that they conserve value, and the prover's word.
public struct EpochProof: Hashable, Sendable, Canonical {
  /// Who proved it.
  public let prover: PublicKey
  /// The claim.
  public let script: [UInt8]
  /// The prover's signature over the claim and the archive it is about.
  public let signature: Signature

  /// The longest claim: some thousand blocks.
  static let scriptLimit = 1 << 19

  /// A prover's proof.
  public init(
    _ statement: EpochStatement, archive: Digest, by signer: Signer, chain: Digest
  ) {
    prover = signer.publicKey
    script = statement.script
    signature = Self.signedBytes(script, archive: archive, chain: chain).withUnsafeBytes {
      signer.sign($0)
    }
  }

  /// A proof as somebody gives it.
  public init(prover: PublicKey, script: [UInt8], signature: Signature) {
    self.prover = prover
    self.script = script
    self.signature = signature
  }

  private static func signedBytes(_ script: [UInt8], archive: Digest, chain: Digest) -> [UInt8] {
    Array("witan/1e".utf8) + chain.bytes + archive.bytes + SHA256.hash(script).bytes
  }

  /// Whether it proves a statement: it is about these very blocks, its prover says so, and it is true.
  func verifies(
    _ statement: EpochStatement, archive: Digest, chain: Digest, scheme: SignatureScheme
  ) -> Bool {
    let signed = Self.signedBytes(script, archive: archive, chain: chain)
    return script == statement.script && statement.holds
      && signed.withUnsafeBytes { scheme.verifies(signature, of: $0, by: prover) }
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(prover)
    writer.write(bytes: script)
    writer.write(signature)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    prover = try reader.readFixed()
    script = try reader.readBytes("bytes of a claim", limit: Self.scriptLimit)
    signature = try reader.readFixed()
  }
}
