/// Work whose time is measured: it prepares once, then does its operation as often as it is told.
struct Workload: Sendable {
  /// What one operation is.
  let name: String
  /// Makes everything that shouldn't be measured, and returns what should.
  let prepare: @Sendable () throws -> (_ operations: Int) throws -> Void

  init(_ name: String, prepare: @escaping @Sendable () throws -> (Int) throws -> Void) {
    self.name = name
    self.prepare = prepare
  }
}

/// Takes a value so that the compiler can't leave out the work that made it.
@inline(never)
@_optimize(none)
func consume<Value>(_ value: borrowing Value) {}
