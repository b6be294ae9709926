import Testing
import Witan
import WitanCrypto
import WitanLedger
import WitanNode

@Suite("The ledger in the engine")
struct EngineTests {
  private func execution(_ bank: Bank) -> (Bank, CheckpointSummary) {
    let image = bank.ledger.image
    return (
      bank,
      CheckpointSummary(
        sequence: bank.height, lastBlock: .zero, timestamp: 1, applicationRoot: image.root,
        applicationChunks: UInt32(image.count), sessionsRoot: .zero, sessionChunks: 1, epoch: 0,
        members: .zero)
    )
  }

  @Test("A certified read tells what an account has, or that there is none, at one liar's word")
  func certifiedRead() throws {
    var bank = try Bank()
    try bank.ask(0, bank.transfer(0, 1, .tokens(5)))
    let (_, state) = execution(bank)
    for key in [StateKey.account(Bank.key(1)), .account(Bank.key(77)), .validator(2), .supply] {
      let query = key.encoded
      let proved = try #require(bank.ledger.prove(query, in: bank.ledger.image))
      #expect(proved.answer == bank.ledger.answer(query))
      try Ledger.check(query: query, answer: proved.answer, proof: proved.proof, under: state)
      for (wrongQuery, wrongAnswer) in [
        (query, proved.answer + [0]), (query, proved.answer == [0] ? [1] : [0]),
        (StateKey.account(Bank.key(3)).encoded, proved.answer),
      ] {
        #expect(throws: Unproved.self) {
          try Ledger.check(
            query: wrongQuery, answer: wrongAnswer, proof: proved.proof, under: state)
        }
      }
    }
    let proved = try #require(
      bank.ledger.prove(StateKey.account(Bank.key(1)).encoded, in: bank.ledger.image))
    guard case .account(let account)? = Ledger.record(in: proved.answer) else {
      Issue.record("the answer is no account")
      return
    }
    #expect(account.balance == .tokens(1_005))
  }

  @Test(
    "A state comes over in pieces from honest hosts and liars, and is the same; a lie costs one piece"
  )
  func transfer() throws {
    var bank = try Bank()
    for index in 0..<40 {
      try bank.block(
        (0..<60).map { number in
          (
            0,
            [
              .transfer(
                to: Bank.key(5_000 + index * 60 + number), amount: 10,
                nonce: UInt64(index * 60 + number))
            ]
          )
        })
    }
    let (_, state) = execution(bank)
    #expect(state.applicationChunks > 1)
    var source = StateMachineHost(bank.ledger)
    try source.restore(bank.ledger.snapshot, at: state.sequence)
    #expect(source.machine.root == bank.ledger.root)
    var target = StateMachineHost(try Bank().ledger)
    _ = target.answer(.beginInstall(state), clock: 1)
    for index in 0..<state.applicationChunks {
      let (bytes, proof) = try #require(bank.ledger.image.chunk(Int(index)))
      for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
        var lie = bytes
        lie[place] ^= 1
        let chunk = StateChunk(address: .application(index), bytes: lie, proof: proof)
        guard
          case .chunkJudged(_, _, let isValid)? = target.answer(
            .judgeChunk(chunk, of: state), clock: 1)
        else { continue }
        #expect(!isValid)
      }
      let chunk = StateChunk(address: .application(index), bytes: bytes, proof: proof)
      guard
        case .chunkJudged(_, _, let isValid)? = target.answer(
          .judgeChunk(chunk, of: state), clock: 1)
      else { continue }
      #expect(isValid)
    }
    guard case .installed(_, let succeeded)? = target.answer(.finishInstall(state), clock: 1) else {
      Issue.record("nothing was installed")
      return
    }
    #expect(succeeded)
    #expect(target.machine.root == bank.ledger.root)
    #expect(target.machine.economy == bank.ledger.economy)
  }

  @Test("A snapshot restores the same state, and bytes that are none are refused")
  func snapshot() throws {
    var bank = try Bank()
    try bank.ask(0, bank.transfer(0, 1, 5))
    var other = try Bank(validators: 7).ledger
    try other.restore(bank.ledger.snapshot)
    #expect(other.root == bank.ledger.root)
    var bytes = bank.ledger.snapshot
    for bad in [[], [9], Array(bytes.dropLast()), bytes + [1]] as [[UInt8]] {
      #expect(throws: (any Error).self) { try other.restore(bad) }
    }
    bytes[1] ^= 0x80
    var changed = other
    if (try? changed.restore(bytes)) != nil { #expect(changed.root != other.root) }
    #expect(other.root == bank.ledger.root)
  }

  @Test(
    "Without a cluster, one process executes blocks, keeps them on disk, and proves what it says")
  func centralised() throws {
    let file = ScratchFile()
    var bank = try Bank()
    do {
      var store = TreeStore(try SQLiteBacking(path: file.path))
      for _ in 0..<5 {
        try bank.ask(0, bank.transfer(0, 1, .tokens(1)))
        try store.keep(bank.ledger.tree, at: bank.height.rawValue)
      }
    }
    let store = TreeStore(try SQLiteBacking(path: file.path))
    let tree = try #require(try store.latest()).tree
    let ledger = try Ledger(tree: tree, network: bank.ledger.network)
    #expect(try ledger.account(of: Bank.key(1)).balance == .tokens(1_005))
    #expect(ledger.root == bank.ledger.root)
    let earlier = try #require(try store.tree(at: 2))
    #expect(try Ledger(tree: earlier).account(of: Bank.key(1)).balance == .tokens(1_002))
  }
}
