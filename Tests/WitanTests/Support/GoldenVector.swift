import Foundation
import Testing
import WitanCrypto

@testable import Witan

/// A value of the byte format with the bytes it must have for ever, or until the format's version changes.
struct GoldenVector: Sendable, CustomTestStringConvertible {
  /// The file's name, without `.hex`.
  let name: String
  /// What it is, for whoever opens the file.
  let about: String
  /// The bytes of the value.
  let bytes: [UInt8]
  /// Whether some bytes read as this very value.
  let isValue: @Sendable ([UInt8]) -> Bool
  /// Reads bytes as such a value and writes it again.
  let rewritten: @Sendable ([UInt8]) -> Result<[UInt8], Malformed>
  /// Whether whoever checks signatures takes what these bytes say; nil where nothing is signed.
  let isAccepted: (@Sendable ([UInt8]) -> Bool)?

  init<Value: Canonical & Equatable>(
    _ name: String, _ about: String, _ value: Value,
    check: (@Sendable (Value) throws -> Void)? = nil
  ) {
    self.name = name
    self.about = about
    bytes = value.encoded
    isValue = { (try? Value(decoding: $0)) == value }
    rewritten = { bytes in
      do throws(Malformed) {
        return .success(try Value(decoding: bytes).encoded)
      } catch {
        return .failure(error)
      }
    }
    guard let check else {
      isAccepted = nil
      return
    }
    isAccepted = { bytes in
      do {
        try check(try Value(decoding: bytes))
        return true
      } catch {
        return false
      }
    }
  }

  var testDescription: String { name }
}

// MARK: - Files

extension GoldenVector {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Golden")

  /// Whether the files are to be written anew. Such a run fails, so that nobody records by accident.
  static var isRecording: Bool { ProcessInfo.processInfo.environment["WITAN_RECORD"] == "1" }

  var file: URL { Self.folder.appending(path: name + ".hex") }

  /// A comment, then the bytes, thirty-two a line.
  var text: String {
    let lines = stride(from: 0, to: bytes.count, by: 32).map {
      Hex.encode(bytes[$0..<min($0 + 32, bytes.count)])
    }
    return "# \(about) (\(bytes.count) bytes)\n" + lines.joined(separator: "\n") + "\n"
  }

  /// The bytes in the file.
  func recorded() throws -> [UInt8] {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    return try #require(Hex.decode(lines.filter { !$0.hasPrefix("#") }.joined()))
  }
}
