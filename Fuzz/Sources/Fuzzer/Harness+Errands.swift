import FuzzTargets
import Glibc

extension Harness {
  /// Does what isn't fuzzing, if that is asked for, and ends the process then.
  ///
  /// | argument | what it does |
  /// |---|---|
  /// | `--list` | prints every target with what it attacks |
  /// | `--dictionary` | prints the words of the target's inputs, in libFuzzer's form |
  /// | `--show FILE` | prints the case that an input makes |
  /// | `--shrink FILE OUT` | makes a finding smaller, prints it, and writes it down |
  /// | `--states FOLDER` | prints how many states the inputs of a folder reach |
  func runErrand(_ arguments: [String]) {
    guard let errand = arguments.first, errand.hasPrefix("--") else { return }
    switch (errand, arguments.count) {
    case ("--list", 1): printTargets()
    case ("--dictionary", 1): printDictionary()
    case ("--show", 2):
      print(target.description(of: read(arguments[1])) ?? "bytes: no case is drawn")
    case ("--shrink", 3): shrink(arguments[1], to: arguments[2])
    case ("--states", 2): countStates(in: arguments[1])
    default:
      print("it knows --list, --dictionary, --show FILE, --shrink FILE OUT and --states FOLDER")
      exit(2)
    }
    exit(0)
  }

  private func printTargets() {
    for target in FuzzTarget.all {
      let padding = String(repeating: " ", count: max(1, 12 - target.name.count))
      print(target.name + padding + target.sentence)
    }
  }

  private func printDictionary() {
    for word in target.dictionary where !word.isEmpty {
      let escaped = word.map { byte in
        let digits = String(byte, radix: 16)
        return "\\x" + (digits.count == 1 ? "0" : "") + digits
      }
      print("\"\(escaped.joined())\"")
    }
  }

  private func shrink(_ path: String, to out: String) {
    let bytes = read(path)
    guard case .found(let finding) = target.run(bytes) else {
      print("\(path) has no finding")
      exit(1)
    }
    let small = target.shrunk(bytes, budget: 2_000) ?? bytes
    print("\(bytes.count) bytes became \(small.count): \(finding)\n")
    print(target.description(of: small) ?? "")
    guard let file = fopen(out, "w") else {
      print("\(out) can't be written")
      exit(1)
    }
    _ = small.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    fclose(file)
  }

  private func countStates(in folder: String) {
    guard let directory = opendir(folder) else {
      print("\(folder) can't be read")
      exit(1)
    }
    var traces = Traces()
    var inputs = 0
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard !name.hasPrefix(".") else { continue }
      inputs += 1
      _ = target.run(read("\(folder)/\(name)"), noting: &traces)
    }
    closedir(directory)
    print("\(inputs) inputs, \(traces.states.count) states")
  }

  private func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else {
      print("\(path) can't be read")
      exit(1)
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }
}
