/// What all replicas of a network agree on beforehand, as part of the genesis.
public struct Parameters: Hashable, Sendable, Canonical {
  /// A checkpoint is taken every so many sequences.
  public var checkpointInterval: UInt64 = 64
  /// How far ordering may run ahead of the stable checkpoint; at least two checkpoint intervals, so that
  /// one can become stable while the next is filled.
  public var window: UInt64 = 128
  /// Members change only at multiples of this (itself a multiple of the checkpoint interval); 0 is never.
  public var epochLength: UInt64 = 0
  /// The most requests in a block.
  public var blockRequestLimit: UInt32 = 256
  /// The most bytes of requests in a block.
  public var blockByteLimit: UInt32 = 1 << 20
  /// The most bytes of a request's operations together.
  public var requestByteLimit: UInt32 = 1 << 16
  /// The most bytes of a reply; longer results are replaced by a refusal.
  public var replyByteLimit: UInt32 = 1 << 12
  /// How many clients' sessions are remembered at once.
  public var sessionLimit: UInt32 = 4_096
  /// A request is valid for at most so many sequences; a session idle for longer may be forgotten.
  public var sessionHorizon: UInt64 = 1 << 16
  /// How long a request may wait on a network whose delays aren't known yet.
  public var patience: Micros = .seconds(2)
  /// The shortest patience, however fast the network.
  public var patienceFloor: Micros = .milliseconds(200)
  /// The longest patience, however slow the network and however many views failed.
  public var patienceCeiling: Micros = .seconds(120)
  /// How long the leader waits for more requests before it proposes a block that isn't full.
  public var batchDelay: Micros = 0

  /// The defaults.
  public init() {}

  /// Writes the parameters in their order.
  public func encode(to writer: inout ByteWriter) {
    writer.write(checkpointInterval)
    writer.write(window)
    writer.write(epochLength)
    writer.write(blockRequestLimit)
    writer.write(blockByteLimit)
    writer.write(requestByteLimit)
    writer.write(replyByteLimit)
    writer.write(sessionLimit)
    writer.write(sessionHorizon)
    writer.write(patience)
    writer.write(patienceFloor)
    writer.write(patienceCeiling)
    writer.write(batchDelay)
  }

  /// Reads the parameters in their order.
  public init(from reader: inout ByteReader) throws(Malformed) {
    checkpointInterval = try reader.readUInt64()
    window = try reader.readUInt64()
    epochLength = try reader.readUInt64()
    blockRequestLimit = try reader.readUInt32()
    blockByteLimit = try reader.readUInt32()
    requestByteLimit = try reader.readUInt32()
    replyByteLimit = try reader.readUInt32()
    sessionLimit = try reader.readUInt32()
    sessionHorizon = try reader.readUInt64()
    patience = try Micros(from: &reader)
    patienceFloor = try Micros(from: &reader)
    patienceCeiling = try Micros(from: &reader)
    batchDelay = try Micros(from: &reader)
  }

  /// Why these parameters can't work; nil when they can.
  public var fault: ImpossibleGenesis? {
    let rules: [(Bool, ImpossibleGenesis.Rule)] = [
      ((1...65_536).contains(checkpointInterval), .checkpointInterval),
      (
        (2...65_536).contains(window) && window >= checkpointInterval.multipliedClamped(by: 2),
        .window
      ),
      (epochLength.isMultiple(of: max(1, checkpointInterval)), .epochLength),
      ((1...65_536).contains(blockRequestLimit), .blockRequestLimit),
      ((1...UInt32(Bounds.blockBytes)).contains(blockByteLimit), .blockByteLimit),
      (requestByteLimit >= 1 && requestByteLimit <= blockByteLimit, .requestByteLimit),
      ((1...65_536).contains(replyByteLimit), .replyByteLimit),
      (
        (1...1_048_576).contains(sessionLimit)
          && SessionTable.snapshotLimit(sessions: sessionLimit, replyBytes: replyByteLimit)
            <= UInt64(CheckpointImage.sessionByteLimit),
        .sessionLimit
      ),
      (sessionHorizon >= window && sessionHorizon <= 1 << 40, .sessionHorizon),
      (
        patienceFloor > 0 && patienceFloor <= patience && patience <= patienceCeiling
          && patienceCeiling <= .seconds(86_400), .patience
      ),
      (batchDelay <= patienceFloor, .batchDelay),
    ]
    return rules.first { !$0.0 }.map { .parameter($0.1) }
  }
}
