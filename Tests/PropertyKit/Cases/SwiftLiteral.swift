/// A value as Swift source would have it, as far as its structure tells: what a report prints can be pasted.
func swiftLiteral(_ value: some Any) -> String {
  if let text = plainLiteral(value) { return text }
  let mirror = Mirror(reflecting: value)
  let children = Array(mirror.children)
  switch mirror.displayStyle {
  case .optional: return children.first.map { swiftLiteral($0.value) } ?? "nil"
  case .collection: return "[\(list(children))]"
  case .set: return "[\(children.map { swiftLiteral($0.value) }.sorted().joined(separator: ", "))]"
  case .dictionary: return dictionary(children)
  case .tuple: return "(\(list(children)))"
  case .enum: return enumeration(value, children)
  case .struct where !children.isEmpty && !(value is any CustomStringConvertible):
    return "\(type(of: value))(\(list(children)))"
  default: return "\(value)"
  }
}

private func plainLiteral(_ value: Any) -> String? {
  switch value {
  case let text as String: text.debugDescription
  case let character as Character: String(character).debugDescription
  case let number as any BinaryInteger: "\(number)"
  case let number as Double where number.isNaN: ".nan"
  case let number as Double where number.isInfinite: number < 0 ? "-.infinity" : ".infinity"
  case let number as any BinaryFloatingPoint: "\(number)"
  case let truth as Bool: "\(truth)"
  default: nil
  }
}

private func list(_ children: [Mirror.Child]) -> String {
  children.map { child in
    // Parts without a label have a number for one.
    guard let label = child.label, label.first != "." else { return swiftLiteral(child.value) }
    return "\(label): \(swiftLiteral(child.value))"
  }.joined(separator: ", ")
}

private func dictionary(_ children: [Mirror.Child]) -> String {
  let entries = children.map { child in
    let pair = Mirror(reflecting: child.value).children.map { swiftLiteral($0.value) }
    return pair.joined(separator: ": ")
  }
  return entries.isEmpty ? "[:]" : "[\(entries.sorted().joined(separator: ", "))]"
}

private func enumeration(_ value: some Any, _ children: [Mirror.Child]) -> String {
  guard let payload = children.first, let name = payload.label else {
    return value is any CustomStringConvertible ? "\(value)" : ".\(value)"
  }
  let inner = Mirror(reflecting: payload.value)
  let isTuple = inner.displayStyle == .tuple
  return ".\(name)(\(isTuple ? list(Array(inner.children)) : swiftLiteral(payload.value)))"
}
