import WitanSimulation

/// A place in an input file, for people to go to.
struct Place: Hashable, Sendable, CustomStringConvertible {
  /// The file as the person named it.
  var file: String
  /// The line in it, counted from one, where one line is to blame.
  var line: Int?
  /// The column in that line, counted from one, where one place is to blame.
  var column: Int?

  /// `genesis.json:3`, or `crash.scenario:3:6`.
  var description: String {
    ([file.quotedIfNeeded] + [line, column].compactMap { $0.map(String.init) })
      .joined(separator: ":")
  }
}

/// A command line, or a file that it names, which can't be understood.
///
/// It says what was wrong, where, and what would be right, so that the next attempt can succeed.
struct UsageError: Error, Hashable, Sendable {
  /// The file and the line, where there are such.
  var place: Place?
  /// What is wrong, beginning with the option or the text to blame: `--loss 1.2 is not a probability`.
  var problem: String
  /// What would be right: `give a number from 0 to 1`.
  var remedy: String

  init(_ problem: String, remedy: String, at place: Place? = nil) {
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }
}

/// Surroundings that failed: a disk, a port, a library. Nothing that was asked for is at fault.
struct EnvironmentError: Error, Hashable, Sendable {
  /// The file, where there is one.
  var place: Place?
  /// What failed: `the disk is full`.
  var problem: String
  /// What may help: `free some space and try again`.
  var remedy: String

  init(_ problem: String, remedy: String, at place: Place? = nil) {
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }
}

/// The one shape in which every error is told.
struct Complaint: Sendable {
  /// The command that complains: `witan simulate`.
  var command: String
  /// The file and the line, where there are such.
  var place: Place?
  /// What is wrong.
  var problem: String
  /// What would be right.
  var remedy: String
  /// A last line that says where to read on.
  var pointer: String?

  /// What is wrong with the way `command` was called.
  init(_ error: UsageError, by command: String, pointer: String) {
    self.command = command
    self.place = error.place
    self.problem = error.problem
    self.remedy = error.remedy
    self.pointer = pointer
  }

  /// What failed around `command`.
  init(_ error: EnvironmentError, by command: String) {
    self.command = command
    self.place = error.place
    self.problem = error.problem
    self.remedy = error.remedy
  }

  /// `witan simulate: --loss 1.2 is not a probability; give a number from 0 to 1`, with its pointer below.
  var text: String {
    let location = place.map { "\($0): " } ?? ""
    let pointed = pointer.map { "\n\($0)" } ?? ""
    return "\(command): \(location)\(problem); \(remedy)\(pointed)\n"
  }
}
