import Foundation
import Testing

/// Holds something to be true of whatever is drawn.
///
/// ```swift
/// @Test func `reversing twice changes nothing`() {
///   property { draw in
///     let xs = try draw(.arrays(of: .integers(in: 0...100)))
///     #expect(xs.reversed().reversed() == xs)
///   }
/// }
/// ```
///
/// A case fails when it throws, when `#expect` or ``expect(_:_:sourceLocation:)`` isn't met, or when it traps. It
/// is then made as small as it gets and recorded as an issue of the test. A case that throws ``Discard`` is none.
///
/// Cases run on all cores at once; what is drawn, found and reported doesn't depend on it.
///
/// - Parameters:
///   - name: What to call it, where a test has several.
///   - cases: How many cases to run, unless a trait or the environment says otherwise.
public func property(
  _ name: String? = nil, cases: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable (inout Draw) throws -> Void
) {
  let run = PropertyRun(name, sourceLocation, cases: cases) { draw in try body(&draw) }
  run.run { $0.run() }?.record(at: sourceLocation)
}

/// Holds something to be true of whatever is drawn, where it takes waiting to find out.
public func property(
  _ name: String? = nil, cases: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable (inout Draw) async throws -> Void
) async {
  let run = PropertyRun(name, sourceLocation, cases: cases, body)
  await run.run { $0.run() }?.record(at: sourceLocation)
}

/// Runs a property and gives a report, without recording anything: for those who test their generators, or
/// have no test around them.
public func examine(
  _ options: PropertyOptions = .init(), name: String? = nil,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable (inout Draw) throws -> Void
) -> PropertyReport {
  let run = PropertyRun(name, sourceLocation, options: options) { draw in try body(&draw) }
  return run.run { $0.run() } ?? run.nothing
}

/// Runs a property that waits and gives a report, without recording anything.
public func examine(
  _ options: PropertyOptions = .init(), name: String? = nil,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable (inout Draw) async throws -> Void
) async -> PropertyReport {
  let run = PropertyRun(name, sourceLocation, options: options, body)
  return await run.run { $0.run() } ?? run.nothing
}

/// Holds something to be true of every case there is, drawn from ranges that are small enough.
///
/// ```swift
/// withEvery { draw in
///   let order = draw.shuffled([1, 2, 3, 4])
///   let kept = try draw(.subsets(of: order))
///   #expect(kept.sorted() == merged(kept))
/// }
/// ```
///
/// It fails if there are more cases than the limit.
public func withEvery(
  _ name: String? = nil, limit: Int = 100_000, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable (inout Draw) throws -> Void
) {
  let run = PropertyRun(name, sourceLocation, cases: nil) { draw in try body(&draw) }
  run.run { $0.runEvery(limit: limit) }?.record(at: sourceLocation)
}

/// Every case there is, and a report.
public func examineEvery(
  name: String? = nil, limit: Int = 100_000, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable (inout Draw) throws -> Void
) -> PropertyReport {
  let run = PropertyRun(name, sourceLocation, options: .init()) { draw in try body(&draw) }
  return run.run { $0.runEvery(limit: limit) } ?? run.nothing
}

/// A property that is about to be run.
struct PropertyRun: Sendable {
  let site: Site
  let options: PropertyOptions
  let body: Body

  init(
    _ name: String?, _ location: SourceLocation, options: PropertyOptions, _ body: @escaping Body
  ) {
    site = Site(name: name, location: location)
    self.options = options
    self.body = body
  }

  /// One that obeys traits and the environment.
  init(_ name: String?, _ location: SourceLocation, cases: Int?, _ body: @escaping Body) {
    let change: [@Sendable (inout PropertyOptions) -> Void] =
      cases.map { cases in [{ $0.cases = cases }] } ?? []
    let options = PropertyOptions.$changes.withValue(change + PropertyOptions.changes) {
      PropertyOptions.current
    }
    self.init(name, location, options: options, body)
  }

  /// What a report is when nothing was run.
  var nothing: PropertyReport { PropertyReport(title: site.title, key: site.key, seed: 0) }

  /// Runs it on this thread, which waits for the lanes. Nothing is run in a process that is there for another
  /// property.
  func run(_ work: (inout Runner) -> PropertyReport) -> PropertyReport? {
    guard let bench = bench() else { return nil }
    defer { bench?.close() }
    var runner = Runner(site, options, Evaluator(site, options, bench: bench))
    return work(&runner)
  }

  /// Runs it without keeping a thread that others may need.
  func run(_ work: @escaping @Sendable (inout Runner) -> PropertyReport) async -> PropertyReport? {
    guard let bench = bench() else { return nil }
    let report = await withCheckedContinuation { continuation in
      Thread {
        var runner = Runner(site, options, Evaluator(site, options, bench: bench))
        continuation.resume(returning: work(&runner))
      }.start()
    }
    bench?.close()
    return report
  }

  /// Lanes for the cases; no bench where they all run elsewhere, and nil where none is to run at all.
  private func bench() -> Bench?? {
    if let wanted = LabServer.wanted {
      guard wanted == site.description else { return nil }
      LabServer.serve((0..<LabServer.threads).map { _ in Bench(lanes: 1, body: body) })
    }
    let isApart = options.isIsolated && site.test != nil
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return .some(isApart ? nil : Bench(lanes: min(max(cores, 1), 8), body: body))
  }
}

extension PropertyReport {
  /// Tells Swift Testing: an issue for each failure, where it is if that is known. What the cases were like is
  /// printed if somebody asked for it.
  func record(at location: SourceLocation) {
    if !distribution.isEmpty {
      print("◆ " + ([summary] + distribution).joined(separator: "\n    "))
    }
    for failed in failures {
      Issue.record(
        "\(text(of: failed))", sourceLocation: failed.failure.place?.location ?? location)
    }
  }
}
