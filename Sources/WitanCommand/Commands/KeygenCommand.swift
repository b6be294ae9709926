import WitanCrypto
import WitanNode

/// `witan keygen`: a new key in a file of its own.
enum KeygenCommand {
  /// How it is called.
  struct Options: Sendable {
    /// Where to write the key.
    var out: String?
  }

  /// The command.
  static let command: Command = Command(
    "keygen", .run, "make a key that signs",
    discussion: [
      "The key is drawn by the system and written to a new file that only its owner can read. What is printed "
        + "is the public half, by which others know who signed."
    ],
    options: Options(),
    parameters: [.option("out", \.out, .file, "the file to write; it may not be there yet")],
    examples: [
      Example("witan keygen --out me.key", "makes a key and prints its public half"),
      Example("witan keygen --out me.key --json | jq -r .publicKey", "the same for a program"),
    ]
  ) { options, output in
    guard let out = options.out else {
      throw UsageError("--out is missing", remedy: "give a file for the key")
    }
    guard let key = Ed25519.SecretKey.random() else {
      throw EnvironmentError("the system gives no random numbers", remedy: "look at /dev/urandom")
    }
    do throws(KeyFile.Failure) { try KeyFile.write(key, to: out) } catch {
      throw UsageError("\(error)", remedy: "give a file that isn't there yet")
    }
    output.line("\(key.publicKey.hex)")
    output.record(["file": .string(out), "publicKey": .string(key.publicKey.hex)])
    return .success
  }
}
