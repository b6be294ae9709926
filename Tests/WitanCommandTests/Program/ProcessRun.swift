import Foundation

/// A process that has run: what it printed where, and how it ended.
struct ProcessRun {
  let code: Int32
  let output: String
  let errors: String

  /// Runs an executable to its end; `output` may lead its standard output elsewhere.
  init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:],
    output: FileHandle? = nil, in folder: URL? = nil
  ) throws {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = folder }
    process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
    let outputs = Pipe()
    let errors = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output ?? outputs
    process.standardError = errors
    try process.run()
    try outputs.fileHandleForWriting.close()
    let text = try outputs.fileHandleForReading.readToEnd() ?? Data()
    let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    self.code = process.terminationStatus
    self.output = String(decoding: text, as: UTF8.self)
    self.errors = String(decoding: complaint, as: UTF8.self)
  }

  /// The `witan` that was built along with the tests, if it can be found.
  static var witan: String? {
    let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = tests.map { URL(filePath: $0).deletingLastPathComponent().path + "/witan" }
    return path.flatMap { FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil }
  }
}
