import Foundation
import Testing

/// Where a property stands: what its saved failures, and the process that runs its cases apart, know it by.
struct Site: Sendable, CustomStringConvertible {
  /// The test's name with its module and its suites; nil outside of any.
  let test: String?
  /// What the test was called with, if anything.
  let arguments: String
  /// The property's own name, if it has one.
  let name: String?
  /// The line that it begins in.
  let location: SourceLocation

  /// The property that is called here, in the test that is running.
  init(name: String?, location: SourceLocation) {
    self.name = name
    self.location = location
    arguments = Test.Case.current.map(Self.arguments) ?? ""
    // The file, line and column come last, and change more often than the name.
    test = Test.current.map { test in
      let parts = "\(test.id)".split(separator: "/", omittingEmptySubsequences: false)
      let isPlaced = parts.last?.contains(".swift:") == true
      return parts.dropLast(isPlaced ? 1 : 0).joined(separator: "/")
    }
  }

  /// What it is known by in files: it outlives moves within its file.
  var key: String {
    let name = name.map { " \($0)" } ?? ""
    return (test ?? location.fileID) + arguments + name
  }

  /// What it is known by in this build.
  var description: String { "\(key) \(location.fileID):\(location.line):\(location.column)" }

  /// Its name for people.
  var title: String { name ?? test?.split(separator: "/").last.map(String.init) ?? location.fileID }

  /// Swift Testing doesn't tell a test what it was called with, but shows it.
  private static func arguments(of testCase: Test.Case) -> String {
    func child(_ value: Any, _ label: String) -> Any? {
      Mirror(reflecting: value).children.first { $0.label == label }?.value
    }
    guard let kind = child(testCase, "_kind"), let cases = child(kind, "parameterized") else {
      return ""
    }
    // One payload alone isn't labelled within its tuple.
    let list = child(cases, "arguments") ?? cases
    let values = Mirror(reflecting: list).children.compactMap { child($0.value, "value") }
    return values.isEmpty ? "" : "[\(values.map { swiftLiteral($0) }.joined(separator: ", "))]"
  }

  /// A seed that follows from the name alone.
  var seed: UInt64 {
    key.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// The package in which the property's file lies.
  var package: URL? {
    var folder = URL(filePath: location.filePath).deletingLastPathComponent()
    while folder.path.count > 1 {
      if FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
        return folder
      }
      folder.deleteLastPathComponent()
    }
    return nil
  }
}
