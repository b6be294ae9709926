import Witan
import WitanSimulation

extension Format {
  /// The words of the formats, made from the formats themselves.
  static let dictionary: [[UInt8]] = {
    var words: [[UInt8]] = []
    // A frame begins with the version and the kind; a kind stands before every nested statement.
    for kind in StatementKind.allCases {
      words.append([ByteWriter.formatVersion, kind.rawValue])
      words.append([kind.rawValue])
    }
    for record in UInt8(1)...10 { words.append([ByteWriter.formatVersion, record]) }
    for count in [UInt64(1), 2, 3, 4, 64, 65_536, .max] {
      words.append(withUnsafeBytes(of: count.littleEndian) { Array($0) })
      words.append(
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).littleEndian) { Array($0) })
    }
    words += Scenario.settings.map { Array("\n\($0) ".utf8) }
    words += Adversaries.all.map { Array("\nadversary \($0.name) on 1".utf8) }
    words += Town.four.words
    return words + SMTWords.all
  }()
}
