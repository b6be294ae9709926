import Testing
import Witan
import WitanCrypto

@testable import WitanProofs

@Suite struct ClaimQueueTests {
  private let authority = SimulatedAuthority(seed: 1)

  private func request(_ number: UInt64, by client: UInt64 = 1, bytes: Int = 10) -> Request {
    Request(
      number: number, expiry: 9, operations: [[UInt8](repeating: 0, count: bytes)],
      signer: authority.signer(client), chain: .zero)
  }

  private func weight(_ difficulty: UInt64, budget: UInt64 = 1, spends: [Spend] = [])
    -> ClaimQueue.Weight
  {
    var weight = ClaimQueue.Weight()
    (weight.difficulty, weight.budget, weight.spends) = (difficulty, budget, spends)
    return weight
  }

  private func numbers(_ digests: [Digest]) -> [UInt64] {
    digests.compactMap { digest in
      (0..<100).first { number in
        (1...3).contains { request(number, by: $0).digest == digest }
      }
    }
  }

  @Test func `without claims it is fair among clients`() {
    var queue = ClaimQueue()
    for number in UInt64(0)..<4 {
      queue.append(request(number, by: 1), weight: ClaimQueue.Weight())
    }
    queue.append(request(9, by: 2), weight: ClaimQueue.Weight())
    #expect(numbers(queue.next(count: 3, bytes: 999)) == [0, 9, 1])
  }

  @Test func `the most difficult claims come first, and others have their half`() {
    var queue = ClaimQueue()
    for number in UInt64(10)..<20 { queue.append(request(number), weight: weight(number)) }
    for number in UInt64(0)..<10 {
      queue.append(request(number, by: 2), weight: ClaimQueue.Weight())
    }
    #expect(numbers(queue.next(count: 4, bytes: 999)) == [19, 18, 0, 1])
    #expect(numbers(queue.next(count: 4, bytes: 999)) == [17, 16, 2, 3])
    #expect(numbers(queue.next(count: 1, bytes: 999)) == [15])
    #expect(numbers(queue.next(count: 1, bytes: 999)) == [4], "they choose first in turns")
    #expect(numbers(queue.next(count: 99, bytes: 999)).count == 10, "what is left goes to both")
    #expect(queue.waiting == 0)
  }

  @Test func `a claim that was passed over too often comes before all others`() {
    var queue = ClaimQueue()
    queue.append(request(0), weight: weight(1))
    for number in UInt64(1)...ClaimQueue.patience {
      queue.append(request(number, by: 2), weight: weight(1_000))
      #expect(numbers(queue.next(count: 1, bytes: 999)) == [number])
    }
    queue.append(request(50, by: 2), weight: weight(1_000))
    #expect(numbers(queue.next(count: 1, bytes: 999)) == [0])
  }

  @Test func `no block gets two that spend the same thing, nor more than its budget`() {
    let coin = Spend(owner: authority.signer(1).publicKey, thing: SHA256.hash([1]))
    var queue = ClaimQueue(blockBudget: 10)
    queue.append(request(1), weight: weight(5, spends: [coin]))
    queue.append(request(2), weight: weight(4, spends: [coin]))
    queue.append(request(3), weight: weight(3, budget: 9))
    queue.append(request(4), weight: weight(2, budget: 9))
    #expect(numbers(queue.next(count: 9, bytes: 999)) == [1, 3])
    #expect(numbers(queue.next(count: 9, bytes: 999)) == [2, 4])
  }

  @Test func `what was taken waits again when it is offered again, and what is done is gone`() {
    var queue = ClaimQueue()
    for number in UInt64(1)...3 { queue.append(request(number), weight: weight(number)) }
    #expect(numbers(queue.next(count: 2, bytes: 999)) == [3, 2])
    queue.append(request(3), weight: weight(3))
    queue.append(request(3), weight: weight(3))
    queue.remove([request(2).digest])
    #expect(queue.waiting == 2)
    #expect(numbers(queue.next(count: 9, bytes: 999)) == [3, 1])
    #expect(queue.next(count: 9, bytes: 999).isEmpty)
  }

  @Test func `bytes are shared by both`() {
    var queue = ClaimQueue()
    queue.append(request(1, bytes: 60), weight: weight(1))
    queue.append(request(2, by: 2, bytes: 60), weight: ClaimQueue.Weight())
    #expect(queue.next(count: 9, bytes: 100).count == 1)
    #expect(queue.next(count: 9, bytes: 100).count == 1)
  }
}
