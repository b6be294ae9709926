import Witan
import WitanCrypto
import WitanLedger

/// How a ledger came to be what it is, beside what it is.
extension SQLiteBacking {
  /// Keeps what the network began with.
  public func keep(_ genesis: Genesis) throws(TreeFault) {
    try use { (database) throws(SQLite.Failure) in
      try database.run("DELETE FROM genesis")
      try database.run("INSERT INTO genesis VALUES (?1)", [.blob(genesis.encoded)])
    }
  }

  /// What the network began with; nil when that isn't kept.
  public func genesis() throws(TreeFault) -> Genesis? {
    let bytes = try use { (database) throws(SQLite.Failure) in
      var bytes: [UInt8]?
      try database.run("SELECT bytes FROM genesis") { bytes = $0.blob(0) }
      return bytes
    }
    guard let bytes else { return nil }
    do { return try Genesis(decoding: bytes) } catch {
      throw .unreadable("its genesis is damaged: \(error)")
    }
  }

  /// Keeps transitions, all of them or none.
  public func keep(_ transitions: [StateTransition]) throws(TreeFault) {
    try use { (database) throws(SQLite.Failure) in
      try database.run("BEGIN IMMEDIATE")
      do throws(SQLite.Failure) {
        for transition in transitions {
          try database.run(
            "INSERT OR REPLACE INTO history VALUES (?1, ?2)",
            [.integer(Int64(clamping: transition.height.rawValue)), .blob(transition.encoded)])
        }
        try database.run("COMMIT")
      } catch {
        try? database.run("ROLLBACK")
        throw error
      }
    }
  }

  /// The transition at a height, or the next one that is kept; nil when there is none.
  public func transition(from height: SequenceNumber) throws(TreeFault) -> StateTransition? {
    let row = try use { (database) throws(SQLite.Failure) in
      var row: (height: Int64, bytes: [UInt8])?
      try database.run(
        "SELECT height, bytes FROM history WHERE height >= ?1 ORDER BY height LIMIT 1",
        [.integer(Int64(clamping: height.rawValue))]
      ) { row = ($0.integer(0), $0.blob(1)) }
      return row
    }
    guard let row else { return nil }
    let transition: StateTransition
    do { transition = try StateTransition(decoding: row.bytes) } catch {
      throw .unreadable("the transition at \(row.height) is damaged: \(error)")
    }
    // Whoever goes on from its own word for where it stands might go round in circles.
    guard transition.height.rawValue == UInt64(clamping: row.height) else {
      throw .unreadable("the transition at \(row.height) is damaged: it is of \(transition.height)")
    }
    return transition
  }
}
