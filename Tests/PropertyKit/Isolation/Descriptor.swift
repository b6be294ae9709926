import Foundation

/// A file descriptor that is read and written whole, line by line.
struct Descriptor: Sendable {
  /// Its number.
  let number: Int32

  /// Writes all of it; false if the other end is gone.
  @discardableResult
  func write(_ bytes: some Collection<UInt8>) -> Bool {
    var left = Array(bytes)[...]
    while !left.isEmpty {
      let count = left.withUnsafeBytes { systemWrite(number, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      left = left.dropFirst(count)
    }
    return true
  }

  /// Adds what there is to read; false at the end, or when there is nothing within so many milliseconds.
  func read(into buffer: inout [UInt8], patience: Int32 = -1) -> Bool {
    guard isReady(patience) else { return false }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = chunk.withUnsafeMutableBytes { systemRead(number, $0.baseAddress, $0.count) }
    guard count > 0 else { return false }
    buffer += chunk[..<count]
    return true
  }

  /// Reads one byte; false at the end, or when there is none within so many milliseconds.
  func readByte(patience: Int32 = -1) -> Bool {
    guard isReady(patience) else { return false }
    var byte: UInt8 = 0
    return systemRead(number, &byte, 1) == 1
  }

  private func isReady(_ patience: Int32) -> Bool {
    var poll = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    while true {
      let ready = systemPoll(&poll, 1, patience)
      if ready >= 0 || errno != EINTR { return ready > 0 }
    }
  }

  /// The next line, without its end; nil at the end, or when none comes within so many milliseconds.
  func line(from buffer: inout [UInt8], patience: Int32 = -1) -> [UInt8]? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(buffer[..<end])
        buffer.removeFirst(end + 1)
        return line
      }
      guard read(into: &buffer, patience: patience) else { return nil }
    }
  }
}

extension Descriptor {
  /// Closes what has these numbers.
  static func close(_ numbers: Int32...) {
    for number in numbers { systemClose(number) }
  }
}

private func systemClose(_ number: Int32) { _ = close(number) }
private func systemWrite(_ number: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(number, bytes, count)
}
private func systemRead(_ number: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(number, bytes, count)
}
private func systemPoll(_ polls: UnsafeMutablePointer<pollfd>, _ count: nfds_t, _ patience: Int32)
  -> Int32
{
  poll(polls, count, patience)
}
