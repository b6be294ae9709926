import Testing
import Witan
import WitanCrypto

/// The order in which a simple application proposes: clients in turns, each one's requests oldest first.
@Suite struct FairQueueTests {
  private let authority = SimulatedAuthority(seed: 5)

  private func request(_ client: UInt64, _ number: UInt64) -> Request {
    Request(
      number: number, expiry: 100, operations: [[1]], signer: authority.signer(client),
      chain: .zero)
  }

  @Test("A client that comes back has its turn after those who are there already")
  func returning() {
    var queue = FairQueue()
    let (first, second) = ([request(1, 1), request(2, 1)], [request(2, 2), request(1, 2)])
    for request in first { queue.append(request, weight: ()) }
    #expect(queue.next(count: 9, bytes: 99) == first.map(\.digest))
    queue.remove(first.map(\.digest))
    for request in second { queue.append(request, weight: ()) }
    #expect(queue.next(count: 9, bytes: 99) == second.map(\.digest))
  }

  @Test("Clients that come and go in their hundreds get out what they put in, once and in order")
  func crowd() {
    var queue = FairQueue()
    for round in UInt64(1)...3 {
      for first in stride(from: UInt64(0), to: 300, by: 100) {
        let clients = first..<first + 100
        let requests = clients.flatMap { [request($0, 2 * round), request($0, 2 * round + 1)] }
        for request in requests { queue.append(request, weight: ()) }
        // Nobody has two before everybody has one.
        let (early, late) = (
          queue.next(count: 100, bytes: 10_000), queue.next(count: 200, bytes: 10_000)
        )
        #expect(Set(early) == Set(requests.filter { $0.number == 2 * round }.map(\.digest)))
        #expect(Set(late) == Set(requests.filter { $0.number > 2 * round }.map(\.digest)))
        #expect(early.count + late.count == requests.count)
        queue.remove(requests.map(\.digest))
        #expect(queue.next(count: 1, bytes: 10_000).isEmpty)
      }
    }
  }

  @Test("What was forgotten before its turn isn't taken, and what is put back is taken again")
  func forgotten() {
    var queue = FairQueue()
    let requests = (UInt64(1)...40).map { request($0 % 4, $0) }
    for request in requests { queue.append(request, weight: ()) }
    queue.remove(requests.filter { $0.number % 3 == 0 }.map(\.digest))
    let taken = queue.next(count: 99, bytes: 10_000)
    #expect(Set(taken) == Set(requests.filter { $0.number % 3 != 0 }.map(\.digest)))
    queue.append(requests[0], weight: ())
    queue.append(requests[0], weight: ())
    #expect(queue.next(count: 9, bytes: 99) == [requests[0].digest])
  }
}
