import WitanSimulation

/// Lines over a common axis, as a picture that stands in a page by itself.
struct LineChart: Sendable {
  /// One line.
  struct Line: Sendable {
    /// What it shows.
    let name: String
    /// Its points, from left to right.
    let points: [(x: Double, y: Double)]
  }

  /// What it shows.
  let title: String
  /// What is from left to right.
  let across: String
  /// Its lines.
  let lines: [Line]

  private static let size = (width: 640.0, height: 300.0)
  private static let margin = (left: 64.0, right: 150.0, top: 34.0, bottom: 40.0)
  private static let colors = [
    "#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#57606a", "#bf3989", "#0a7ea4",
  ]

  /// The picture.
  var svg: String {
    let points = lines.flatMap(\.points)
    let right = max(points.map(\.x).max() ?? 1, 1e-9)
    let top = Self.ceiling(points.map(\.y).max() ?? 1)
    let (size, margin) = (Self.size, Self.margin)
    let width = size.width - margin.left - margin.right
    let height = size.height - margin.top - margin.bottom
    func x(_ value: Double) -> String { Self.text(margin.left + width * value / right) }
    func y(_ value: Double) -> String { Self.text(margin.top + height * (1 - value / top)) }
    var parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 300\" role=\"img\" "
        + "font-family=\"sans-serif\" font-size=\"11\">",
      "<title>\(Self.escaped(title))</title>",
      "<text x=\"\(Self.text(margin.left))\" y=\"18\" font-size=\"14\">\(Self.escaped(title))</text>",
    ]
    for step in 0...4 {
      let value = top * Double(step) / 4
      parts.append(
        "<path d=\"M\(x(0)) \(y(value))H\(x(right))\" stroke=\"#d0d7de\"/>"
          + "<text x=\"58\" y=\"\(y(value))\" text-anchor=\"end\">\(Self.label(value))</text>")
    }
    for value in Set(points.map(\.x)).sorted() {
      parts.append(
        "<text x=\"\(x(value))\" y=\"278\" text-anchor=\"middle\">\(Self.label(value))</text>")
    }
    parts.append(
      "<text x=\"\(x(right))\" y=\"294\" text-anchor=\"end\">\(Self.escaped(across))</text>")
    for (index, line) in lines.enumerated() {
      let color = Self.colors[index % Self.colors.count]
      let path = line.points.map { "\(x($0.x)),\(y($0.y))" }.joined(separator: " ")
      parts.append(
        "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>")
      for point in line.points {
        parts.append(
          "<circle cx=\"\(x(point.x))\" cy=\"\(y(point.y))\" r=\"3\" fill=\"\(color)\"/>")
      }
      let place = Self.text(margin.top + 12 + 16 * Double(index))
      parts.append(
        "<text x=\"502\" y=\"\(place)\" fill=\"\(color)\">\(Self.escaped(line.name))</text>")
    }
    parts.append("</svg>")
    return parts.joined(separator: "\n")
  }

  /// The next round number above.
  private static func ceiling(_ value: Double) -> Double {
    guard value > 0 else { return 1 }
    var unit = 1e-6
    while unit * 10 <= value { unit *= 10 }
    return unit * ([1, 2, 4, 8, 10].first { $0 * unit >= value } ?? 10)
  }

  /// A number at an axis: nothing after the point of a whole one.
  private static func label(_ value: Double) -> String {
    value == value.rounded() ? Human.decimal(value, places: 0) : Human.number(value)
  }

  private static func text(_ value: Double) -> String { Human.decimal(value, places: 1) }

  /// The text as it stands in a page.
  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }
}
