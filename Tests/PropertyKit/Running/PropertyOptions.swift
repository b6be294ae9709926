import Foundation
import Testing

/// How a property is run.
public struct PropertyOptions: Sendable {
  /// What a property may be found to lack.
  public enum HealthCheck: String, Sendable, CaseIterable {
    /// Most cases are discarded.
    case discards
    /// The cases asked for don't fit into the time there is.
    case slowness
    /// Many cases make more choices than are recorded.
    case size
    /// Nearly all cases are the same one.
    case degeneracy
  }

  /// How many cases there are to be.
  public var cases = 100
  /// What the cases follow from; nil for what follows from the property's name.
  public var seed: UInt64?
  /// How long to go on: cases are run until this is over, however many they are.
  public var time: Duration?
  /// The one case to run, as a token.
  public var replay: String?
  /// What a property may lack.
  public var allowed: Set<HealthCheck> = []
  /// Whether all cases run in another process, and not only those after a trap.
  public var isIsolated = false
  /// How many cases shrinking may run, for each failure.
  public var shrinks = 5000
  /// How long shrinking may take, for each failure.
  public var shrinkingTime: Duration = .seconds(20)
  /// How long the cases may take that were asked for; more is a lack of health.
  public var patience: Duration = .seconds(60)
  /// How long a case may take that runs in another process, before it is said to hang.
  public var hanging: Duration = .seconds(10)
  /// Whether failures are left behind for the next run to begin with.
  public var isSaving = true
  /// How many choices a case may make.
  public var choices = 1 << 14

  /// The usual way.
  public init() {}

  /// What traits and the environment say. The environment has the last word.
  static var current: PropertyOptions {
    var options = PropertyOptions()
    for change in changes { change(&options) }
    options.obey(ProcessInfo.processInfo.environment)
    return options
  }

  /// What the traits of the test that is running, and of its suites, change.
  @TaskLocal static var changes: [@Sendable (inout PropertyOptions) -> Void] = []

  /// `WITAN_SEED` is a number, or `fresh`; `WITAN_CASES` a number; `WITAN_TIME` a number of seconds for each
  /// property, with or without its `s`, or of minutes with an `m`.
  mutating func obey(_ environment: [String: String]) {
    if let text = environment["WITAN_SEED"] {
      seed = text == "fresh" ? .random(in: .min ... .max) : UInt64(text) ?? seed
    }
    if let cases = environment["WITAN_CASES"].flatMap({ Int($0) }), cases > 0 {
      self.cases = cases
    }
    if let text = environment["WITAN_TIME"] {
      let unit = text.last.flatMap { ["s": 1.0, "m": 60, "h": 3600][$0] }
      if let number = Double(unit == nil ? text : String(text.dropLast())), number > 0 {
        time = .seconds(number * (unit ?? 1))
      }
    }
  }
}

/// Changes how a test's properties are run: `@Test(.cases(1000), .replay("1AAE…"))`.
public struct PropertyTrait: TestTrait, SuiteTrait, TestScoping {
  fileprivate let change: @Sendable (inout PropertyOptions) -> Void

  /// A suite's holds for each of its tests.
  public var isRecursive: Bool { true }

  /// Runs the test with the change.
  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let changes = PropertyOptions.changes + [change]
    try await PropertyOptions.$changes.withValue(changes) { try await function() }
  }
}

extension Trait where Self == PropertyTrait {
  /// Runs the one case that a token stands for, which the report of its failure printed.
  public static func replay(_ token: String) -> Self { .property { $0.replay = token } }

  /// Runs so many cases.
  public static func cases(_ count: Int) -> Self { .property { $0.cases = count } }

  /// Draws the cases from this seed.
  public static func seed(_ seed: UInt64) -> Self { .property { $0.seed = seed } }

  /// Runs cases for so long.
  public static func time(_ time: Duration) -> Self { .property { $0.time = time } }

  /// Runs every case in another process: for what may hang, or hold a lock when it traps.
  public static var isolated: Self { .property { $0.isIsolated = true } }

  /// Lets a property lack something.
  public static func allowing(_ checks: PropertyOptions.HealthCheck...) -> Self {
    .property { $0.allowed.formUnion(checks) }
  }

  /// Changes how properties are run.
  public static func property(
    _ change: @escaping @Sendable (inout PropertyOptions) -> Void
  ) -> Self {
    PropertyTrait(change: change)
  }
}
