import Foundation
import Testing

@testable import WitanCommand

@Suite struct JSONTests {
  @Test func `keys keep their order`() {
    let value: JSON = ["z": 1, "a": [true, nil, 0.5], "m": ["x": "y"]]
    #expect(value.text == #"{"z":1,"a":[true,null,0.5],"m":{"x":"y"}}"#)
    #expect(JSON.object([]).text == "{}")
    #expect(JSON.array([]).text == "[]")
  }

  @Test func `strings are escaped as far as they must be`() {
    #expect(JSON.string("a\"b\\c\n\r\t\u{1}\u{7F}/é数").text == #""a\"b\\c\n\r\t\u0001\u007f/é数""#)
  }

  @Test func `every scalar of the basic plane survives another reader`() throws {
    let text = String(
      String.UnicodeScalarView((0...0xFFFF).compactMap { Unicode.Scalar(UInt32($0)) }))
    let bytes = Data(JSON.array([.string(text)]).text.utf8)
    let read = try JSONSerialization.jsonObject(with: bytes) as? [String]
    #expect(read?.first.map { Array($0.unicodeScalars) == Array(text.unicodeScalars) } == true)
  }

  @Test func `numbers are the shortest that read back as themselves`() {
    #expect(JSON.number(1).text == "1")
    #expect(JSON.number(0.1).text == "0.1")
    #expect(JSON.number(-2.5e-7).text == "-2.5e-07")
    #expect(JSON.number(1e22).text == "1e+22")
    #expect(JSON.number(.nan).text == "null")
    #expect(JSON.number(.infinity).text == "null")
    #expect(JSON.count(UInt64.max).text == "18446744073709551615")
    #expect(JSON.count(Int64.min).text == "-9223372036854775808")
    #expect(JSON.count(Int8(-1)).text == "-1")
  }

  @Test func `what may be missing is null`() {
    #expect(JSON.optional(nil as String?, JSON.string).text == "null")
    #expect(JSON.optional("x", JSON.string).text == #""x""#)
  }
}
