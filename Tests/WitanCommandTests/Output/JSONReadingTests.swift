import Testing

@testable import WitanCommand

@Suite("Reading JSON") struct JSONReadingTests {
  @Test func whatWasWrittenReadsBack() throws {
    let value: JSON = [
      "nothing": nil, "truth": true, "count": -7, "large": .unsigned(.max), "share": 0.125,
      "text": "a \"b\" \\ \n\t\u{1} ü 🪙", "list": [1, [2, []], [:]], "empty": "",
    ]
    #expect(try JSON(parsing: value.text) == value)
    #expect(try JSON(parsing: " [ 1 ,\n 2 ] ") == [1, 2])
    #expect(try JSON(parsing: #""\u00fc\ud83e\ude99\/""#) == .string("ü🪙/"))
    #expect(try JSON(parsing: "1.5e3") == 1500.0)
  }

  @Test(arguments: [
    "", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "nul", "01x", "\"", "\"\\x\"", "--1",
    "1 2",
    "\"\\ud83e\"", "\"\\ud83ex\"", "\"\u{1}\"", "\"\\u12\"", "+", "1e999",
    String(repeating: "[", count: 100_000),
  ])
  func whatIsNoJSONIsRefused(text: String) {
    #expect(throws: JSON.Malformed.self) { try JSON(parsing: text) }
  }

  @Test func everyPrefixIsRefusedWithoutATrap() throws {
    let text = #"{"a":[1,-2.5e-3,"x\u00fc",{"b":null}],"c":true}"#
    for length in 0..<text.utf8.count {
      let part = String(decoding: Array(text.utf8).prefix(length), as: UTF8.self)
      #expect(throws: JSON.Malformed.self) { try JSON(parsing: part) }
    }
    #expect(try JSON(parsing: text)["c"]?.bool == true)
  }
}
