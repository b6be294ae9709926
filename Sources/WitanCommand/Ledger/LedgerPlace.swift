import Witan
import WitanCrypto
import WitanLedger
import WitanNode
import WitanSimulation

/// A path that leads to a ledger: a folder with one in it, its file, or a state in one file.
struct LedgerPlace {
  /// After which block it is.
  let height: SequenceNumber
  /// The state.
  let tree: MerkleTree
  /// Where it is kept, if it is more than a state in one file.
  let backing: SQLiteBacking?

  /// The most bytes of a state in one file.
  private static let snapshotLimit = 1 << 32
  private static let fileName = "ledger.sqlite"

  /// Opens what is there, to read it.
  init(_ path: String) throws {
    let file = TextFile.isFolder(path) ? "\(path)/\(Self.fileName)" : path
    if !TextFile.isFolder(path), let bytes = try Self.snapshot(path) {
      let snapshot: LedgerSnapshot
      do { snapshot = try LedgerSnapshot(bytes) } catch {
        throw BadLedger("\(path): \(error)")
      }
      (height, tree, backing) = (snapshot.height, snapshot.tree, nil)
      return
    }
    do throws(TreeFault) {
      let backing = try SQLiteBacking(path: file, isReadOnly: true)
      guard let latest = try TreeStore(backing).latest() else {
        throw .unreadable("it has no state")
      }
      (height, tree) = (SequenceNumber(latest.height), latest.tree)
      self.backing = backing
    } catch { throw BadLedger("\(file): \(error)") }
  }

  /// The bytes of a file that begins as a state does.
  private static func snapshot(_ path: String) throws -> [UInt8]? {
    let bytes = try TextFile.readBytes(path, limit: snapshotLimit)
    if LedgerProof.isOne(bytes) {
      throw UsageError(
        "it is a proof, and no ledger", remedy: "give it to witan ledger verify",
        at: Place(file: path))
    }
    return LedgerSnapshot.isOne(bytes) ? bytes : nil
  }

  /// The ledger in that state.
  func ledger() throws -> Ledger {
    do { return try Ledger(tree: tree, network: nil) } catch {
      throw BadLedger("it isn't the state of a ledger: \(error)")
    }
  }

  /// Keeps what a run came to: in a folder, with its history, or the state alone.
  static func save(_ run: Run, to path: String) throws {
    guard let (ledger, height, first, transitions) = run.ledgerHistory else { return }
    if path.hasSuffix(".snapshot") {
      return try TextFile.write(
        LedgerSnapshot(height: height, tree: ledger.tree).bytes(), to: path)
    }
    try TextFile.makeFolder(path)
    do throws(TreeFault) {
      let backing = try SQLiteBacking(path: "\(path)/\(fileName)")
      guard try backing.roots().isEmpty else {
        throw .unreadable("a ledger is there already; give another folder")
      }
      var store = TreeStore(backing)
      try backing.keep(run.cluster.genesis)
      try store.keep(first.tree, at: 0)
      try backing.keep(transitions)
      try store.keep(ledger.tree, at: height.rawValue)
    } catch { throw UsageError("\(error)", remedy: "see what is there", at: Place(file: path)) }
  }
}

/// What was examined is no sound ledger.
struct BadLedger: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
