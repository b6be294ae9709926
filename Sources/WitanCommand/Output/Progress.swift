/// One line on a terminal's standard error that says how far a command is. Elsewhere it says nothing.
final class Progress {
  private let sink: any TextSink
  private let isShown: Bool
  private let now: () -> UInt64
  private let title: String
  private var lastDrawn: UInt64?
  private var isDrawn = false

  /// The line is drawn at most so often, in nanoseconds: more would only cost time.
  private static let interval: UInt64 = 100_000_000
  private static let barWidth = 24

  /// Progress of what `title` names, which `surroundings` decide whether and where to show.
  init(_ title: String, in surroundings: Surroundings) {
    self.title = title
    self.sink = surroundings.errors
    self.isShown = surroundings.errorsAreTerminal
    self.now = surroundings.now
  }

  deinit { finish() }

  /// So much is done, of so much where that is known; `detail` says more.
  func update(_ done: Int, of total: Int? = nil, detail: String = "") {
    guard isShown else { return }
    let time = now()
    if let lastDrawn, time < lastDrawn + Self.interval, done != total { return }
    lastDrawn = time
    isDrawn = true
    // Back to the first column, the line, and nothing of the previous one behind it.
    sink.write("\r\(line(done, of: total, detail: detail))\u{1B}[K")
    sink.flush()
  }

  /// Takes the line away.
  func finish() {
    guard isDrawn else { return }
    isDrawn = false
    sink.write("\r\u{1B}[K")
    sink.flush()
  }

  private func line(_ done: Int, of total: Int?, detail: String) -> String {
    let tail = detail.isEmpty ? "" : "  \(detail)"
    guard let total, total > 0 else { return "\(title)  \(Human.count(done))\(tail)" }
    let filled = min(Self.barWidth, max(0, done * Self.barWidth / total))
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled)
    return "\(title)  \(bar)  \(Human.count(done)) of \(Human.count(total))\(tail)"
  }
}
