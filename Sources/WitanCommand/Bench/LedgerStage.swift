import Glibc
import Witan
import WitanCrypto
import WitanLedger
import WitanNode

/// A ledger of a million accounts in a file of its own, which goes with it.
final class LedgerStage {
  private let path: String
  private let root: Digest
  private let someone: PublicKey
  /// How long it took to write.
  let keepingSeconds: Double

  init() throws {
    var name = Array("/tmp/witan-bench-XXXXXX".utf8CString)
    let file = mkstemp(&name)
    guard file >= 0 else {
      throw EnvironmentError("no file can be made in /tmp", remedy: "make room there")
    }
    close(file)
    let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    self.path = path
    // SQLite makes its own.
    unlink(path)
    var endowment = Endowment()
    endowment.balances = (0..<1_000_000).compactMap { number in
      let name = withUnsafeBytes(of: UInt64(number).littleEndian) { SHA256.hash($0) }
      return PublicKey(bytes: name.bytes).map { ($0, .tokens(1)) }
    }
    someone = endowment.balances[777].key
    let ledger = try Ledger(endowment)
    root = ledger.root
    var store = TreeStore(try SQLiteBacking(path: path))
    keepingSeconds = try Clock.wall.seconds { try store.keep(ledger.tree, at: 1) }
  }

  deinit { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }

  /// How long it takes until the file is open and has said what somebody owns.
  func open() throws -> Double {
    var (found, balance) = (Digest.zero, Amount(0))
    let seconds = try Clock.wall.seconds {
      guard let tree = try TreeStore(SQLiteBacking(path: path)).latest()?.tree else { return }
      let ledger = try Ledger(tree: tree)
      (found, balance) = (ledger.root, try ledger.account(of: someone).balance)
    }
    guard found == root, balance == .tokens(1) else {
      throw EnvironmentError("the store has another state", remedy: "report this")
    }
    return seconds
  }
}
