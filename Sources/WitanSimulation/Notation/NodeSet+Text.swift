extension NodeSet {
  /// More nodes than this are in no scenario.
  package static let nodeLimit = 100_000

  /// Reads `0,2,5-7`.
  package init(parsing text: String) throws(InvalidValue) {
    self.init()
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard let first = ends.first.flatMap({ Int(digits: $0) }),
        let last = ends.last.flatMap({ Int(digits: $0) }), ends.count <= 2, first <= last
      else {
        throw InvalidValue(
          "is not a list of replicas", remedy: "give numbers and ranges, like 0,2,5-7")
      }
      guard last < Self.nodeLimit else {
        throw InvalidValue(
          "names replica \(last)", remedy: "give numbers below \(Self.nodeLimit)")
      }
      for node in first...last { insert(node) }
    }
  }
}

extension Int {
  fileprivate init?(digits text: Substring) {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    self.init(text)
  }
}
