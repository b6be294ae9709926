import WitanCrypto

/// What a network begins with, and the only thing a light client must be given.
///
/// Its digest is part of everything that is signed, so that nothing signed for one network means
/// anything on another.
public struct Genesis: Hashable, Sendable, Canonical {
  /// The network's name, for people.
  public let name: String
  /// The members of the first epoch.
  public let members: Membership
  /// What all replicas agree on beforehand.
  public let parameters: Parameters
  /// The root of the application's first state.
  public let applicationRoot: Digest
  /// What the application wants its replicas to agree on: a version of a solver, for instance.
  public let application: [UInt8]
  /// The timestamp that the first block's may not precede.
  public let timestamp: Micros
  /// The digest of all of the above: the network's identity.
  public let digest: Digest

  /// A genesis; refused, with what is wrong, when no network can begin with it.
  public init(
    name: String, members: [Member], parameters: Parameters = Parameters(),
    applicationRoot: Digest = .zero, application: [UInt8] = [], timestamp: Micros = 0
  ) throws(ImpossibleGenesis) {
    let membership: Membership
    do { membership = try Membership(members) } catch { throw .membership(error) }
    if let fault = parameters.fault { throw fault }
    guard name.utf8.count <= 256 else { throw .longName(name.utf8.count) }
    guard application.count <= Bounds.genesisBytes else {
      throw .longApplicationData(application.count)
    }
    self.name = name
    self.members = membership
    self.parameters = parameters
    self.applicationRoot = applicationRoot
    self.application = application
    self.timestamp = timestamp
    var writer = ByteWriter()
    Self.encode(
      name: name, members: membership, parameters: parameters, applicationRoot: applicationRoot,
      application: application, timestamp: timestamp, to: &writer)
    digest = writer.withBytes { SHA256.hash($0) }
  }

  private static func encode(
    name: String, members: Membership, parameters: Parameters, applicationRoot: Digest,
    application: [UInt8], timestamp: Micros, to writer: inout ByteWriter
  ) {
    writer.write(ByteWriter.formatVersion)
    writer.write(bytes: Array(name.utf8))
    writer.write(members)
    writer.write(parameters)
    writer.write(applicationRoot)
    writer.write(bytes: application)
    writer.write(timestamp)
  }

  /// Writes everything but the digest.
  public func encode(to writer: inout ByteWriter) {
    Self.encode(
      name: name, members: members, parameters: parameters, applicationRoot: applicationRoot,
      application: application, timestamp: timestamp, to: &writer)
  }

  /// Reads a genesis; refuses one that no network can begin with.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let version = try reader.readUInt8()
    guard version == ByteWriter.formatVersion else { throw .unknownVersion(version) }
    let nameBytes = try reader.readBytes("bytes of a genesis' name", limit: 256)
    guard let name = String(validating: nameBytes, as: UTF8.self) else {
      throw .invalid("genesis' name")
    }
    let members = try Membership(from: &reader)
    let parameters = try Parameters(from: &reader)
    let root: Digest = try reader.readFixed()
    let application = try reader.readBytes(
      "bytes of application data", limit: Bounds.genesisBytes)
    let timestamp = try Micros(from: &reader)
    do throws(ImpossibleGenesis) {
      try self.init(
        name: name, members: members.members, parameters: parameters, applicationRoot: root,
        application: application, timestamp: timestamp)
    } catch { throw .impossible(error) }
  }
}

/// Why no network can begin with a genesis.
public enum ImpossibleGenesis: Error, Hashable, Sendable, CustomStringConvertible {
  /// The members can't form an epoch.
  case membership(ImpossibleMembership)
  /// A parameter breaks its rule.
  case parameter(Rule)
  /// The name has more than 256 bytes.
  case longName(Int)
  /// The application's data has more than `Bounds.genesisBytes` bytes.
  case longApplicationData(Int)

  /// A parameter's rule.
  public enum Rule: Hashable, Sendable {
    case checkpointInterval, window, epochLength, blockRequestLimit, blockByteLimit
    case requestByteLimit, replyByteLimit, sessionLimit, sessionHorizon, patience, batchDelay
  }

  /// What is wrong and what would be right, for people.
  public var description: String {
    switch self {
    case .membership(let fault): fault.description
    case .parameter(let rule): rule.description
    case .longName(let count): "the name has \(count) bytes; at most 256 are allowed"
    case .longApplicationData(let count):
      "the application's data has \(count) bytes; at most \(Bounds.genesisBytes) are allowed"
    }
  }
}

extension ImpossibleGenesis.Rule: CustomStringConvertible {
  /// The rule, for people.
  public var description: String {
    switch self {
    case .checkpointInterval: "checkpointInterval must be from 1 to 65536 sequences"
    case .window: "window must be at least two checkpoint intervals and at most 65536"
    case .epochLength: "epochLength must be a multiple of checkpointInterval, or 0 for never"
    case .blockRequestLimit: "blockRequestLimit must be from 1 to 65536"
    case .blockByteLimit: "blockByteLimit must be from 1 to \(Bounds.blockBytes) bytes"
    case .requestByteLimit: "requestByteLimit must be from 1 to blockByteLimit"
    case .replyByteLimit: "replyByteLimit must be from 1 to 65536 bytes"
    case .sessionLimit:
      "sessionLimit must be from 1 to 1048576, and that many sessions with replies of replyByteLimit must fit in 2^30 bytes"
    case .sessionHorizon: "sessionHorizon must be from window to 2^40 sequences"
    case .patience:
      "patience must be at least patienceFloor (itself above 0) and at most patienceCeiling, and that at most a day"
    case .batchDelay: "batchDelay must be at most patienceFloor"
    }
  }
}
