import Witan

/// What a proof coordinator asks of its prover, and what the prover does: one epoch at a time.
///
/// | state | startEpoch | addTx | finalizeEpoch | a job is proved |
/// |---|---|---|---|---|
/// | idle | collecting | refused | refused | - |
/// | collecting | refused | job queued; proved when there is room | finalising | next job |
/// | finalising | refused | refused | refused | next job; after the last one: **epochProved**, idle |
public struct ProverClient: Sendable {
  /// Processed transactions to prove together: those of a block.
  public struct Job: Hashable, Sendable {
    /// The block.
    public let block: BlockNumber
    /// How many transactions it has.
    public let transactions: UInt32

    /// The transactions of a block.
    public init(block: BlockNumber, transactions: UInt32) {
      self.block = block
      self.transactions = transactions
    }
  }

  /// What is asked, or happens.
  public enum Input: Hashable, Sendable {
    /// The coordinator begins an epoch.
    case startEpoch(Epoch)
    /// A block is pending, and its transactions are to be proved.
    case addTx(Job)
    /// The epoch is over.
    case finalizeEpoch
    /// The work on a job is done.
    case proved(Job)
  }

  /// What is to be done.
  public enum Effect: Hashable, Sendable {
    /// Begin to work on a job.
    case prove(Job)
    /// All jobs of the epoch are done: its proof can be made.
    case epochProved(Epoch)
    /// It isn't the time for that.
    case refused
  }

  private enum State: Hashable, Sendable {
    case idle
    case collecting(Epoch)
    case finalising(Epoch)
  }

  /// How many jobs are worked on at once.
  public let capacity: Int
  private var state = State.idle
  private var queue: [Job] = []
  /// The jobs that are worked on.
  public private(set) var running: [Job] = []

  /// A prover that works on so many jobs at once.
  public init(capacity: Int) { self.capacity = max(1, capacity) }

  /// Takes an input and says what is to be done.
  public mutating func handle(_ input: Input) -> [Effect] {
    switch (state, input) {
    case (.idle, .startEpoch(let epoch)):
      state = .collecting(epoch)
      return []
    case (.collecting, .addTx(let job)):
      queue.append(job)
      return begin()
    case (.collecting(let epoch), .finalizeEpoch):
      state = .finalising(epoch)
      return finish()
    case (_, .proved(let job)):
      // Work on an epoch that was given up comes to nothing.
      running.removeAll { $0 == job }
      return begin() + finish()
    case (.idle, .addTx), (.idle, .finalizeEpoch), (.collecting, .startEpoch),
      (.finalising, .startEpoch), (.finalising, .addTx), (.finalising, .finalizeEpoch):
      return [.refused]
    }
  }

  private mutating func begin() -> [Effect] {
    var effects: [Effect] = []
    while running.count < capacity, !queue.isEmpty {
      let job = queue.removeFirst()
      running.append(job)
      effects.append(.prove(job))
    }
    return effects
  }

  private mutating func finish() -> [Effect] {
    guard case .finalising(let epoch) = state, running.isEmpty, queue.isEmpty else { return [] }
    state = .idle
    return [.epochProved(epoch)]
  }
}
