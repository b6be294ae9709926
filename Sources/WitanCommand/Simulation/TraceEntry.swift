import Witan
import WitanCrypto
import WitanSimulation

/// One line of a trace: who did what to whom, and what it was about.
struct TraceEntry {
  /// When.
  let time: Micros
  /// Whose line it is; nobody's where it befalls the network.
  let node: Int?
  /// To whom, from whom, or what kind of thing happened: `→ all`, `← r1`, `✗`.
  let mark: String
  /// What was said or done.
  let title: String
  /// The view, where one is meant.
  var view: View?
  /// The sequence, where one is meant.
  var sequence: SequenceNumber?
  /// The block or the state, where one is meant.
  var digest: Digest?
  /// What else there is to say.
  var detail = ""
  /// What it is, for those who see colours.
  var tone: Tone?

  /// The line for people.
  func line(_ name: (Int) -> String, width: Int, _ palette: Palette) -> String {
    let clock = Human.decimal(Double(time.rawValue) / 1e6, places: 6).padded(to: 11, .right)
    let who = palette.paint(
      node.map(name)?.padded(to: width) ?? String(repeating: " ", count: width),
      node.map(Tone.hue))
    let place = [view.map { "v\($0)" }, sequence.map { "#\($0)" }].compactMap(\.self)
    var rest = title.padded(to: 12)
    if place.isEmpty, digest == nil {
      rest = detail.isEmpty ? title : "\(rest) \(detail)"
    } else {
      rest += " \(place.joined(separator: " ").padded(to: 8))"
      if let digest { rest += " \(digest.short)" }
      if !detail.isEmpty {
        rest += "\(digest == nil ? String(repeating: " ", count: 9) : "")  \(detail)"
      }
    }
    while rest.last == " " { rest.removeLast() }
    return
      "\(palette.paint(clock, .faint))  \(who)  \(palette.paint(mark.padded(to: 6), tone ?? .faint)) "
      + palette.paint(rest, tone)
  }

  /// The line for programs.
  func json(_ name: (Int) -> String) -> JSON {
    [
      "atMillis": .millis(time),
      "who": .optional(node) { .string(name($0)) },
      "mark": .string(mark),
      "what": .string(title),
      "view": .optional(view) { .unsigned($0.rawValue) },
      "sequence": .optional(sequence) { .unsigned($0.rawValue) },
      "digest": .optional(digest) { .string($0.hex) },
      "detail": .string(detail),
    ]
  }
}

extension TraceEntry {
  /// What a message says.
  init(_ message: Message, mark: String, at time: Micros, node: Int, tone: Tone? = nil) {
    self.init(
      time: time, node: node, mark: mark, title: message.kind?.name ?? "request", tone: tone)
    guard let statement = message.signed?.statement else {
      if case .request(let request) = message {
        detail = "number \(request.number) of a client, passed on"
        digest = request.digest
      }
      return
    }
    switch statement.kind {
    case .prePrepare, .prepare, .commit:
      (view, sequence, digest) = (statement.view, statement.sequence, statement.digest)
    case .checkpoint, .block, .fetchBlock:
      (sequence, digest) = (statement.sequence, statement.digest)
    case .decision, .fetchState, .chunk: sequence = statement.sequence
    case .viewChange, .newView, .fetchViewChanges: view = statement.view
    case .status: (view, sequence) = (statement.view, statement.sequence)
    case .manifest, .reply, .answer: break
    }
    detail = message.detail
  }
}

extension Message {
  /// What else a message says.
  fileprivate var detail: String {
    switch self {
    case .prePrepare(let sealed), .block(let sealed): sealed.body.requests.count.counted("request")
    case .viewChange(let sealed):
      "stable #\(sealed.body.stable?.sequence ?? 0), \(sealed.body.locks.count.counted("lock"))"
    case .newView(let sealed):
      "by \(sealed.body.viewChanges.count) view-changes, proposes \(sealed.body.proposals.count.counted("block")) again"
    case .status(let sealed):
      "stable #\(sealed.body.stable)\(sealed.body.isChangingView ? ", waits for this view" : "")"
    case .decision(let sealed): sealed.body.block.requests.count.counted("request")
    case .fetchState(let sealed):
      sealed.body.chunk?.words ?? "a checkpoint"
    case .manifest(let sealed):
      sealed.body.certificate.map { "checkpoint #\($0.sequence)" } ?? "how the epochs led there"
    case .chunk(let sealed):
      sealed.body.address.words
    case .prepare, .commit, .checkpoint, .fetchBlock, .fetchViewChanges, .request: ""
    }
  }
}

extension ChunkAddress {
  fileprivate var words: String {
    switch self {
    case .sessions(let index): "piece \(index) of the sessions"
    case .application(let index): "piece \(index) of the state"
    }
  }
}

extension BinaryInteger {
  /// `1 request`, `2 requests`.
  func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
