import Glibc
import WitanProofs

extension FuzzTarget {
  static let scanner = FuzzTarget(
    "Scanner", "SMT-LIB scripts: what is admitted must make the solver do nothing but think.",
    dictionary: SMTWords.all
  ) { (bytes) throws(Finding) in
    guard bytes.count <= 4_096 else { return false }
    guard let script = try? Script(bytes) else { return true }
    try checkText(of: script)
    try Quarantine.shared.check { try? think(about: script) }
    return true
  }

  /// What the solver reads is itself a script that is admitted, and reads as itself: had the two different ideas of where
  /// a word ends, the one would let pass what the other obeys.
  private static func checkText(of script: Script) throws(Finding) {
    let text = script.solverText
    guard let again = try? Script(text) else {
      throw Finding("rewriting", "what the solver would read isn't admitted: \(text)")
    }
    try expect(
      again.solverText == text, "rewriting", "written anew once more, it's another text: \(text)")
  }

  private static func think(about script: Script) throws {
    let context = try SolverContext()
    let solver = try Solver(in: context, budget: 20_000)
    try solver.add(script)
    _ = try solver.check()
  }
}

/// A folder, and a file in place of the process' output, in which nothing may be left behind.
///
/// It changes what belongs to the whole process: whoever uses it has the process to itself.
final class Quarantine: @unchecked Sendable {
  // Unchecked: a fuzzer has one thread.

  static let shared = Quarantine()

  private let folder: String
  private let sink: CInt

  private init() {
    var template = Array("/tmp/witan-scanner-XXXXXX".utf8CString)
    folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    var file = Array("/tmp/witan-scanner-XXXXXX".utf8CString)
    sink = mkstemp(&file)
    // It has no name, and goes with the process.
    unlink(file)
    // The solver is given what a small claim needs, and not the whole machine.
    SolverContext.limitMemory(megabytes: 256)
  }

  /// Has something done in the folder, and throws if it left a file there or said anything.
  func check(_ body: () -> Void) throws(Finding) {
    guard let before = getcwd(nil, 0), chdir(folder) == 0 else { return }
    ftruncate(sink, 0)
    fflush(nil)
    let (output, trouble) = (dup(1), dup(2))
    dup2(sink, 1)
    dup2(sink, 2)
    body()
    fflush(nil)
    dup2(output, 1)
    dup2(trouble, 2)
    close(output)
    close(trouble)
    let files = contents()
    for file in files { unlink("\(folder)/\(file)") }
    chdir(before)
    free(before)
    try expect(files.isEmpty, "file", "the solver wrote \(files)")
    var status = stat()
    fstat(sink, &status)
    try expect(status.st_size == 0, "output", "the solver wrote \(status.st_size) bytes of output")
  }

  private func contents() -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
