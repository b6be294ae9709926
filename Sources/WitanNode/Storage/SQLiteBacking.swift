import Synchronization
import Witan
import WitanCrypto
import WitanLedger

/// Keeps a ledger's nodes in an SQLite file, which survives a crash at any instant.
///
/// ```sql
/// CREATE TABLE nodes (digest BLOB PRIMARY KEY, pointers INTEGER, bytes BLOB) WITHOUT ROWID;
/// CREATE TABLE roots (height INTEGER PRIMARY KEY, digest BLOB, weight INTEGER, seal BLOB);
/// CREATE TABLE history (height INTEGER PRIMARY KEY, bytes BLOB);
/// CREATE TABLE genesis (bytes BLOB);
/// ```
///
/// Every change is one transaction, synced before it counts as made. Whatever is read is checked against its digest by
/// whoever reads it. Nothing commits to the roots: each has a seal, the digest of its row. Opening reads the roots alone.
public final class SQLiteBacking: NodeBacking, Sendable {
  private let database: Mutex<SQLite>

  /// "WTNL": says to `file` and to us whose file it is.
  private static let applicationID: Int64 = 0x5754_4e4c
  private static let version: Int64 = 1

  /// Opens the file, or makes it unless it is only to be read.
  public init(path: String, isReadOnly: Bool = false) throws(TreeFault) {
    do throws(SQLite.Failure) {
      let database = try SQLite(path: path, isReadOnly: isReadOnly)
      var applicationID: Int64 = 0
      var version: Int64 = 0
      var isEmpty = true
      try database.run("PRAGMA application_id") { applicationID = $0.integer(0) }
      try database.run("PRAGMA user_version") { version = $0.integer(0) }
      try database.run("SELECT 1 FROM sqlite_schema LIMIT 1") { _ in isEmpty = false }
      if isEmpty, !isReadOnly {
        try Self.prepare(database)
      } else {
        guard applicationID == Self.applicationID else {
          throw SQLite.Failure(code: SQLiteBacking.foreign, text: "\(path) isn't a ledger")
        }
        guard version == Self.version else {
          throw SQLite.Failure(
            code: SQLiteBacking.foreign,
            text: "its format is version \(version); version \(Self.version) is spoken here")
        }
      }
      if !isReadOnly {
        try database.run("PRAGMA journal_mode = WAL")
        try database.run("PRAGMA synchronous = FULL")
      }
      self.database = Mutex(database)
    } catch { throw .unreadable(error.text) }
    _ = try roots()
  }

  private static let foreign: Int32 = 1

  private static func prepare(_ database: SQLite) throws(SQLite.Failure) {
    try database.run("PRAGMA application_id = 1465142860")
    try database.run("PRAGMA user_version = 1")
    try database.run(
      """
      CREATE TABLE nodes (
        digest BLOB PRIMARY KEY, pointers INTEGER NOT NULL, bytes BLOB NOT NULL) WITHOUT ROWID
      """)
    try database.run(
      """
      CREATE TABLE roots (
        height INTEGER PRIMARY KEY, digest BLOB NOT NULL, weight INTEGER NOT NULL,
        seal BLOB NOT NULL)
      """)
    try database.run("CREATE TABLE history (height INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")
    try database.run("CREATE TABLE genesis (bytes BLOB NOT NULL)")
  }

  func use<Result>(
    _ body: (SQLite) throws(SQLite.Failure) -> Result
  ) throws(TreeFault) -> Result {
    let outcome = database.withLock { database -> Swift.Result<Result, SQLite.Failure> in
      do throws(SQLite.Failure) { return .success(try body(database)) } catch {
        return .failure(error)
      }
    }
    switch outcome {
    case .success(let result): return result
    case .failure(let failure): throw .unreadable(failure.text)
    }
  }

  /// Reads nodes from the file.
  public var source: NodeSource {
    NodeSource { [self] (digest) throws(TreeFault) in
      try use { (database) throws(SQLite.Failure) in
        var bytes: [UInt8]?
        try database.run("SELECT bytes FROM nodes WHERE digest = ?1", [.blob(digest.bytes)]) {
          bytes = $0.blob(0)
        }
        return bytes
      }
    }
  }

  /// Begins a transaction.
  public func begin() throws(TreeFault) {
    try use { (database) throws(SQLite.Failure) in try database.run("BEGIN IMMEDIATE") }
  }

  /// Ends the transaction; it is on the disk when this returns.
  public func commit() throws(TreeFault) {
    try use { (database) throws(SQLite.Failure) in try database.run("COMMIT") }
  }

  /// Undoes the transaction.
  public func rollback() {
    // A transaction that couldn't begin, or that SQLite undid itself, leaves nothing to undo.
    try? use { (database) throws(SQLite.Failure) in try database.run("ROLLBACK") }
  }

  /// Counts one more pointer.
  public func retain(_ digest: Digest) throws(TreeFault) -> Bool {
    try use { (database) throws(SQLite.Failure) in
      try database.run(
        "UPDATE nodes SET pointers = pointers + 1 WHERE digest = ?1", [.blob(digest.bytes)])
      return database.changes > 0
    }
  }

  /// Keeps a node, or replaces its bytes.
  public func keep(_ digest: Digest, _ bytes: [UInt8]) throws(TreeFault) {
    try use { (database) throws(SQLite.Failure) in
      try database.run(
        """
        INSERT INTO nodes (digest, pointers, bytes) VALUES (?1, 1, ?2)
        ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes
        """, [.blob(digest.bytes), .blob(bytes)])
    }
  }

  /// Counts one pointer less.
  public func release(_ digest: Digest) throws(TreeFault) -> [UInt8]? {
    let kept = try use { (database) throws(SQLite.Failure) in
      var kept: (pointers: Int64, bytes: [UInt8])?
      try database.run(
        "SELECT pointers, bytes FROM nodes WHERE digest = ?1", [.blob(digest.bytes)]
      ) { kept = ($0.integer(0), $0.blob(1)) }
      if let kept, kept.pointers > 1 {
        try database.run(
          "UPDATE nodes SET pointers = pointers - 1 WHERE digest = ?1", [.blob(digest.bytes)])
      } else {
        try database.run("DELETE FROM nodes WHERE digest = ?1", [.blob(digest.bytes)])
      }
      return kept
    }
    guard let kept else { throw .missing(digest) }
    return kept.pointers > 1 ? nil : kept.bytes
  }

  /// The roots by ascending height.
  public func roots() throws(TreeFault) -> [StoredRoot] {
    let rows = try use { (database) throws(SQLite.Failure) in
      var rows: [(height: Int64, digest: [UInt8], weight: Int64, seal: [UInt8])] = []
      try database.run("SELECT height, digest, weight, seal FROM roots ORDER BY height") {
        rows.append(($0.integer(0), $0.blob(1), $0.integer(2), $0.blob(3)))
      }
      return rows
    }
    var roots: [StoredRoot] = []
    for row in rows {
      guard let digest = Digest(bytes: row.digest), row.height >= 0, row.weight >= 0,
        row.seal == Self.seal(row.height, digest, row.weight)
      else {
        throw .unreadable(
          "the root of height \(row.height) is damaged; fetch the state from a peer into a new file"
        )
      }
      roots.append(
        StoredRoot(height: UInt64(row.height), root: digest, weight: UInt64(row.weight)))
    }
    return roots
  }

  private static func seal(_ height: Int64, _ digest: Digest, _ weight: Int64) -> [UInt8] {
    SHA256.hash("root \(height) \(digest.hex) \(weight)".utf8.map { $0 }).bytes
  }

  /// Adds a root.
  public func add(_ root: StoredRoot) throws(TreeFault) {
    let (height, weight) = (Int64(clamping: root.height), Int64(clamping: root.weight))
    let values: [SQLite.Value] = [
      .integer(height), .blob(root.root.bytes), .integer(weight),
      .blob(Self.seal(height, root.root, weight)),
    ]
    try use { (database) throws(SQLite.Failure) in
      try database.run("INSERT OR REPLACE INTO roots VALUES (?1, ?2, ?3, ?4)", values)
    }
  }

  /// Removes a root.
  public func removeRoot(at height: UInt64) throws(TreeFault) {
    try use { (database) throws(SQLite.Failure) in
      try database.run(
        "DELETE FROM roots WHERE height = ?1", [.integer(Int64(clamping: height))])
    }
  }
}
