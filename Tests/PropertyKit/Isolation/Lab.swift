import Foundation

/// Another process of this same test, in which a property's cases run that might take it down.
///
/// ```
///   this process                              the other: `… --filter <this test>`
///   Lab.run(feed) ── {"feed": …} ──▶ stdin ──▶ LabServer ──▶ a lane
///                 ◀── {"ending": …} ── stdout ◀──┘
/// ```
///
/// When the other process ends or doesn't answer, that is what became of the case, and the next case gets a
/// new process.
final class Lab {
  /// What is asked of the other process.
  struct Request: Codable {
    var feed: Feed
    var isExplaining: Bool
    var limit: Int
    /// How many milliseconds the case has.
    var patience: Int32
  }

  /// Where the other process learns which property it is there for.
  static let variable = "WITAN_PROPERTY_LAB"

  private let site: Site
  private let patience: Duration
  private var process: Process?
  private var input = Descriptor(number: -1)
  private var output = Descriptor(number: -1)
  private var pipes: [Pipe] = []
  private var buffer: [UInt8] = []

  /// A laboratory for the property at this site; nil where there is no way to start one.
  init?(_ site: Site, patience: Duration) {
    guard site.test != nil, LabServer.wanted == nil else { return nil }
    self.site = site
    self.patience = patience
    // Writing to a process that is gone is an error here, and no reason to end.
    signal(SIGPIPE, SIG_IGN)
  }

  deinit { stop() }

  /// Runs a case there.
  func run(_ feed: Feed, isExplaining: Bool, limit: Int) -> CaseResult {
    let milliseconds = Int32(clamping: Int(patience / .milliseconds(1)))
    let request = Request(
      feed: feed, isExplaining: isExplaining, limit: limit, patience: milliseconds)
    guard let line = try? JSONEncoder().encode(request) else {
      return lost(feed, "it can't be asked")
    }
    for _ in 0..<2 {
      guard process?.isRunning == true || start() else { return lost(feed, "it doesn't start") }
      guard input.write(line + [UInt8(ascii: "\n")]) else {
        // It had ended after the case before.
        stop()
        continue
      }
      // It says itself that a case hangs, and which choices that one made, if it still can.
      if let answer = output.line(from: &buffer, patience: milliseconds + 10_000) {
        return (try? JSONDecoder().decode(CaseResult.self, from: Data(answer)))
          ?? lost(feed, "its answer can't be read")
      }
      if process?.isRunning == true, !hasEnded() {
        stop()
        return lost(feed, Failure(hangingFor: milliseconds))
      }
      let (status, reason) = (process?.terminationStatus ?? 0, process?.terminationReason)
      stop()
      // One that lost too many threads has left after its last answer, and another takes its place.
      if reason == .uncaughtSignal { return lost(feed, Failure(signal: status)) }
    }
    return lost(feed, "it ends before it answers")
  }

  /// Whether the process ends now, after it has closed its side.
  private func hasEnded() -> Bool {
    for _ in 0..<50 {
      guard process?.isRunning == true else { return true }
      usleep(2000)
    }
    return false
  }

  /// A case that took the process with it.
  private func lost(_ feed: Feed, _ failure: Failure) -> CaseResult {
    CaseResult(
      ending: .failed(failure), recording: Recording(), log: .init(), seconds: 0, unrecorded: feed)
  }

  private func lost(_ feed: Feed, _ why: String) -> CaseResult {
    let message = "no process to run the case in: \(why)"
    return lost(feed, Failure(kind: .trap, identity: "no process", message: message))
  }

  private func start() -> Bool {
    guard let test = site.test else { return false }
    let process = Process()
    let arguments = CommandLine.arguments
    #if os(Linux)
      process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    #else
      process.executableURL = URL(filePath: arguments[0])
    #endif
    process.arguments = ["--testing-library", "swift-testing", "--filter", Self.pattern(test)]
    if let bundle = arguments.firstIndex(of: "--test-bundle-path"), bundle + 1 < arguments.count {
      process.arguments?.insert(contentsOf: arguments[bundle...(bundle + 1)], at: 0)
    }
    process.environment = ProcessInfo.processInfo.environment.merging([
      Self.variable: site.description, "SWIFT_BACKTRACE": "enable=no",
    ]) { _, new in new }
    let pipes = [Pipe(), Pipe()]
    process.standardInput = pipes[0]
    process.standardOutput = pipes[1]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    self.process = process
    self.pipes = pipes
    buffer = []
    input = Descriptor(number: pipes[0].fileHandleForWriting.fileDescriptor)
    output = Descriptor(number: pipes[1].fileHandleForReading.fileDescriptor)
    // What the test runner prints before the property is reached isn't for us.
    while let line = output.line(from: &buffer, patience: 60_000) {
      if line == Array(LabServer.greeting.utf8) { return true }
    }
    stop()
    return false
  }

  private func stop() {
    if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process?.waitUntilExit()
    process = nil
    pipes = []
  }

  /// A regular expression that matches this test alone.
  private static func pattern(_ test: String) -> String {
    let escaped = test.map { $0.isLetter || $0.isNumber || $0 == " " ? "\($0)" : "\\\($0)" }
    return "^\(escaped.joined())/"
  }
}
