import CCounters
import FuzzTargets
import Glibc

/// What stands between libFuzzer and a target: the same for all of them.
///
/// ```
/// libFuzzer ── bytes ──▶ test ──▶ target ──▶ nothing, or a finding: then it ends the process
///     ▲                             └─ states ──▶ extra counters ─┐
///     └── what is new: edges of the code, and states ◀────────────┘
/// ```
final class Harness: @unchecked Sendable {
  // Unchecked: libFuzzer has one thread.

  let target: FuzzTarget
  private let mutator: ChoiceMutator?
  /// Whether states are told to libFuzzer. Without them it sees the edges of the code alone.
  private let tellsStates: Bool
  /// Whether changes are left to libFuzzer, which knows nothing of choices.
  private let isPlain: Bool
  private let tallies: Bool
  /// Every state that any input reached, whether or not libFuzzer was told.
  private var reached: Set<UInt64> = []
  private var executions = 0

  /// The harness of the target that the environment names.
  static let shared = Harness(environment("WITAN_FUZZ_TARGET") ?? "")

  private init(_ name: String) {
    guard let target = FuzzTarget.named(name) else {
      print(
        "WITAN_FUZZ_TARGET must be one of \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
      exit(2)
    }
    self.target = target
    mutator = target.mutator
    tellsStates = environment("WITAN_FUZZ_STATES") != "off"
    tallies = environment("WITAN_FUZZ_TALLY") == "on"
    isPlain = environment("WITAN_FUZZ_MUTATOR") == "off"
  }

  /// Runs an input; -1 when nothing should be made of it.
  func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    var traces = Traces()
    defer { tally(traces) }
    switch target.run(bytes, noting: &traces) {
    case .sound:
      if tellsStates { for state in traces.states { witan_note_state(state) } }
      return 0
    case .unfit: return -1
    case .found(let finding):
      print("\n== \(target.name) found \(finding)\n")
      if let description = target.description(of: bytes) { print(description) }
      fflush(nil)
      abort()
    }
  }

  /// Prints how many states were reached, each time that twice as many inputs were run.
  private func tally(_ traces: Traces) {
    guard tallies else { return }
    reached.formUnion(traces.states)
    executions += 1
    if executions & (executions - 1) == 0 { print("states: \(executions) \(reached.count)") }
  }

  // MARK: Mutation

  /// Changes an input in its place; returns its new size.
  func mutate(
    _ start: UnsafeMutablePointer<UInt8>?, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
  ) -> Int {
    // Now and then libFuzzer's own changes, which come upon what no choice has thought of.
    guard !isPlain, seed % 8 != 0, let mutator, let start else {
      return fuzzerMutate(start, count, limit)
    }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    return put(mutator.mutated(bytes, seed: UInt64(seed), limit: limit), start)
  }

  /// Makes one input of two; returns its size.
  func cross(
    _ one: UnsafePointer<UInt8>?, _ oneCount: Int, _ other: UnsafePointer<UInt8>?,
    _ otherCount: Int, _ start: UnsafeMutablePointer<UInt8>?, _ limit: Int, _ seed: CUnsignedInt
  ) -> Int {
    guard !isPlain, let mutator, let start else { return 0 }
    let bytes = mutator.crossed(
      Array(UnsafeBufferPointer(start: one, count: oneCount)),
      Array(UnsafeBufferPointer(start: other, count: otherCount)), seed: UInt64(seed), limit: limit)
    return put(bytes, start)
  }

  private func put(_ bytes: [UInt8], _ start: UnsafeMutablePointer<UInt8>) -> Int {
    for (index, byte) in bytes.enumerated() { start[index] = byte }
    return bytes.count
  }
}

private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// libFuzzer's own change of bytes.
@_silgen_name("LLVMFuzzerMutate")
private func fuzzerMutate(
  _ start: UnsafeMutablePointer<UInt8>?, _ count: Int, _ limit: Int
) -> Int
