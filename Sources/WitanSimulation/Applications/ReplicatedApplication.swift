import Witan
import WitanCrypto
import WitanLedger
import WitanProofs
import WitanRollup

/// The application that a simulated cluster runs: keys and values, the ledger, or the contracts of a rollup.
public enum ReplicatedApplication: StateMachine {
  /// Keys and values.
  case store(KeyValueStore)
  /// Accounts, stakes and claims.
  indirect case ledger(Ledger)
  /// The contracts of a rollup, whose L1 the cluster is.
  indirect case contracts(Contracts)

  /// Which of those that a scenario names.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Keys and values.
    case store
    /// Accounts, stakes and claims.
    case ledger
  }

  /// The keys and values; nil where the application is another.
  public var store: KeyValueStore? {
    if case .store(let store) = self { store } else { nil }
  }

  /// The ledger; nil where the application is another.
  public var ledger: Ledger? {
    if case .ledger(let ledger) = self { ledger } else { nil }
  }

  /// The same, but a ledger leaves no transitions behind.
  var leavingNoTransitions: Self {
    guard case .ledger(var ledger) = self else { return self }
    ledger.leavesTransitions = false
    return .ledger(ledger)
  }

  /// The same, but a ledger has a court of its own to judge claims, which has heard nothing yet.
  func judging(_ judging: Judging) -> Self {
    guard case .ledger(var ledger) = self, let network = ledger.network,
      let court = judging.court,
      let own = try? Ledger.Network(
        genesis: network.genesis, scheme: network.scheme, court: court)
    else { return self }
    ledger.network = own
    return .ledger(ledger)
  }

  /// How many entries its state has at most, for those who guess how long it takes to fetch it.
  var size: Int {
    switch self {
    case .store(let store): store.values.count
    case .ledger(let ledger): Int(clamping: ledger.tree.weight / 64)
    case .contracts(let contracts): Int(clamping: contracts.tree.weight / 64)
    }
  }

  /// The answer that a certified read should give in this state.
  func finding(_ question: [UInt8]) -> [UInt8] {
    switch self {
    case .store(let store):
      (store.values[question].map { KeyValueStore.Finding.value($0) } ?? .absent).bytes
    case .ledger(let ledger): ledger.answer(question)
    case .contracts: []
    }
  }

  /// A block begins.
  public mutating func begin(_ requests: [Request], in header: BlockHeader) {
    switch self {
    case .store: break
    case .ledger(var ledger):
      self = .store(KeyValueStore())
      ledger.begin(requests, in: header)
      self = .ledger(ledger)
    case .contracts(var contracts):
      self = .store(KeyValueStore())
      contracts.begin(requests, in: header)
      self = .contracts(contracts)
    }
  }

  /// A block ends.
  public mutating func end(_ header: BlockHeader) {
    guard case .ledger(var ledger) = self else { return }
    self = .store(KeyValueStore())
    ledger.end(header)
    self = .ledger(ledger)
  }

  /// Runs a request.
  public mutating func apply(_ request: Request, in header: BlockHeader) -> [UInt8] {
    // What is changed is taken out meanwhile: it would be copied if it were here too.
    switch self {
    case .store(var store):
      self = .store(KeyValueStore())
      defer { self = .store(store) }
      return store.apply(request, in: header)
    case .ledger(var ledger):
      self = .store(KeyValueStore())
      defer { self = .ledger(ledger) }
      return ledger.apply(request, in: header)
    case .contracts(var contracts):
      self = .store(KeyValueStore())
      defer { self = .contracts(contracts) }
      return contracts.apply(request, in: header)
    }
  }

  /// Whether a request may be proposed.
  public func admits(_ request: Request) -> Bool {
    switch self {
    case .store(let store): store.admits(request)
    case .ledger(let ledger): ledger.admits(request)
    case .contracts(let contracts): contracts.admits(request)
    }
  }

  /// Requests with claims are proposed in the order of their difficulty, all others in turns.
  public var queue: ClaimQueue { ledger?.queue ?? ClaimQueue() }

  /// What a request's claims are worth.
  public func weigh(_ request: Request) -> ClaimQueue.Weight {
    ledger?.weigh(request) ?? ClaimQueue.Weight()
  }

  /// Whether a block may be agreed on.
  public func validate(_ block: Block) -> Verdict {
    switch self {
    case .store(let store): store.validate(block)
    case .ledger(let ledger): ledger.validate(block)
    case .contracts: .valid
    }
  }

  /// The answer to a query.
  public func answer(_ query: [UInt8]) -> [UInt8] {
    switch self {
    case .store(let store): store.answer(query)
    case .ledger(let ledger): ledger.answer(query)
    case .contracts: []
    }
  }

  /// The state as it is certified: by the tree over the snapshot, or by the ledger's own.
  public enum Image: StateImage {
    /// Of keys and values.
    case store(ChunkTree)
    /// Of a ledger, or of contracts.
    case tree(LedgerImage)

    /// The root.
    public var root: Digest {
      switch self {
      case .store(let tree): tree.root
      case .tree(let image): image.root
      }
    }

    /// How many chunks there are.
    public var count: Int {
      switch self {
      case .store(let tree): tree.count
      case .tree(let image): image.count
      }
    }

    /// A chunk.
    public func chunk(_ index: Int) -> (bytes: [UInt8], proof: [Digest])? {
      switch self {
      case .store(let tree): tree.chunk(index)
      case .tree(let image): image.chunk(index)
      }
    }

    /// Whether a chunk belongs under a root of either kind: no bytes belong under both.
    public static func verifies(
      _ bytes: [UInt8], proof: [Digest], at index: Int, of count: Int, root: Digest
    ) -> Bool {
      ChunkTree.verifies(bytes, proof: proof, at: index, of: count, root: root)
        || LedgerImage.verifies(bytes, proof: proof, at: index, of: count, root: root)
    }
  }

  /// The state as it is certified.
  public var image: Image {
    switch self {
    case .store(let store): .store(store.image)
    case .ledger(let ledger): .tree(ledger.image)
    case .contracts(let contracts): .tree(contracts.image)
    }
  }

  /// An answer with its proof.
  public func prove(_ query: [UInt8], in image: Image) -> ProvedAnswer? {
    switch (self, image) {
    case (.store(let store), .store(let tree)): store.prove(query, in: tree)
    case (.ledger(let ledger), .tree(let image)): ledger.prove(query, in: image)
    default: nil
    }
  }

  /// How clients of an application check what is proved to them.
  static func check(of kind: Kind) -> LightClient.ProofCheck {
    switch kind {
    case .store: KeyValueStore.check
    case .ledger: Ledger.check
    }
  }

  /// The whole state.
  public var snapshot: [UInt8] {
    switch self {
    case .store(let store): store.snapshot
    case .ledger(let ledger): ledger.snapshot
    case .contracts(let contracts): contracts.snapshot
    }
  }

  /// Takes the state of a snapshot.
  public mutating func restore(_ snapshot: [UInt8]) throws {
    switch self {
    case .store(var store):
      try store.restore(snapshot)
      self = .store(store)
    case .ledger(var ledger):
      try ledger.restore(snapshot)
      self = .ledger(ledger)
    case .contracts(var contracts):
      try contracts.restore(snapshot)
      self = .contracts(contracts)
    }
  }

  /// Takes the state whose chunks these are.
  public mutating func restore(chunks: [[UInt8]]) throws {
    switch self {
    case .store(var store):
      try store.restore(chunks: chunks)
      self = .store(store)
    case .ledger(var ledger):
      try ledger.restore(chunks: chunks)
      self = .ledger(ledger)
    case .contracts(var contracts):
      try contracts.restore(chunks: chunks)
      self = .contracts(contracts)
    }
  }

  /// Who is to serve in the next epoch.
  public var nextMembers: [Member]? {
    switch self {
    case .store(let store): store.nextMembers
    case .ledger(let ledger): ledger.nextMembers
    case .contracts: nil
    }
  }
}
