import Glibc
import Witan
import WitanProofs

/// What a worker is asked.
struct WorkerQuestion: Canonical, Sendable {
  let claim: Claim
  let wantsStatistics: Bool

  init(claim: Claim, wantsStatistics: Bool) {
    self.claim = claim
    self.wantsStatistics = wantsStatistics
  }

  func encode(to writer: inout ByteWriter) {
    writer.write(wantsStatistics)
    writer.write(claim)
  }

  init(from reader: inout ByteReader) throws(Malformed) {
    wantsStatistics = try reader.readFlag("wish for statistics")
    claim = try Claim(from: &reader)
  }

  /// Judges the claim here and now.
  func answer() -> Hearing {
    let start = MonotonicClock.nanoseconds
    let hearing =
      wantsStatistics ? Judge().hearing(on: claim) : Hearing(Judge().ruling(on: claim))
    let wall = Micros((MonotonicClock.nanoseconds - start) / 1_000)
    return Hearing(hearing.ruling, statistics: hearing.statistics, wall: wall)
  }
}

/// What passes between a pool and its workers: a length of four bytes, then so many bytes of a canonical form.
enum WorkerFrame {
  /// More than any claim or ruling has.
  static let limit = 1 << 20

  /// Why a frame didn't come.
  enum Failure: Error {
    case closed
    case timedOut
  }

  /// Sends a value whole.
  static func send(_ value: some Canonical, to socket: Int32) throws(Failure) {
    var writer = ByteWriter()
    let content = value.encoded
    writer.writeCount(content.count)
    let bytes = writer.bytes + content
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        // A worker that died must not take this process with it.
        Glibc.send(
          socket, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno != EINTR {
        throw .closed
      }
    }
  }

  /// Receives a frame's content, until a time on the monotonic clock if one is given.
  static func receive(from socket: Int32, by deadline: UInt64? = nil) throws(Failure) -> [UInt8] {
    let head = try read(4, from: socket, by: deadline)
    let count = head.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    guard count <= limit else { throw .closed }
    return try read(count, from: socket, by: deadline)
  }

  private static func read(
    _ count: Int, from socket: Int32, by deadline: UInt64?
  ) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      if let deadline { try wait(for: socket, by: deadline) }
      let received = bytes.withUnsafeMutableBytes {
        Glibc.read(socket, $0.baseAddress?.advanced(by: filled), $0.count - filled)
      }
      if received > 0 {
        filled += received
      } else if received == 0 || errno != EINTR {
        throw .closed
      }
    }
    return bytes
  }

  private static func wait(for socket: Int32, by deadline: UInt64) throws(Failure) {
    while true {
      let now = MonotonicClock.nanoseconds
      guard now < deadline else { throw .timedOut }
      var interest = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      let left = Int32(clamping: (deadline - now) / 1_000_000 + 1)
      if poll(&interest, 1, left) > 0 { return }
    }
  }
}

/// The time that never steps back.
enum MonotonicClock {
  static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
