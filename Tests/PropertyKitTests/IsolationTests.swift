import Foundation
import PropertyKit
import Testing

/// Cases that take their process down, and are failures like any other.
@Suite struct IsolationTests {
  private func options(_ change: (inout PropertyOptions) -> Void = { _ in }) -> PropertyOptions {
    var options = PropertyOptions()
    options.seed = 1
    options.isSaving = false
    change(&options)
    return options
  }

  @Test func `a trap is made small and says what it said`() {
    let report = examine(options()) { draw in
      let x = try draw("x", .integers(in: 0...1000))
      if x >= 17 { fatalError("too large") }
    }
    #expect(report.failures.map(\.drawn) == [["x = 17"]])
    #expect(report.failures.map(\.failure.kind) == [.trap])
    #expect(report.failures.first?.failure.message.contains("Fatal error: too large") == true)
    #expect(report.failures.map(\.isMinimal) == [true])
  }

  @Test func `a stack that is full is a trap`() {
    @Sendable func sink(_ depth: Int) -> Int { depth < 0 ? 0 : sink(depth + 1) + 1 }
    let report = examine(options { $0.shrinks = 40 }) { draw in
      let x = try draw("x", .integers(in: 0...1000))
      if x > 100 { try expect(sink(x) == 0) }
    }
    #expect(report.failures.map(\.failure.kind) == [.trap])
    #expect(report.failures.map(\.failure.identity) == ["segmentation fault"])
  }

  @Test func `what comes after a trap is run as well, and other failures are found`() {
    let report = examine(options { $0.cases = 200 }) { draw in
      let x = try draw("x", .integers(in: 0...1000))
      try expect(x % 2 == 0 || x < 30, "odd")
      if x % 2 == 0, x > 50 { preconditionFailure("even") }
    }
    #expect(Set(report.failures.flatMap(\.drawn)) == ["x = 31", "x = 52"])
    #expect(Set(report.failures.map(\.failure.kind)) == [.trap, .expectation])
  }

  @Test func `a trap in a case that awaits is a failure, too`() async {
    let report = await examine(options()) { draw in
      let xs = try draw("xs", .arrays(of: .integers(in: 0...9)))
      await Task.yield()
      _ = xs.isEmpty ? 0 : xs[xs.count * 2 / 3 + 1]
    }
    #expect(report.failures.map(\.drawn) == [["xs = [0]"]])
    #expect(report.failures.first?.failure.message.contains("Index out of range") == true)
  }

  @Test func `a case that doesn't end is stopped where that can be done`() {
    let report = examine(
      options {
        $0.isIsolated = true
        $0.hanging = .milliseconds(200)
        $0.shrinks = 3
        $0.cases = 4
      }
    ) { draw in
      let x = try draw("x", .integers(in: 0...1000))
      while x > 100 { usleep(1000) }
    }
    #expect(report.failures.map(\.failure.kind) == [.hang])
    #expect(report.failures.first?.choices.map { $0 > [100] } == true)
  }

  @Test func `what takes the process with it is a failure all the same`() {
    let report = examine(
      options {
        $0.isIsolated = true; $0.cases = 8
      }
    ) { draw in
      let x = try draw("x", .integers(in: 0...1000))
      if x > 100 { kill(getpid(), SIGKILL) }
    }
    #expect(report.failures.map(\.failure.kind) == [.trap])
    #expect(report.failures.first?.failure.message.contains("can't be made small") == true)
  }

  @Test func `an isolated property passes as any other`() {
    let here = getpid()
    let report = examine(
      options {
        $0.isIsolated = true; $0.cases = 20
      }
    ) { draw in
      draw.label("case")
      try expect(draw.integer(in: 0...1000) <= 1000)
      try expect(
        getpid() != here || here == getppid()
          || ProcessInfo.processInfo.environment.keys.contains("WITAN_PROPERTY_LAB"))
    }
    #expect(report.failures.isEmpty && report.cases == 20)
    #expect(report.distribution.count == 1)
  }
}
