import Testing

/// A rule that can't fail is no rule: each one finds what it is there for, and lets pass what is right.
@Suite struct RuleTests {
  private func findings(_ rule: Rule, _ text: String, at path: String) -> [String] {
    rule.check(Repository(SourceFile(path, text))).map(\.description)
  }

  @Test func `a file that is too long is found`() {
    let path = "Sources/Witan/Long.swift"
    let long = String(repeating: "\n", count: 500)
    #expect(
      findings(.shortFiles, long, at: path) == [
        "\(path): has 501 lines; ask what it really consists of"
      ])
    #expect(findings(.shortFiles, String(long.dropLast()), at: path) == [])
  }

  @Test func `a function that is too long is found`() {
    let path = "Sources/Witan/Long.swift"
    func source(_ head: String, _ lines: Int) -> String {
      "struct S {\n  \(head) {\n" + String(repeating: "    work()\n", count: lines - 2) + "  }\n}\n"
    }
    for head in ["func long(_ a: [Int] = { [] }()) throws -> Int", "init()", "var long: Int"] {
      #expect(findings(.shortFunctions, source(head, 71), at: path).count == 1, "\(head)")
      #expect(findings(.shortFunctions, source(head, 70), at: path) == [], "\(head)")
    }
    #expect(
      findings(.shortFunctions, source("func long()", 71), at: path) == [
        "\(path):2: func long has 71 lines; give its parts names"
      ])
    let wrapped = "\nfunc wrapped(\n  _ a: Int\n) -> A\nwhere A: B\n{\n  a.init()\n}\n"
    #expect(
      FunctionScanner(code: wrapped).functions == [.init(name: "func wrapped", line: 2, length: 7)])
  }

  @Test func `what only looks like a function isn't measured`() {
    let source = """
      protocol P {
        func required()
        init(_ a: Int)
        var both: Int { get }
        var plain: Int
      }
      let a = P.init(1)
      var text = "func in { a string"
      // func in { a comment
      """
    let names = FunctionScanner(code: SwiftText.code(of: source)).functions.map(\.name)
    #expect(names == ["var both"])
  }

  @Test func `an import upwards, or out of a pure layer, is found`() {
    let path = "Sources/Witan/A.swift"
    for text in [
      "import Foundation", "import Glibc", "@preconcurrency import Dispatch", "import WitanNode",
      "public import struct WitanSimulation.Cluster", "import WitanDraw", "  import CSodium",
      "@_spi(Inside) import Synchronization",
    ] {
      #expect(findings(.layers, text, at: path).count == 1, "\(text)")
    }
    for text in ["import WitanCrypto", "// import Foundation", "let text = \"import Glibc\""] {
      #expect(findings(.layers, text, at: path) == [], "\(text)")
    }
    #expect(
      findings(.layers, "\nimport WitanCrypto", at: "Sources/WitanDraw/A.swift") == [
        "Sources/WitanDraw/A.swift:2: WitanDraw must not import WitanCrypto; it may import nothing"
      ])
    #expect(findings(.layers, "import Foundation", at: "Sources/WitanCommand/A.swift") == [])
    #expect(findings(.layers, "import WitanCommand", at: "Sources/WitanNode/A.swift").count == 1)
    #expect(findings(.layers, "import Foundation", at: "Tests/WitanTests/A.swift") == [])
  }

  @Test func `a dependency upwards is found in the manifest`() {
    let manifest = """
      .target(name: "WitanDraw"),
      .target(name: "Witan", dependencies: ["WitanCrypto", "WitanNode"]),
      .testTarget(name: "WitanTests", dependencies: ["WitanNode"]),
      """
    #expect(
      findings(.dependencies, manifest, at: "Package.swift") == [
        "Package.swift: Witan must not depend on WitanNode"
      ])
  }

  @Test func `a module without a place or without a landing page is found`() {
    let code = SourceFile("Sources/WitanNews/A.swift", "")
    #expect(Rule.knownModules.check(Repository(code)).count == 1)
    let path = "Sources/WitanNews/WitanNews.docc/WitanNews.md"
    #expect(Rule.landingPages.check(Repository(code)).map(\.path) == [path])
    let wrong = SourceFile(path, "# News\n")
    #expect(Rule.landingPages.check(Repository(code, wrong)).count == 1)
    let right = SourceFile(path, "# ``WitanNews``\n\nWhat it is.\n")
    #expect(Rule.landingPages.check(Repository(code, right)) == [])
    let library = SourceFile("Sources/CSodium/module.modulemap", "")
    #expect(Rule.landingPages.check(Repository(library)) == [])
  }

  @Test func `a mark left behind is found`() {
    for mark in ["TODO", "FIXME", "XXX", "HACK"] {
      let text = "let a = 1\n// \(mark): later\n"
      #expect(findings(.noMarks, text, at: "Sources/Witan/A.swift").count == 1)
      #expect(findings(.noMarks, text, at: "README.md").count == 1)
    }
    #expect(findings(.noMarks, "let HACKED = todo", at: "Sources/Witan/A.swift") == [])
  }

  @Test func `a name that says nothing is found`() {
    let path = "Sources/Witan/A.swift"
    for name in ["ByteUtils", "TestHelper", "SessionManager", "Common", "MiscTypes", "HashUtility"]
    {
      #expect(findings(.tellingNames, "struct \(name) {}", at: path).count == 1, "\(name)")
      #expect(findings(.tellingNames, "", at: "Sources/Witan/\(name)/A.swift").count == 1)
      #expect(findings(.tellingNames, "", at: "Sources/Witan/\(name).swift").count == 1)
    }
    for text in ["struct Commonwealth {}", "FileManager.default", "// class FooManager"] {
      #expect(findings(.tellingNames, text, at: path) == [], "\(text)")
    }
  }

  @Test func `a trap is found`() {
    for text in ["try! f()", "a as! B", "fatalError(\"no\")"] {
      #expect(findings(.noTraps, text, at: "Sources/Witan/A.swift").count == 1, "\(text)")
      #expect(findings(.noTraps, "// \(text)", at: "Sources/Witan/A.swift") == [])
      #expect(findings(.noTraps, text, at: "Tests/WitanTests/A.swift") == [])
    }
    #expect(findings(.noTraps, "try f()", at: "Sources/Witan/A.swift") == [])
  }

  @Test func `a mutant that no longer applies, or says too little, is found`() {
    let code = SourceFile("Sources/Witan/A.swift", "func a() {\n  b()\n  c()\n}\n")
    let good = """
      S F6: a is done without b

      --- a/Sources/Witan/A.swift
      +++ b/Sources/Witan/A.swift
      @@ -1,3 +1,2 @@
       func a() {
      -  b()
         c()

      """
    func problems(_ patch: String) -> [String] {
      Rule.mutants.check(Repository(code, SourceFile("Tests/Mutants/no-b.patch", patch)))
        .map(\.problem)
    }
    #expect(problems(good) == [])
    #expect(
      problems(good.replacing("-  b()", with: "-  d()")) == [
        "hunk 1 applies at 0 places of Sources/Witan/A.swift"
      ])
    #expect(
      problems(good.replacing("S F6: a", with: "a")) == [
        "should begin with its class and its fault: S F1: what goes wrong"
      ])
    #expect(problems(good.replacing("A.swift", with: "B.swift")).count == 1)
    #expect(
      problems(good.replacing("-  b()", with: "   b()")) == [
        "hunk 1 applies at 1 places of Sources/Witan/A.swift", "should change 1 to 12 lines",
      ])
  }

  @Test func `an entry that doesn't belong at the top is found`() {
    let repository = Repository(entries: ["Package.swift", "Sources", "notes.txt"])
    #expect(Rule.cleanTop.check(repository).map(\.path) == ["notes.txt"])
  }

  @Test func `iterating in hash order is found`() {
    let path = "Sources/Witan/A.swift"
    let declarations = """
      var votes: [ReplicaID: [Vote]] = [:]
      let seen: Set<Digest> = []
      var made = [Int: String]()
      var list: [Vote] = []

      """
    for loop in [
      "for (id, vote) in votes {", "for vote in self.votes.values {", "for id in seen where id {",
      "for key in made.keys {", "seen.forEach { use($0) }", "votes.values.forEach(use)",
    ] {
      #expect(findings(.noHashOrder, declarations + loop, at: path).count == 1, "\(loop)")
      let outside = "Sources/WitanNode/A.swift"
      #expect(findings(.noHashOrder, declarations + loop, at: outside) == [])
    }
    for loop in [
      "for vote in list {", "for id in votes.keys.sorted() {", "list.forEach(use)",
      "for id in seen { // any order: only the sum counts", "for vote in votes[id] {",
      "// any order: each is looked at alone\nfor id in seen {",
    ] {
      #expect(findings(.noHashOrder, declarations + loop, at: path) == [], "\(loop)")
    }
  }

  @Test func `comments and the insides of literals are no code`() {
    let cases = [
      ("a // b", "a     "),
      ("a /* b /* c */ d */ e", "a                   e"),
      (#"f("a { b") {"#, #"f("     ") {"#),
      (#"f("a \(g("x}") + 1) b") {"#, #"f("    g("  ") + 1   ") {"#),
      ("#\"a\" \\(b)\"# c", "#\"       \"# c"),
      ("\"\"\"\n } \"\n\"\"\" c", "\"\"\"\n    \n\"\"\" c"),
      (#"f("\"{") {"#, #"f("   ") {"#),
      ("func `it's { odd`() {", "func `it_s___odd`() {"),
      ("\"open\nnext", "\"    \nnext"),
    ]
    for (source, code) in cases { #expect(SwiftText.code(of: source) == code) }
  }
}
