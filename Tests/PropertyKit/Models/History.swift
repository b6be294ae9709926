/// What several asked of a system at the same time, and what they were answered.
public struct History<Command: Sendable, Response: Equatable & Sendable>: Sendable {
  /// Something that one of them asked.
  public struct Operation: Sendable {
    /// What was asked.
    public var command: Command
    /// The answer; nil if there was none, and it isn't known whether it took effect.
    public var response: Response?
    /// When it was asked, by any clock that all of them read.
    public var invoked: Int
    /// When the answer came.
    public var returned: Int

    /// An operation that was answered.
    public init(_ command: Command, _ response: Response, invoked: Int, returned: Int) {
      self.command = command
      self.response = response
      self.invoked = invoked
      self.returned = returned
    }

    /// An operation that wasn't answered.
    public init(unanswered command: Command, invoked: Int) {
      self.command = command
      response = nil
      self.invoked = invoked
      returned = .max
    }
  }

  /// The operations, in any order.
  public var operations: [Operation]

  /// These operations.
  public init(_ operations: [Operation] = []) { self.operations = operations }

  /// An order in which one after the other would have been answered so by the specification, and in which
  /// nothing comes before what had been answered when it was asked (Herlihy and Wing); nil if there is none.
  ///
  /// All orders are tried (Wing and Gong), but for those that lead where one before did not succeed, if the
  /// specification can tell where that is: if it is `Hashable`. An operation without an answer may be left out.
  public func linearisation<Model: Specification>(from model: Model) -> [Int]?
  where Model.Command == Command, Model.Response == Response {
    var search = Search(operations: operations, hopeless: [])
    var order: [Int] = []
    return search.extend(&order, Array(repeating: false, count: operations.count), model)
      ? order : nil
  }

  private struct Position: Hashable {
    var done: [Bool]
    var state: AnyHashable
  }

  private struct Search {
    let operations: [Operation]
    var hopeless: Set<Position>

    mutating func extend<Model: Specification>(
      _ order: inout [Int], _ done: [Bool], _ model: Model
    ) -> Bool where Model.Command == Command, Model.Response == Response {
      let left = operations.indices.filter { !done[$0] }
      guard left.contains(where: { operations[$0].response != nil }) else { return true }
      let state = (model as? any Hashable).map { Position(done: done, state: AnyHashable($0)) }
      if let state, hopeless.contains(state) { return false }
      // Whatever was asked after another had been answered must wait for it.
      let deadline = left.map { operations[$0].returned }.min() ?? .max
      for index in left where operations[index].invoked < deadline {
        let operation = operations[index]
        var next = model
        guard next.allows(operation.command) else { continue }
        let response = next.apply(operation.command)
        guard operation.response == nil || operation.response == response else { continue }
        var done = done
        done[index] = true
        order.append(index)
        if extend(&order, done, next) { return true }
        order.removeLast()
      }
      if let state { hopeless.insert(state) }
      return false
    }
  }
}
