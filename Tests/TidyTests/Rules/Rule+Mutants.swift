extension Rule {
  /// The suite is only as good as the faults it finds, so the faults must stay such that they can be put in.
  static let mutants = Rule("Mutants are small faults that still apply") { repository in
    repository.files.filter { $0.path.hasSuffix(".patch") }.flatMap { file in
      Mutant.problems(in: file, of: repository).map { Finding(path: file.path, problem: $0) }
    }
  }
}

/// A fault to put into the code, as a patch: a first line that classes and describes it, then one file's hunks.
private struct Mutant {
  /// One place that it changes.
  struct Hunk: Equatable {
    /// The lines that it finds there.
    var old = ""
    /// The lines that it leaves.
    var new = ""
    /// How many lines it takes away or adds.
    var changed = 0
  }

  /// More is a rewrite, not a fault.
  private static let mostChanges = 12

  /// The file that it changes.
  private(set) var target = ""
  private(set) var hunks: [Hunk] = []

  init(_ lines: some Sequence<Substring>) {
    for line in lines {
      if line.hasPrefix("+++ b/") {
        target = String(line.dropFirst("+++ b/".count))
      } else if line.hasPrefix("@@") {
        hunks.append(Hunk())
      } else if !hunks.isEmpty, let mark = line.first {
        let text = line.dropFirst() + "\n"
        if mark != "+" { hunks[hunks.count - 1].old += text }
        if mark != "-" { hunks[hunks.count - 1].new += text }
        if mark != " " { hunks[hunks.count - 1].changed += 1 }
      }
    }
  }

  static func problems(in file: SourceFile, of repository: Repository) -> [String] {
    var problems: [String] = []
    if (file.lines.first ?? "").wholeMatch(of: /[SLV] [FP]\d+: \S.*[^.]/) == nil {
      problems.append("should begin with its class and its fault: S F1: what goes wrong")
    }
    let mutant = Mutant(file.lines)
    guard let target = repository.files.first(where: { $0.path == mutant.target }),
      target.module != nil
    else { return problems + ["changes no file of Sources, but “\(mutant.target)”"] }
    for (index, hunk) in mutant.hunks.enumerated() {
      let places = target.text.ranges(of: hunk.old).count
      if hunk.old == hunk.new || places != 1 {
        problems.append("hunk \(index + 1) applies at \(places) places of \(mutant.target)")
      }
    }
    if !(1...mostChanges).contains(mutant.hunks.reduce(0) { $0 + $1.changed }) {
      problems.append("should change 1 to \(mostChanges) lines")
    }
    return problems
  }
}
