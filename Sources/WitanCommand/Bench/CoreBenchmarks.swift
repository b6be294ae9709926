import WitanCrypto

/// What the consensus core costs.
enum CoreBenchmarks {
  /// All of it.
  static let group = BenchmarkGroup(
    name: "core", summary: "the consensus core and what it stands on",
    benchmarks: [
      .time(
        "core.digest", "SHA-256 of 128 bytes through Witan's own type", against: .sha256Of128Bytes,
        goal: .ratio(atMost: 1), prepare: digests),
      .allocations(
        "core.digest.allocations", "heap allocations of such a digest", goal: .value(atMost: 0),
        prepare: digests),
    ])

  private static let digests: @Sendable () -> (Int) -> Void = {
    let input = (0..<128).map { UInt8(truncatingIfNeeded: $0) }
    return { operations in
      input.withUnsafeBytes { input in
        for _ in 0..<operations { consume(SHA256.hash(input)) }
      }
    }
  }
}
