/// How much an ``Inbox`` holds. Every bound follows from what correct senders send; sizes count the frame and
/// what it takes here beside it.
public struct InboxRoom: Hashable, Sendable {
  /// What a frame takes beside its bytes: its place in the store, and an array's header on the heap.
  public static let overhead = 96
  /// The hall is for frames above this size; smaller ones have all the room that they need.
  static let hallMinimum = 4_096
  /// What is counted for a small frame: a vote has 126 bytes, a status some more.
  private static let smallFrame = 256
  /// What the replicas' own room takes together, where they are many and blocks large.
  private static let ownRoomTogether = 256 << 20

  /// How many frames of one replica may wait. A correct one sends two votes for each slot of a window, and once more
  /// when it is asked to; beside them a few checkpoints, answers and questions. Beyond 1,024 slots a burst
  /// of a whole window isn't met: what is dropped is said again.
  public let replicaFrames: Int
  /// How many bytes of one replica may wait in its own room: small frames, and a full block; where there are so many
  /// replicas that this would be too much for all together, blocks have to go through the hall.
  public let replicaBytes: Int
  /// How many frames may wait in the hall, which all replicas share for what doesn't fit their own rooms: a leader's
  /// pipeline of blocks, answers to those that catch up, view-changes and new-views. As many as four leaders' pipelines.
  public let hallFrames = 4 * Int(Proposer.depth)
  /// How many bytes may wait in the hall: two of the largest frames there are.
  public let hallBytes = 2 * (Bounds.frameBytes + overhead)
  /// How many frames of all clients may wait: what a core checks in a quarter of a second. Who would have to wait longer
  /// asks again, and the first frame was kept in vain.
  public let clientFrames = 4_096
  /// How many bytes of all clients may wait: thirty-two of the largest queries.
  public let clientBytes = 32 << 20
  /// The longest frame that a client sends: the largest request, each of its operations with its length, or the
  /// largest query.
  public let clientFrameBytes: Int
  /// How many bytes may wait at all: what an inbox ever takes.
  public let bytes: Int

  /// The room for so many members.
  public init(members: Int, parameters: Parameters) {
    let slots = Int(min(parameters.window, 1_024))
    replicaFrames = 4 * slots + 64
    let small = replicaFrames * Self.smallFrame
    let block = Int(parameters.blockByteLimit) + Int(parameters.blockRequestLimit) * 128
    // One more than there are members: those that are none share a lane.
    let lanes = members + 1
    replicaBytes = max(small, min(small + block, Self.ownRoomTogether / lanes))
    clientFrameBytes =
      max(Int(parameters.requestByteLimit) + 4 * Bounds.operations, Bounds.queryBytes) + 256
    bytes = lanes * replicaBytes + hallBytes + clientBytes
  }
}
