import Foundation

/// The other side of a ``Lab``: answers for cases until nobody asks any more.
enum LabServer {
  /// The property for which this process is there; nil in an ordinary one.
  static let wanted = ProcessInfo.processInfo.environment[Lab.variable]
  /// What it says first.
  static let greeting = "witan-property-lab"
  /// How many threads may be lost in traps before a new process is better.
  static let threads = 8

  /// Answers what is asked on the standard input, each case on a bench that has lost no thread, and ends the
  /// process.
  static func serve(_ benches: [Bench]) -> Never {
    let answers = Descriptor(number: dup(1))
    let printed = Printed()
    // Whatever else is printed isn't an answer.
    dup2(open("/dev/null", O_WRONLY), 1)
    answers.write(Array("\n\(greeting)\n".utf8))
    var benches = benches[...]
    var buffer: [UInt8] = []
    while let line = Descriptor(number: 0).line(from: &buffer) {
      guard let bench = benches.first,
        let request = try? JSONDecoder().decode(Lab.Request.self, from: Data(line))
      else { break }
      let attempt = Attempt(
        request.feed, isExplaining: request.isExplaining, limit: request.limit)
      printed.reset()
      bench.run([attempt], patience: request.patience)
      let hangs = attempt.result == nil
      if hangs { attempt.end(.failed(Failure(hangingFor: request.patience))) }
      guard var result = attempt.result else { break }
      if bench.lanesLeft == 0 {
        benches.removeFirst()
        if let signal = bench.signal {
          result.ending = .failed(Failure(signal: signal, printed: printed.text))
        }
      }
      guard let answer = try? JSONEncoder().encode(result),
        answers.write(answer + [UInt8(ascii: "\n")]), !benches.isEmpty, !hangs
      else { break }
    }
    _exit(0)
  }

  /// What is printed to the standard error, where a trap says what it is about.
  private struct Printed {
    private let file: Int32

    init() {
      let path = NSTemporaryDirectory() + "witan-property-\(getpid())"
      file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0o600)
      unlink(path)
      dup2(file, 2)
    }

    func reset() { ftruncate(file, 0) }

    var text: String {
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let count = pread(file, &bytes, bytes.count, 0)
      return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
  }
}
