import WitanCrypto

/// Fetching the state at a certified checkpoint, piece by piece from several peers at once.
///
/// | state      | entered when                                     | leaves when                              |
/// |------------|--------------------------------------------------|------------------------------------------|
/// | idle       | at first; the state is installed                 | a manifest of a state ahead arrives      |
/// | fetching   | the application makes room beside the old state  | every piece is here, each checked alone  |
/// | installing | the application replaces its state               | it says whether it could                 |
///
/// Execution goes on while pieces arrive; if it reaches the checkpoint by itself, the transfer ends.
struct StateTransfer: Sendable {
  /// How many pieces are asked for at once.
  static let breadth = 8

  private enum Piece: UInt8 {
    case missing, asked, here
  }

  private struct Request: Sendable {
    let piece: Int
    let peer: ReplicaID
    let askedAt: Micros
    /// The piece came, and the application looks at it.
    var isJudged = false
  }

  private(set) var certificate: CheckpointCertificate?
  private(set) var isInstalling = false
  private var pieces: [Piece] = []
  private var missing = 0
  private var cursor = 0
  private var requests: [Request] = []
  private var sessionChunks: [[UInt8]] = []
  private var liars: Set<ReplicaID> = []
  private var turn = 0
  /// How many times in a row questions were given up, and nothing came. Who asks again too soon gives up for ever what is
  /// on its way: each time, answers are given twice the time.
  private var fruitless: UInt64 = 0
  /// A doubling more would be of no use: no network is a thousand times slower than was measured.
  private static let fruitlessLimit: UInt64 = 10

  /// Whether a state is being fetched or installed.
  var isActive: Bool { certificate != nil }
  /// Whether every piece is here.
  var isComplete: Bool { certificate != nil && missing == 0 }
  /// The sessions that were fetched.
  var sessions: [UInt8] { Array(sessionChunks.joined()) }

  /// Begins to fetch the state of this checkpoint.
  mutating func begin(_ certificate: CheckpointCertificate) {
    let summary = certificate.summary
    self.certificate = certificate
    isInstalling = false
    missing = Int(summary.sessionChunks) + Int(summary.applicationChunks)
    pieces = Array(repeating: .missing, count: missing)
    sessionChunks = Array(repeating: [], count: Int(summary.sessionChunks))
    requests = []
    cursor = 0
  }

  mutating func beginInstalling() { isInstalling = true }

  /// The state is installed, reached otherwise, or given up.
  mutating func end() {
    certificate = nil
    isInstalling = false
    pieces = []
    missing = 0
    requests = []
    sessionChunks = []
  }

  /// Other peers serve from here on; past lies are forgiven. What the application looks at stays: its answer is
  /// still to come.
  mutating func forgetPeers() {
    liars = []
    for request in requests where !request.isJudged { pieces[request.piece] = .missing }
    requests.removeAll { !$0.isJudged }
  }

  private func address(of piece: Int) -> ChunkAddress {
    piece < sessionChunks.count
      ? .sessions(UInt32(piece)) : .application(UInt32(piece - sessionChunks.count))
  }

  private func piece(at address: ChunkAddress) -> Int {
    switch address {
    case .sessions(let index): Int(index)
    case .application(let index): sessionChunks.count + Int(index)
    }
  }

  /// Which pieces to ask for now, and of whom: each peer in turn, but for those that lied.
  mutating func nextQuestions(
    peers: [ReplicaID], now: Micros, patience: Micros
  ) -> [(ChunkAddress, ReplicaID)] {
    let patience = patience * (1 << fruitless)
    let pending = requests.count
    requests.removeAll { request in
      guard !request.isJudged, now - request.askedAt >= patience else { return false }
      if pieces[request.piece] == .asked { pieces[request.piece] = .missing }
      return true
    }
    if requests.count < pending { fruitless = min(fruitless + 1, Self.fruitlessLimit) }
    var honest = peers.filter { !liars.contains($0) }
    if honest.isEmpty {
      liars = []
      honest = peers
    }
    guard !honest.isEmpty, missing > 0 else { return [] }
    var questions: [(ChunkAddress, ReplicaID)] = []
    var looked = 0
    while requests.count < Self.breadth, looked < pieces.count {
      let index = cursor
      cursor = (cursor + 1) % pieces.count
      looked += 1
      guard pieces[index] == .missing else { continue }
      let peer = honest[turn % honest.count]
      turn &+= 1
      pieces[index] = .asked
      requests.append(Request(piece: index, peer: peer, askedAt: now))
      questions.append((address(of: index), peer))
    }
    return questions
  }

  /// Whether this piece was asked of this peer and hasn't come.
  func awaits(_ address: ChunkAddress, from peer: ReplicaID) -> Bool {
    requests.contains { $0.piece == piece(at: address) && $0.peer == peer && !$0.isJudged }
  }

  /// A piece came, and the application looks at it: meanwhile nobody else is asked, who might be blamed for it.
  mutating func noteJudged(_ address: ChunkAddress) {
    let index = piece(at: address)
    for position in requests.indices where requests[position].piece == index {
      requests[position].isJudged = true
    }
  }

  /// Takes a piece of the sessions, if it belongs to them.
  mutating func takeSessions(_ chunk: StateChunk, index: Int, from peer: ReplicaID) -> Bool {
    guard let summary = certificate?.summary,
      ChunkTree.verifies(
        chunk.bytes, proof: chunk.proof, at: index, of: Int(summary.sessionChunks),
        root: summary.sessionsRoot)
    else {
      refuse(chunk.address, from: peer)
      return false
    }
    sessionChunks[index] = chunk.bytes
    settle(chunk.address, isHere: true)
    return true
  }

  /// Whose piece the application looks at.
  func sender(judged address: ChunkAddress) -> ReplicaID? {
    requests.first { $0.piece == piece(at: address) && $0.isJudged }?.peer
  }

  /// A piece doesn't belong to the state: its sender isn't asked again.
  mutating func refuse(_ address: ChunkAddress, from peer: ReplicaID) {
    liars.insert(peer)
    settle(address, isHere: false)
  }

  /// A piece is here, or has to be asked for again.
  mutating func settle(_ address: ChunkAddress, isHere: Bool) {
    let index = piece(at: address)
    guard pieces.indices.contains(index) else { return }
    requests.removeAll { $0.piece == index }
    guard pieces[index] != .here else { return }
    if isHere { fruitless = 0 }
    pieces[index] = isHere ? .here : .missing
    if isHere { missing -= 1 }
  }
}
