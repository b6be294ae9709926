import Testing

@testable import Witan

@Suite("Queries under way")
struct OpenQueriesTests {
  private let council: Council
  private var queries = OpenQueries()

  init() throws { council = try Council(4) }

  private func query(_ number: UInt64, by client: UInt64) -> Query {
    Query(
      number: number, mode: .fast, content: [1], signer: council.client(client),
      chain: council.chain)
  }

  @Test("One client gets half of the room, and what is left goes to others")
  mutating func shares() {
    let greedy = query(1, by: 1)
    var taken = 0
    while queries.open(greedy, on: .executed, at: 1) != nil { taken += 1 }
    #expect(taken == OpenQueries.limit / 2)
    let second = query(1, by: 2)
    taken = 0
    while queries.open(second, on: .executed, at: 1) != nil { taken += 1 }
    #expect(taken == OpenQueries.limit / 4)
    #expect(queries.open(query(1, by: 3), on: .executed, at: 1) != nil)
  }

  @Test("What was answered gives its room back when the span is over, and not before")
  mutating func spans() {
    let greedy = query(1, by: 1)
    for _ in 0..<OpenQueries.limit / 2 {
      guard let ticket = queries.open(greedy, on: .executed, at: 1) else { break }
      #expect(queries.close(ticket) != nil)
    }
    #expect(queries.open(greedy, on: .executed, at: 2) == nil)
    #expect(queries.open(greedy, on: .executed, at: 2 + OpenQueries.span) != nil)
  }

  @Test("What wasn't answered holds its room, however long that takes")
  mutating func unanswered() {
    let greedy = query(1, by: 1)
    var tickets: [QueryTicket] = []
    while let ticket = queries.open(greedy, on: .executed, at: 1) { tickets.append(ticket) }
    #expect(queries.open(greedy, on: .executed, at: .seconds(60)) == nil)
    #expect(queries.open(query(1, by: 2), on: .executed, at: .seconds(60)) != nil)
    for ticket in tickets { #expect(queries.close(ticket) != nil) }
    #expect(queries.open(greedy, on: .executed, at: .seconds(120)) != nil)
  }

  @Test("Each is answered once, and one of a client's number isn't taken for another")
  mutating func tickets() throws {
    let twice = query(1, by: 1)
    let tickets = (0..<2).compactMap { _ in queries.open(twice, on: .executed, at: 1) }
    #expect(Set(tickets).count == 2)
    #expect(queries.close(tickets[0]) != nil)
    #expect(queries.close(tickets[0]) == nil)
    let opened = queries.open(twice, on: .executed, at: 1)
    let third = try #require(opened)
    #expect(third.place == tickets[0].place, "its place is used again")
    #expect(queries.close(tickets[0]) == nil)
    #expect(queries.close(tickets[1]) != nil)
    #expect(queries.close(third) != nil)
  }
}
