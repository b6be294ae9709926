import Foundation
import Testing
import Witan
import WitanCrypto
import WitanLedger
import WitanProofs

@testable import WitanNode

/// The shell that a node runs the ledger in, end to end: replica, ledger, judge, journal, and a store on a disk.
@Suite(.timeLimit(.minutes(2))) struct LedgerHostTests {
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appending(path: "witan-\(UUID())").path
    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private func requests(of node: LoneNode) throws -> [Request] {
    // A client's numbers ascend.
    (UInt64(2)...4).map { node.transfer($0, nonce: $0 - 2) }
      + [try node.proof(5, LoneNode.holds)]
      + (UInt64(6)...7).map { node.transfer($0, nonce: $0 - 3) }
  }

  @Test func `a node that is killed between any two effects comes to the state of one that wasn't`()
    throws
  {
    let folder = try Folder()
    var calm = try LoneNode(path: folder.path + "/calm")
    let requests = try requests(of: calm)
    for request in requests { try calm.ask(request) }
    #expect(calm.replies.values.allSatisfy { $0 == .done } && calm.replies.count == 6)
    #expect(calm.done > 60)
    var heights: Set<SequenceNumber> = []
    for count in 0...calm.done {
      var node = try LoneNode(path: folder.path + "/\(count)")
      node.effectsLeft = count
      var isDead = false
      for request in requests {
        do { try node.ask(request) } catch is LoneNode.Death {
          isDead = true
          try node.restart()
          heights.insert(node.replica.stableCheckpoint?.summary.sequence ?? 0)
          try node.ask(request)
        }
        #expect(node.replies[request.number] == .done, "killed after \(count) effects")
      }
      #expect(isDead || count > calm.done - 10)
      #expect(node.host.ledger.root == calm.host.ledger.root, "killed after \(count) effects")
    }
    #expect(heights.count > 2, "some went on from the genesis, some from a checkpoint")
  }

  @Test func `a node whose store lost the state that its journal builds on says so`() throws {
    let folder = try Folder()
    var node = try LoneNode(path: folder.path + "/ledger")
    for request in try requests(of: node) { try node.ask(request) }
    let sequence = try #require(node.replica.stableCheckpoint?.summary.sequence)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: folder.path + "/ledger" + suffix)
    }
    #expect(throws: LedgerHost.Failure.stateLost(sequence)) { try node.restart() }
  }

  @Test func `what a node keeps, the ledger's tools read`() throws {
    let folder = try Folder()
    var node = try LoneNode(path: folder.path + "/ledger")
    for request in try requests(of: node) { try node.ask(request) }
    let backing = try SQLiteBacking(path: folder.path + "/ledger", isReadOnly: true)
    #expect(try backing.genesis() == node.genesis)
    let (height, tree) = try #require(try TreeStore(backing).latest())
    #expect(height == 6)
    #expect(tree.root == node.host.ledger.root)
    // States before the last certified one are released.
    #expect(try backing.roots().count <= 2)
  }

  @Test func `a claim that nobody gets to judge holds up nothing but itself`() throws {
    let folder = try Folder()
    // A worker that never says a word.
    var node = try LoneNode(
      path: folder.path + "/ledger",
      isolation: .processes(executable: "/bin/sh", arguments: ["-c", "exec sleep 600"]))
    try node.bring(node.proof(20, LoneNode.holds))
    #expect(node.host.judging.waiting == 1)
    for number in UInt64(2)...6 {
      try node.bring(node.transfer(number, nonce: number - 2, by: LoneNode.other))
      try node.askAgain()
      #expect(node.replies[number] == .done)
    }
    #expect(node.replica.stableCheckpoint != nil)
    #expect(node.host.judging.waiting == 1)
    #expect(node.replies[20] == nil)
  }

  @Test func `a claim that is judged aside is agreed on, and one that doesn't hold is declined`()
    throws
  {
    let folder = try Folder()
    var node = try LoneNode(
      path: folder.path + "/ledger",
      isolation: Built.witan.map { .processes(executable: $0, arguments: ["judge-worker"]) }
        ?? .none)
    let (good, bad) = (try node.proof(20, LoneNode.holds), try node.proof(21, LoneNode.fails))
    try node.bring(good)
    try node.bring(bad)
    #expect(node.host.judging.waiting == 2)
    try node.ask(good)
    while node.host.judging.waiting > 0 { try node.goOn() }
    #expect(node.replies == [20: .done])
    try node.ask(node.transfer(22, nonce: 0))
    #expect(node.replies == [20: .done, 22: .done])
  }
}
