extension Request {
  /// What an array costs beside its bytes: its place in another array, and its header on the heap.
  private static let arrayOverhead = 48

  /// About how many bytes a request takes here. Quotas count these, not the bytes that travelled: tiny
  /// operations take ten times as many here as there.
  var footprint: Int {
    Self.minimumSize + operationBytes + operations.count * Self.arrayOverhead
  }
}
