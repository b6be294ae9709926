import WitanCrypto

extension Journal {
  /// What a replica needs to go on where its journal ends: the fold of all records.
  ///
  /// Records may be absorbed in full, or only those since `compacted` was last written: it holds what all
  /// records before it amount to. Bounded by two windows of blocks, and two view-changes of each member.
  public struct Recovery: Sendable {
    /// The latest state that is both this replica's own and certified: the application must be restored to
    /// it. Nil is the genesis.
    public private(set) var foundation: CheckpointImage?
    private(set) var foundationCertificate: CheckpointCertificate?
    private(set) var stable: CheckpointCertificate?
    private(set) var lineage: [EpochChange] = []
    private(set) var opened: Opening?
    private(set) var left: ViewChange?
    /// View-changes that the `opened` which comes next may name: one of each member, for one view.
    private var gathered: [ViewChange] = []
    private var images: [CheckpointImage] = []
    private var places: [Place] = []

    /// What is remembered of one sequence.
    struct Place: Sendable {
      let sequence: SequenceNumber
      var proposal: Sealed<Block>?
      var blocks: [Block] = []
      var lock: Lock?
      var decided: CommitCertificate?
    }

    /// Nothing yet: a replica that never ran.
    public init() {}

    /// The fold of these records.
    public init(_ records: some Sequence<Record>) {
      absorb(contentsOf: Array(records)[...])
    }

    /// The epoch in office.
    var epoch: Epoch { foundation?.summary.epoch ?? 0 }

    /// What is remembered of each sequence, in order.
    var inOrder: [Place] { places }

    /// Adds what records say, one after the other.
    ///
    /// What binds to places waits until it is known which places still matter: nothing else depends on it, and most of
    /// a long journal lies below its last checkpoint.
    public mutating func absorb(contentsOf records: ArraySlice<Record>) {
      for index in records.indices where records[index].place == nil { absorb(records[index]) }
      let low = foundation?.summary.sequence ?? 0
      for index in records.indices {
        if let place = records[index].place, place > low { absorb(records[index]) }
      }
    }

    /// Adds what a record says.
    public mutating func absorb(_ record: Record) {
      switch record {
      case .accepted(let proposal):
        at(proposal.statement.sequence) { place in
          place.proposal = proposal
          place.keep(proposal.body)
        }
      case .block(let block): at(block.header.height) { $0.keep(block) }
      case .locked(let lock):
        at(lock.header.height) { place in
          place.lock = lock
          place.forgetBlocks(butFor: place.blocks.last?.digest)
        }
      case .decided(let certificate):
        at(certificate.sequence) { place in
          place.decided = certificate
          place.forgetBlocks(butFor: place.blocks.last?.digest)
        }
      case .viewChange(let viewChange): gather(viewChange)
      case .opened(let newView):
        var opening = Opening(newView)
        for viewChange in gathered { _ = opening.take(viewChange) }
        opened = opening
        gathered = []
      case .leftView(let viewChange): left = viewChange
      case .checkpoint(let image):
        images.removeAll { $0.summary.sequence == image.summary.sequence }
        images.append(image)
        if let stable { build(on: stable) }
      case .stable(let certificate):
        if certificate.sequence >= stable?.sequence ?? 0 { stable = certificate }
        build(on: certificate)
      case .epoch(let change): extendLineage(by: change)
      }
    }

    /// Death may have come before the `opened` that they were meant for, and another view opened since.
    private mutating func gather(_ viewChange: ViewChange) {
      let statement = viewChange.statement
      gathered.removeAll { other in
        other.signer == viewChange.signer || other.statement.view != statement.view
          || other.statement.epoch != statement.epoch
      }
      gathered.append(viewChange)
    }

    private mutating func extendLineage(by change: EpochChange) {
      guard change.certificate.summary.epoch > lineage.last?.certificate.summary.epoch ?? 0 else {
        return
      }
      lineage.append(change)
    }

    /// A certified checkpoint whose state is our own is a foundation: what is below it isn't needed.
    private mutating func build(on certificate: CheckpointCertificate) {
      let digest = certificate.summary.digest
      guard let image = images.first(where: { $0.summary.digest == digest }),
        image.summary.sequence >= foundation?.summary.sequence ?? 0
      else { return }
      if image.summary.epoch != epoch {
        opened = nil
        gathered = []
        left = nil
        // The journal may end before the record of the epoch that this certificate begins.
        if let members = image.nextMembers {
          extendLineage(by: EpochChange(certificate: certificate, members: members))
        }
      }
      foundation = image
      foundationCertificate = certificate
      // Death may have come between the two records: the state names the members as well.
      if certificate.endsEpoch, let members = image.nextMembers {
        absorb(.epoch(EpochChange(certificate: certificate, members: members)))
      }
      let sequence = image.summary.sequence
      images.removeAll { $0.summary.sequence < sequence }
      places.removeAll { $0.sequence <= sequence }
    }

    private mutating func at(_ sequence: SequenceNumber, _ change: (inout Place) -> Void) {
      guard sequence > foundation?.summary.sequence ?? 0 else { return }
      var index = places.count
      while index > 0, places[index - 1].sequence > sequence { index -= 1 }
      if index > 0, places[index - 1].sequence == sequence {
        change(&places[index - 1])
        return
      }
      var place = Place(sequence: sequence)
      change(&place)
      places.insert(place, at: index)
    }

    /// The records that amount to the same: what a journal may be rewritten as.
    public var compacted: [Record] {
      var records: [Record] = lineage.map { .epoch($0) }
      if let foundation, let foundationCertificate {
        records += [.checkpoint(foundation), .stable(foundationCertificate)]
      }
      if let stable, stable != foundationCertificate { records.append(.stable(stable)) }
      records += images.filter { $0 != foundation }.map { .checkpoint($0) }
      if let opened {
        records += opened.viewChanges.map { .viewChange($0) } + [.opened(opened.newView)]
      }
      records += gathered.map { .viewChange($0) }
      // What says which blocks matter comes before them, or one that is locked would give way to a proposal's.
      for place in places {
        if let lock = place.lock { records.append(.locked(lock)) }
        if let decided = place.decided { records.append(.decided(decided)) }
        if let proposal = place.proposal { records.append(.accepted(proposal)) }
        records += place.blocks.map { .block($0) }
      }
      if let left { records.append(.leftView(left)) }
      return records
    }
  }
}

extension Journal.Record {
  /// The sequence of which it speaks and nothing else; nil for what is said of the replica as a whole.
  fileprivate var place: SequenceNumber? {
    switch self {
    case .accepted(let proposal): proposal.statement.sequence
    case .block(let block): block.header.height
    case .locked(let lock): lock.header.height
    case .decided(let certificate): certificate.sequence
    case .viewChange, .opened, .leftView, .checkpoint, .stable, .epoch: nil
    }
  }
}

extension Journal.Recovery.Place {
  /// Keeps a block that a record brought: the one that came last, the proposed, the locked, and the decided are all that
  /// count.
  mutating func keep(_ block: Block) {
    forgetBlocks(butFor: nil)
    blocks.removeAll { $0.digest == block.digest }
    blocks.append(block)
  }

  /// Forgets the blocks that don't count any more.
  mutating func forgetBlocks(butFor last: Digest?) {
    let counting = [proposal?.body.digest, lock?.header.digest, decided?.digest, last]
    blocks.removeAll { block in !counting.contains { $0 == block.digest } }
  }

  /// The decision, if it is of this epoch and its block is here.
  func decision(in epoch: Epoch) -> Decision? {
    guard let decided, decided.epoch == epoch, let block = block(decided.digest) else { return nil }
    return Decision(certificate: decided, block: block)
  }

  /// The block of a digest.
  func block(_ digest: Digest) -> Block? { blocks.first { $0.digest == digest } }
}
