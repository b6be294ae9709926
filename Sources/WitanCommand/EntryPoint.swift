import Glibc

/// Hands the process's arguments to the program, and its answer back.
@main
enum EntryPoint {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    exit(Program.witan.run(arguments, in: .ofProcess()).rawValue)
  }
}
