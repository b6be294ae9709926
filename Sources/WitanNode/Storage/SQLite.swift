import CSQLite

/// A connection to an SQLite file, and the few things done with one here.
///
/// Not for several threads at once: whoever shares it takes turns.
final class SQLite: @unchecked Sendable {
  // Unchecked: a connection may go from thread to thread, and its one owner keeps it behind a lock.

  /// What SQLite says is wrong.
  struct Failure: Error, CustomStringConvertible {
    let code: Int32
    let text: String

    /// Whether the file isn't what SQLite wrote.
    var isDamage: Bool { code & 0xff == SQLITE_CORRUPT || code & 0xff == SQLITE_NOTADB }
    var description: String { text }
  }

  private var handle: OpaquePointer?
  private var statements: [StaticKey: OpaquePointer] = [:]

  /// Statements are written in the source, so that they are few and contain nothing from outside.
  private struct StaticKey: Hashable {
    let address: UInt
    init(_ text: StaticString) { address = UInt(bitPattern: text.utf8Start) }
  }

  init(path: String, isReadOnly: Bool) throws(Failure) {
    let mode = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let code = sqlite3_open_v2(path, &handle, mode | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK else {
      let failure = failure(code)
      sqlite3_close_v2(handle)
      throw failure
    }
    sqlite3_busy_timeout(handle, 5_000)
  }

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(handle)
  }

  private func failure(_ code: Int32) -> Failure {
    let text = handle.flatMap(sqlite3_errmsg).map { String(cString: $0) } ?? "out of memory"
    return Failure(code: code, text: text)
  }

  /// A value that goes into a statement.
  enum Value {
    case blob([UInt8])
    case integer(Int64)
  }

  /// A row that comes out of one.
  struct Row {
    fileprivate let statement: OpaquePointer

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func blob(_ column: Int32) -> [UInt8] {
      let count = Int(sqlite3_column_bytes(statement, column))
      guard count > 0, let base = sqlite3_column_blob(statement, column) else { return [] }
      return [UInt8](UnsafeRawBufferPointer(start: base, count: count))
    }
  }

  /// Runs a statement and gives each row to `body`.
  func run(
    _ text: StaticString, _ values: [Value] = [], _ body: (Row) -> Void = { _ in }
  ) throws(Failure) {
    let statement = try prepared(text)
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      let code: Int32
      switch value {
      case .integer(let number): code = sqlite3_bind_int64(statement, place, number)
      case .blob(let bytes):
        // Copied: the array may be gone before the statement runs.
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        code = bytes.withUnsafeBytes {
          sqlite3_bind_blob(statement, place, $0.baseAddress, Int32($0.count), copies)
        }
      }
      guard code == SQLITE_OK else { throw failure(code) }
    }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: body(Row(statement: statement))
      case SQLITE_DONE: return
      case let code: throw failure(code)
      }
    }
  }

  private func prepared(_ text: StaticString) throws(Failure) -> OpaquePointer {
    if let statement = statements[StaticKey(text)] { return statement }
    var statement: OpaquePointer?
    let code = text.withUTF8Buffer { text in
      text.withMemoryRebound(to: CChar.self) { text in
        sqlite3_prepare_v3(
          handle, text.baseAddress, Int32(text.count), UInt32(SQLITE_PREPARE_PERSISTENT),
          &statement, nil)
      }
    }
    guard code == SQLITE_OK, let statement else { throw failure(code) }
    statements[StaticKey(text)] = statement
    return statement
  }

  /// How many rows the last statement changed.
  var changes: Int { Int(sqlite3_changes(handle)) }
}
