import Testing
import WitanCrypto

@testable import Witan

@Suite("An audit")
struct AuditTests {
  /// Networks and how many of their members conspire: from one more than they bear to twice that.
  static let conspiracies: [(count: Int, faulty: Int)] = [
    (4, 2), (6, 2), (7, 3), (7, 4), (8, 4), (10, 4), (10, 6),
  ]

  /// The conspirators and two groups of the deceived, each a quorum together with the conspirators.
  struct Cast {
    let council: Council
    let faulty: [ReplicaID]
    let first: [ReplicaID]
    let second: [ReplicaID]

    init(_ count: Int, _ faulty: Int) throws {
      council = try Council(count)
      let ids = council.ids
      // The leaders of views 0 and 1 are faulty.
      self.faulty = Array(ids.prefix(faulty))
      let honest = Array(ids.dropFirst(faulty))
      let needed = Int(council.members.quorum.threshold.rawValue) - faulty
      try #require(honest.count >= 2 * max(1, needed), "so few can't break so many")
      first = Array(honest.prefix(max(1, needed)))
      second = Array(honest.suffix(max(1, needed)))
    }

    func check(_ verdict: Audit.Verdict) {
      #expect(!verdict.violations.isEmpty)
      #expect(verdict.culprits.allSatisfy { faulty.contains($0) }, "\(verdict.culprits)")
      #expect(council.members.quorum.includesCorrect(verdict.power(among: council.members)))
      #expect(verdict.culprits == faulty)
      for proof in verdict.evidence {
        #expect(throws: Never.self) { try proof.verify(council.genesis, scheme: council.scheme) }
      }
    }
  }

  @Test("Two decisions in one view convict all who committed to both", arguments: conspiracies)
  func sameView(count: Int, faulty: Int) throws {
    let cast = try Cast(count, faulty)
    let council = cast.council
    var audit = Audit(council.verifier)
    for (salt, group) in [(UInt8(1), cast.first), (2, cast.second)] {
      let header = council.header(after: nil, salt: salt)
      audit.add(council.commits(header, view: 0, by: cast.faulty + group))
    }
    cast.check(audit.verdict())
  }

  @Test("A view opened by hiding locks convicts all who hid them", arguments: conspiracies)
  func hidden(count: Int, faulty: Int) throws {
    let cast = try Cast(count, faulty)
    let council = cast.council
    let decided = council.chain(of: 4, salt: 1)
    let rival = council.chain(of: 4, salt: 2)
    let signers = cast.faulty + cast.first
    for shown in 0..<4 {
      var audit = Audit(council.verifier)
      for header in decided { audit.add(council.commits(header, view: 0, by: signers)) }
      // What is shown is a part of what was committed, or nothing.
      let locks = decided.prefix(shown).map { council.lock($0, view: 0, by: signers) }
      let changes = (cast.faulty + cast.second).map {
        council.viewChange(to: 1, by: $0, locks: cast.faulty.contains($0) ? locks : [])
      }
      council.opened(1, from: changes, in: &audit)
      let other =
        shown == 0 ? rival : council.chain(of: 4 - shown, after: decided[shown - 1], salt: 2)
      let last = try #require(other.last)
      audit.add(council.commits(last, view: 1, by: cast.faulty + cast.second))
      cast.check(audit.verdict())
    }
  }

  @Test("Locks of an earlier view, shown in place of later ones, convict", arguments: conspiracies)
  func outdated(count: Int, faulty: Int) throws {
    let cast = try Cast(count, faulty)
    let council = cast.council
    let old = council.chain(of: 2, salt: 1)
    let new = council.chain(of: 2, salt: 2)
    let signers = cast.faulty + cast.first
    var audit = Audit(council.verifier)
    // In view 0 some prepared `old`; it wasn't decided. In view 1 `new` was.
    for header in new { audit.add(council.commits(header, view: 1, by: signers)) }
    let everyone = cast.faulty + cast.second
    let changes = everyone.map {
      council.viewChange(to: 2, by: $0, locks: old.map { council.lock($0, view: 0, by: everyone) })
    }
    council.opened(2, from: changes, in: &audit)
    audit.add(council.commits(old[1], view: 2, by: everyone))
    cast.check(audit.verdict())
  }

  @Test("Honest views in between don't hide the first false one", arguments: conspiracies)
  func laterView(count: Int, faulty: Int) throws {
    let cast = try Cast(count, faulty)
    let council = cast.council
    let decided = council.header(after: nil, salt: 1)
    let rival = council.header(after: nil, salt: 2)
    let signers = cast.faulty + cast.first
    let honest = council.lock(decided, view: 0, by: signers)
    var audit = Audit(council.verifier)
    audit.add(council.commits(decided, view: 0, by: signers))
    for view in UInt64(1)...3 {
      council.opened(
        View(view),
        from: signers.map { council.viewChange(to: View(view), by: $0, locks: [honest]) },
        in: &audit)
    }
    let everyone = cast.faulty + cast.second
    council.opened(
      4, from: everyone.map { council.viewChange(to: 4, by: $0, locks: []) }, in: &audit)
    audit.add(council.commits(rival, view: 4, by: everyone))
    cast.check(audit.verdict())
  }

  @Test("What a new-view proposes is known with what it names, whichever is heard of first")
  func proposals() throws {
    let council = try Council(4)
    let block = council.header(after: nil, salt: 1)
    let changes = council.ids.prefix(3).map {
      council.viewChange(
        to: 1, by: $0, locks: [council.lock(block, view: 0, by: [0, 1, 2])])
    }
    let newView = council.newView(1, from: changes)
    let other = council.say(.prePrepare, by: 1, view: 1, sequence: 1, digest: SHA256.hash([1]))
    for isFirst in [true, false] {
      var audit = Audit(council.verifier)
      audit.add(other)
      if isFirst { audit.add(newView) }
      for change in changes.dropLast() { audit.add(change) }
      #expect(audit.verdict().culprits.isEmpty)
      audit.add(changes[2])
      if !isFirst { audit.add(newView) }
      #expect(audit.verdict().culprits == [1])
    }
  }

  @Test("What a new-view names convicts by its statement alone")
  func namedViewChanges() throws {
    let council = try Council(4)
    let changes = council.ids.prefix(3).map { council.viewChange(to: 1, by: $0, locks: []) }
    let lock = council.lock(council.header(after: nil, salt: 1), view: 0, by: [0, 1, 2])
    var audit = Audit(council.verifier)
    audit.add(council.newView(1, from: changes))
    #expect(audit.verdict().culprits.isEmpty)
    audit.add(council.viewChange(to: 1, by: 2, locks: [lock]))
    #expect(audit.verdict().culprits == [2])
  }

  @Test("Two certified states after one sequence convict all who signed both")
  func states() throws {
    let council = try Council(7)
    var audit = Audit(council.verifier)
    audit.add(council.certificate(of: council.summary(at: 64), by: [0, 1, 2, 3, 4]))
    audit.add(
      council.certificate(
        of: council.summary(at: 64, root: SHA256.hash([1])), by: [0, 1, 2, 5, 6]))
    #expect(audit.verdict().culprits == [0, 1, 2])
  }

  @Test("What a witness makes up convicts nobody, and hides nobody")
  func forgeries() throws {
    let council = try Council(4)
    let header = council.header(after: nil, salt: 1)
    let rival = council.header(after: nil, salt: 2)
    func forged(_ header: BlockHeader) -> SignedStatement {
      let real = council.say(.commit, by: 3, sequence: 1, digest: header.digest)
      return SignedStatement(statement: real.statement, signer: 0, signature: real.signature)
    }
    var audit = Audit(council.verifier)
    audit.add(forged(header))
    audit.add(forged(rival))
    #expect(audit.verdict().evidence.isEmpty)
    audit.add(council.say(.commit, by: 0, sequence: 1, digest: header.digest))
    audit.add(forged(rival))
    #expect(audit.verdict().evidence.isEmpty)
    audit.add(council.say(.commit, by: 0, sequence: 1, digest: rival.digest))
    #expect(audit.verdict().culprits == [0])
  }

  @Test(
    "Whoever commits to a block answers for what it stands on", arguments: conspiracies)
  func ancestors(count: Int, faulty: Int) throws {
    let cast = try Cast(count, faulty)
    let council = cast.council
    let old = council.header(after: nil, salt: 1)
    let decided = council.chain(of: 3, salt: 2)
    let signers = cast.faulty + cast.first
    let everyone = cast.faulty + cast.second
    // `old` was prepared in view 0. In view 1 the last of three others was decided, and of the conspirators' commits
    // to the two below there is none. In view 2 they show all locks but the lowest, and `old` in its place.
    var audit = Audit(council.verifier)
    audit.add(council.commits(decided[2], view: 1, by: signers))
    let shown =
      [council.lock(old, view: 0, by: everyone)]
      + decided.dropFirst().map { council.lock($0, view: 1, by: signers) }
    let changes = everyone.map {
      council.viewChange(
        to: 2, by: $0, locks: cast.faulty.contains($0) ? shown : Array(shown.prefix(1)))
    }
    let newView = council.newView(2, from: changes)
    #expect(throws: Never.self) { try council.verifier.verify(.newView(newView)) }
    council.opened(2, from: changes, in: &audit)
    let rival = council.chain(of: 2, after: old, salt: 3)
    audit.add(council.commits(rival[1], view: 2, by: everyone))
    cast.check(audit.verdict())
  }

  /// An audit of replica 6 of seven, which committed to three blocks in view 0, was prepared on another branch
  /// in view 1, and then its first branch came back.
  private func superseded(
    _ show: (Council, _ first: [BlockHeader], _ other: [Lock]) -> ViewChange
  ) throws -> Audit.Verdict {
    let council = try Council(7)
    let first = council.chain(of: 3, salt: 1)
    let other = council.chain(of: 3, salt: 2).map {
      council.lock($0, view: 1, by: [0, 1, 2, 5, 6])
    }
    var audit = Audit(council.verifier)
    for header in first {
      audit.add(council.say(.commit, by: 6, sequence: header.height, digest: header.digest))
    }
    let viewChange = show(council, first, other)
    #expect(throws: Never.self) { try council.verifier.verify(.viewChange(viewChange)) }
    audit.add(viewChange)
    return audit.verdict()
  }

  @Test("Locks that a certified state of another branch overtook convict nobody")
  func overtaken() throws {
    // Its locks are of the other branch still, and don't follow the certified state.
    let verdict = try superseded { council, first, other in
      let stable = council.certificate(
        of: council.summary(at: 1, lastBlock: first[0].digest), by: [0, 1, 2, 3, 5])
      return council.viewChange(
        to: 3, by: 6, stable: stable, locks: Array(other.dropFirst()))
    }
    #expect(verdict.culprits.isEmpty)
  }

  @Test("A block that was prepared again, below locks of another branch, convicts nobody")
  func preparedAgain() throws {
    // In view 2 it was prepared on the first block alone; its locks above are of the other branch.
    let verdict = try superseded { council, first, other in
      let lock = council.lock(first[0], view: 2, by: [0, 1, 2, 3, 5])
      return council.viewChange(to: 3, by: 6, locks: [lock] + other.dropFirst())
    }
    #expect(verdict.culprits.isEmpty)
  }

  @Test("Whatever a member leaves out of an honest view-change, its commits convict it")
  func tampered() throws {
    let council = try Council(4)
    var tampered = 0
    for seed in UInt64(0)..<12 {
      var run = HonestRun(council, seed: seed)
      run.run(views: 12)
      for honest in run.viewChanges {
        let base = honest.body.stable?.sequence ?? 0
        let bound = run.commits.filter {
          $0.signer == honest.signer && $0.statement.view < honest.statement.view
            && $0.statement.sequence > base
        }
        // A correct member shows at least this many, of which none may be missing or from before its commit.
        let height = bound.map(\.statement.sequence).max() ?? base
        for index in 0..<Int(height.distance(after: base)) {
          let locks = honest.body.locks
          let place = base.advanced(by: UInt64(index) + 1)
          let needed = bound.filter { $0.statement.sequence >= place }.map(\.statement.view).max()
          let older = run.locks.first { $0.header.height == place && $0.view < needed ?? 0 }
          var versions = [Array(locks.prefix(index)), locks.filter { $0.header.height != place }]
          if let older { versions.append(locks[..<index] + [older] + locks[(index + 1)...]) }
          for version in versions {
            var audit = Audit(council.verifier)
            for commit in bound { audit.add(commit) }
            audit.add(
              council.viewChange(
                to: honest.statement.view, by: honest.signer, stable: honest.body.stable,
                locks: version))
            #expect(audit.verdict().culprits == [honest.signer])
            tampered += 1
          }
        }
      }
    }
    #expect(tampered > 1000, "the runs must be worth tampering with")
  }

  @Test(
    "Correct replicas are never convicted, however the network treats them", arguments: [4, 5, 7])
  func honest(count: Int) throws {
    let council = try Council(count)
    var convicted = 0
    var decisions = 0
    var viewChanges = 0
    for seed in UInt64(0)..<60 {
      var run = HonestRun(council, seed: seed)
      run.run(views: 16)
      var audit = Audit(council.verifier)
      for commit in run.commits { audit.add(commit) }
      for lock in run.locks { audit.add(lock) }
      for decision in run.decisions { audit.add(decision) }
      for checkpoint in run.checkpoints { audit.add(checkpoint) }
      for change in run.viewChanges { audit.add(change) }
      for newView in run.newViews { audit.add(newView) }
      let verdict = audit.verdict()
      #expect(verdict.violations.isEmpty)
      convicted += verdict.culprits.count
      decisions += run.decisions.count
      viewChanges += run.viewChanges.count
    }
    #expect(convicted == 0)
    #expect(decisions > 100 && viewChanges > 500, "the runs must be worth auditing")
  }
}
