import Testing
import WitanCrypto
import WitanDraw

@testable import Witan
@testable import WitanSimulation

/// A disk keeps what it synced, and may keep, lose or tear what it didn't.
@Suite struct DiskTests {
  private static let records = (1...8).map { height in
    Journal.Record.block(
      Block(
        height: SequenceNumber(height), previous: .zero, proposer: 0, timestamp: 0, epoch: 0,
        requests: []))
  }

  private func whatIsLeft(on disk: Disk) throws -> [Journal.Record] {
    try disk.recovery().compacted
  }

  private func fold(_ count: Int) -> [Journal.Record] {
    Journal.Recovery(Self.records.prefix(count)).compacted
  }

  @Test(arguments: [false, true]) func whatWasSyncedStaysAndOfTheRestThereStaysABeginning(
    isWatchedClosely: Bool
  ) throws {
    var lengths: Set<Int> = []
    for seed in 0..<100 as Range<UInt64> {
      var disk = Disk()
      if isWatchedClosely { disk.keepBytes() }
      var draw = Draw(seed: seed)
      for record in Self.records.prefix(3) {
        let hasRoom = disk.write(record)
        #expect(hasRoom)
      }
      #expect(disk.endSync() == 3)
      for record in Self.records.dropFirst(3) { _ = disk.write(record) }
      disk.losePower(&draw)
      let left = try whatIsLeft(on: disk)
      let length = (3...8).first { fold($0) == left }
      lengths.insert(try #require(length, "it isn't what some first records amount to"))
    }
    #expect(lengths == Set(3...8))
  }

  @Test func aStateStaysUntilTheRecordIsSyncedThatMakesItNeedless() {
    var disk = Disk()
    disk.save(.store(KeyValueStore()), at: 2)
    disk.save(.store(KeyValueStore()), at: 4)
    for record in Self.records.prefix(2) { _ = disk.write(record) }
    disk.releaseStates(before: 4)
    #expect(disk.states.map(\.sequence) == [2, 4])
    #expect(disk.endSync() == 2)
    #expect(disk.states.map(\.sequence) == [4])
    // With all of it synced there is nothing to wait for; what was to be released when the machine died stays.
    disk.releaseStates(before: 5)
    #expect(disk.states.isEmpty)
    disk.save(.store(KeyValueStore()), at: 6)
    _ = disk.write(Self.records[2])
    disk.releaseStates(before: 7)
    var draw = Draw(replaying: [])
    disk.losePower(&draw)
    #expect(disk.states.map(\.sequence) == [6])
  }

  @Test func aMachineThatDiesWhileItsDiskLagsFarBehindStartsAgain() throws {
    let scenario = try Scenario(
      parsing: """
        checkpoint 1
        window 2
        latency fixed:1ms
        blocks 24
        10ms..1s slow-disk 3 500ms
        60ms..80ms crash 3
        """)
    let trial = try Trial(of: scenario)
    #expect(trial.violations == [])
    #expect(trial.reached.contains(.restart))
    #expect(!trial.reached.contains(.diskDamaged))
  }

  @Test func aSyncCoversWhatWasWrittenBeforeItBegan() throws {
    var disk = Disk()
    for record in Self.records.prefix(2) { _ = disk.write(record) }
    let (began, again) = (disk.beginSync(), disk.beginSync())
    #expect(began && !again)
    for record in Self.records[2..<5] { _ = disk.write(record) }
    #expect(disk.endSync() == 2)
    #expect(try whatIsLeft(on: disk) == fold(2))
    #expect(!disk.isSynced)
    #expect(disk.endSync() == 3)
    #expect(disk.isSynced)
    #expect(try whatIsLeft(on: disk) == fold(5))
  }

  @Test func aTornRecordIsNoDamageAndNoRecord() throws {
    // After a tear the machine goes on writing where the journal is whole.
    for seed in 0..<50 as Range<UInt64> {
      var disk = Disk()
      var draw = Draw(seed: seed)
      _ = disk.write(Self.records[0])
      disk.losePower(&draw)
      let kept = try whatIsLeft(on: disk) == fold(1) ? 1 : 0
      for record in Self.records[kept..<4] { _ = disk.write(record) }
      _ = disk.endSync()
      #expect(try whatIsLeft(on: disk) == fold(4))
    }
  }

  @Test func everyFlippedBitIsNoticed() {
    for seed in 0..<200 as Range<UInt64> {
      var disk = Disk()
      var draw = Draw(seed: seed)
      for record in Self.records { _ = disk.write(record) }
      _ = disk.endSync()
      let isFlipped = disk.flipBit(&draw)
      #expect(isFlipped)
      #expect(throws: Disk.Damage.self) { try disk.recovery() }
    }
  }

  @Test func thereIsNothingToFlipOnAnEmptyDisk() throws {
    var disk = Disk()
    var draw = Draw(seed: 1)
    let isFlipped = disk.flipBit(&draw)
    #expect(!isFlipped)
    #expect(try whatIsLeft(on: disk).isEmpty)
  }

  @Test func aFullDiskTakesNothingAndKeepsWhatItHas() throws {
    var disk = Disk()
    _ = disk.write(Self.records[0])
    disk.isFull = true
    let refused = !disk.write(Self.records[1])
    disk.isFull = false
    let taken = disk.write(Self.records[1])
    #expect(refused && taken)
    _ = disk.endSync()
    #expect(try whatIsLeft(on: disk) == fold(2))
  }
}
