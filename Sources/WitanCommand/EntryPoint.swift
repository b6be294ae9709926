import Glibc
import WitanNode

/// Hands the process's arguments to the program, and its answer back.
@main
enum EntryPoint {
  /// What makes this executable a worker.
  static let workerArguments = ["judge-worker"]

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    // Not a command for people: what `witan` starts to have claims judged outside its own process.
    if arguments == workerArguments { ProofWorker.serve() }
    exit(Program.witan.run(arguments, in: .ofProcess()).rawValue)
  }
}
