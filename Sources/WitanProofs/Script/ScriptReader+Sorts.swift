/// Commands that bring in sorts.
extension ScriptReader {
  mutating func sortCommand(_ command: String) throws(ScriptRefusal) -> Script.Command.Kind {
    switch command {
    case "declare-sort":
      _ = try newName()
      try numeral(atMost: 64, .index)
    case "define-sort":
      let token = try newName()
      try nameList()
      // Names for sorts are written out as definitions are.
      let before = expansion
      _ = try sort()
      sizes[name(token)] = expansion - before
    case "declare-datatype":
      _ = try newName()
      try dataType()
    default:
      try open()
      var count = 0
      while current?.kind != .close {
        try open()
        _ = try newName()
        try numeral(atMost: 64, .index)
        try close()
        count += 1
      }
      try close()
      try open()
      for _ in 0..<count { try dataType() }
      try close()
    }
    return .sort
  }

  /// Names in parentheses: the parameters of a sort.
  private mutating func nameList() throws(ScriptRefusal) {
    try open()
    while current?.kind != .close { try boundName() }
    try close()
  }

  /// `((nil) (cons (head Int) (tail List)))`, or the same after `(par (T) …)`.
  private mutating func dataType() throws(ScriptRefusal) {
    try open()
    let isParametric = current.map { $0.kind == .symbol && text($0) == "par" } ?? false
    if isParametric {
      position += 1
      try nameList()
      try open()
    }
    while current?.kind != .close {
      try open()
      _ = try newName()
      while current?.kind != .close {
        try open()
        _ = try newName()
        _ = try sort()
        try close()
      }
      try close()
    }
    try close()
    if isParametric { try close() }
  }
}
