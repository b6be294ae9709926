/// The bounds of the byte format, which hold before any genesis is known. A genesis may only tighten them.
public enum Bounds {
  /// The most bytes of a block's requests: what 100 Mbit/s carries in a little over half a second.
  public static let blockBytes = 8 << 20
  /// The most requests in a block.
  public static let blockRequests = 65_536
  /// The most operations in a request.
  public static let operations = 4_096
  /// The most bytes of one operation.
  public static let operationBytes = blockBytes
  /// The most bytes of a query or of the answer to one.
  public static let queryBytes = 1 << 20
  /// The most bytes of a reply's result.
  public static let replyBytes = 65_536
  /// The most bytes of a chunk of state.
  public static let chunkBytes = 1 << 18
  /// The most chunks of a state: 2^20 chunks of 2^18 bytes are 256 GiB.
  public static let chunks = 1 << 20
  /// The most digests in the proof of a chunk: the depth of a tree of 2^20 leaves.
  public static let chunkProof = 20
  /// The most certified slots in a view-change: one for each slot of the largest window.
  public static let slots = 65_536
  /// The most epoch changes in one message; a replica further behind asks again.
  public static let lineage = 16
  /// The most bytes of the genesis' free text and application data.
  public static let genesisBytes = 65_536
  /// The most view-changes that one query asks for; whoever lacks more asks again, and others.
  public static let wantedViewChanges = 64
  /// The most bytes of a frame. The largest message is a view-change: 64 bytes for each member of a quorum in each lock
  /// of the window. With 1,000 members and a window of 128 it takes up to 5.5 MB, and a new-view, which names a quorum's
  /// view-changes and signs for the window, 92 KB.
  public static let frameBytes = 64 << 20
}
