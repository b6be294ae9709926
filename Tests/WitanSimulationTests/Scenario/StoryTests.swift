import Testing
import Witan
import WitanCrypto

@testable import WitanSimulation

/// The classic stories of consensus, each a file that anyone can read, change and run.
@Suite("Stories") struct StoryTests {
  @Test(arguments: Story.all) func aStoryEndsAsItsFirstLinesSay(story: Story) throws {
    var telling = try Telling(story.scenario)
    let flaws = telling.flaws(in: story.expectations)
    #expect(flaws.isEmpty, "\(story.name)")
    #expect(telling.saysInTime, "all is decided before the last of what befalls the cluster begins")
  }

  @Test(arguments: Story.files) func aStoryCanBeReadAndSaysWhatItExpects(file: String) throws {
    let story = try Story(file)
    #expect(!story.expectations.isEmpty)
    #expect(story.scenario.story.first?.hasSuffix(":") == false)
    // What is kept is what the program would write.
    let written = story.scenario.description
    #expect(try Scenario(parsing: written) == story.scenario)
    #expect(written == story.text, "\(written)")
  }

  @Test func thereAreAHundredLinesOfThem() {
    let lines = Story.all.map { $0.text.split(separator: "\n").count }.reduce(0, +)
    #expect(Story.all.count == Story.files.count)
    #expect(lines >= 100)
  }
}

extension Story: CustomTestStringConvertible {
  var testDescription: String { name }
}
