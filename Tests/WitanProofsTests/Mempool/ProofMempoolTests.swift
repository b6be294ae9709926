import Testing
import Witan
import WitanCrypto

@testable import WitanProofs

@Suite struct ProofMempoolTests {
  private let authority = SimulatedAuthority(seed: 1)

  private func claim(_ number: Int, by author: UInt64 = 0, spends: [Spend] = [], bytes: Int = 10)
    throws -> SignedClaim
  {
    let claim = try Claim(
      "claim \(number)", script: [UInt8](repeating: 0x20, count: bytes), budget: 100, spends: spends
    )
    return SignedClaim(claim, author: authority.signer(author))
  }

  private func proved(_ difficulty: UInt64) -> Ruling { Ruling(.proved, resources: difficulty) }

  @Test func `the most difficult claim comes first`() throws {
    var pool = ProofMempool<SignedClaim>()
    for number in 0..<50 {
      try pool.insert(claim(number), ruling: proved(UInt64(number * 37 % 50)), now: 0)
    }
    let titles = pool.take(count: 50, bytes: .max).map(\.claim.title)
    let expected = (0..<50).sorted { $0 * 37 % 50 > $1 * 37 % 50 }.map { "claim \($0)" }
    #expect(titles == expected)
    #expect(pool.waiting == 0)
    #expect(pool.count == 50)
  }

  @Test func `a claim is taken once, and only if it is proved`() throws {
    var pool = ProofMempool<SignedClaim>()
    try pool.insert(claim(1), ruling: proved(1), now: 0)
    #expect(throws: MempoolRefusal.duplicate) {
      try pool.insert(claim(1), ruling: proved(2), now: 0)
    }
    #expect(throws: MempoolRefusal.notProved) {
      try pool.insert(claim(2), ruling: Ruling(.undecided(.overBudget)), now: 0)
    }
    #expect(pool.count == 1)
  }

  @Test func `when it is full the least goes, or the new one if that is less`() throws {
    var limits = MempoolLimits()
    limits.claims = 3
    var pool = ProofMempool<SignedClaim>(limits: limits)
    for number in 1...3 {
      try pool.insert(claim(number), ruling: proved(UInt64(number * 10)), now: 0)
    }
    #expect(throws: MempoolRefusal.worthLess) {
      try pool.insert(claim(4), ruling: proved(10), now: 0)
    }
    try pool.insert(claim(5), ruling: proved(15), now: 0)
    #expect(
      pool.take(count: 9, bytes: .max).map(\.claim.title) == ["claim 3", "claim 2", "claim 5"])
  }

  @Test func `bytes are bounded too, and nothing goes for a claim that doesn't get in`() throws {
    var limits = MempoolLimits()
    limits.bytes = 1_000
    var pool = ProofMempool<SignedClaim>(limits: limits)
    for number in 1...4 {
      try pool.insert(claim(number, bytes: 50), ruling: proved(UInt64(number)), now: 0)
    }
    let before = pool.bytes
    #expect(throws: MempoolRefusal.worthLess) {
      try pool.insert(claim(9, bytes: 700), ruling: proved(3), now: 0)
    }
    #expect(pool.bytes == before)
    try pool.insert(claim(10, bytes: 600), ruling: proved(9), now: 0)
    #expect(pool.bytes <= 1_000)
    #expect(pool.take(count: 1, bytes: .max).first?.claim.title == "claim 10")
  }

  @Test func `one author can't crowd out the rest`() throws {
    var limits = MempoolLimits()
    limits.claimsPerAuthor = 2
    var pool = ProofMempool<SignedClaim>(limits: limits)
    try pool.insert(claim(1, by: 7), ruling: proved(5), now: 0)
    try pool.insert(claim(2, by: 7), ruling: proved(6), now: 0)
    #expect(throws: MempoolRefusal.crowding) {
      try pool.insert(claim(3, by: 7), ruling: proved(5), now: 0)
    }
    try pool.insert(claim(4, by: 7), ruling: proved(9), now: 0)
    try pool.insert(claim(5, by: 8), ruling: proved(1), now: 0)
    #expect(
      pool.take(count: 9, bytes: .max).map(\.claim.title) == ["claim 4", "claim 2", "claim 5"])
  }

  @Test func `two claims that spend the same thing are both refused, and so is a third`() throws {
    let owner = authority.signer(3).publicKey
    let coin = Spend(owner: owner, thing: SHA256.hash([1]))
    var pool = ProofMempool<SignedClaim>()
    try pool.insert(claim(1, spends: [coin]), ruling: proved(5), now: 0)
    #expect(throws: MempoolRefusal.conflict(coin)) {
      try pool.insert(claim(2, spends: [coin]), ruling: proved(50), now: 0)
    }
    #expect(pool.count == 0)
    #expect(throws: MempoolRefusal.conflict(coin)) {
      try pool.insert(claim(3, spends: [coin]), ruling: proved(5), now: 0)
    }
    let other = Spend(owner: owner, thing: SHA256.hash([2]))
    try pool.insert(claim(4, spends: [other]), ruling: proved(5), now: 0)
    #expect(pool.count == 1)
  }

  @Test func `claims wait again after a round that failed, and not after one that didn't`() throws {
    var pool = ProofMempool<SignedClaim>()
    for number in 1...3 { try pool.insert(claim(number), ruling: proved(UInt64(number)), now: 0) }
    let taken = pool.take(count: 2, bytes: .max)
    #expect(pool.waiting == 1)
    pool.putBack([taken[0].digest, taken[0].digest])
    pool.remove([taken[1].digest], now: .seconds(30))
    #expect(pool.waiting == 2)
    #expect(pool.count == 2)
    #expect(pool.take(count: 9, bytes: .max).map(\.claim.title) == ["claim 3", "claim 1"])
    #expect(pool.rate(at: .seconds(31)) == 1.0 / 60)
    #expect(pool.rate(at: .seconds(120)) == 0)
  }

  @Test func `a block's room and budget are kept to`() throws {
    var pool = ProofMempool<SignedClaim>()
    for number in 1...9 { try pool.insert(claim(number), ruling: proved(UInt64(number)), now: 0) }
    let size = try claim(1).encoded.count
    #expect(pool.take(count: 9, bytes: 3 * size).count == 3)
    #expect(pool.take(count: 9, bytes: .max, budget: 250).count == 2)
  }

  @Test func `what waits too long is forgotten`() throws {
    var pool = ProofMempool<SignedClaim>()
    for number in 0..<200 {
      try pool.insert(claim(number), ruling: proved(1), now: .seconds(UInt64(number)))
    }
    pool.expire(.seconds(600 + 99))
    #expect(pool.count == 100)
    pool.expire(.seconds(2_000))
    #expect(pool.count == 0)
    #expect(pool.bytes == 0)
    try pool.insert(claim(1), ruling: proved(1), now: .seconds(3_000))
  }

  @Test func `E6 ten thousand proofs wait, in order, without being a burden`() throws {
    var pool = ProofMempool<SignedClaim>()
    let base = try claim(0)
    let keys = (0..<50).map { authority.signer(UInt64($0)).publicKey }
    var worth: [Digest: Int] = [:]
    for number in 0..<10_000 {
      let claim = SignedClaim(
        try Claim("claim \(number)", script: [0x20]), author: keys[number % 50],
        signature: base.signature,
        countersignatures: [])
      worth[claim.digest] = number * 7_919 % 10_007
      try pool.insert(claim, ruling: proved(UInt64(number * 7_919 % 10_007)), now: 0)
    }
    let taken = pool.take(count: 10_000, bytes: .max, budget: .max)
    #expect(taken.count == 10_000)
    let order = taken.compactMap { worth[$0.digest] }
    #expect(order == order.sorted(by: >))
    pool.putBack(taken.map(\.digest))
    #expect(pool.waiting == 10_000)
  }
}
