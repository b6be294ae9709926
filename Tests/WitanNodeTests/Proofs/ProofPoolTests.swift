import Foundation
import Synchronization
import Testing
import Witan
import WitanProofs

@testable import WitanNode

/// Workers are the `witan` that was built along with the tests.
@Suite(
  .enabled(if: Built.witan != nil, "the witan executable isn't there"), .timeLimit(.minutes(2)))
struct ProofPoolTests {
  private func pool(lanes: Int = 2) throws -> ProofPool {
    ProofPool(
      .processes(executable: try #require(Built.witan), arguments: ["judge-worker"]), lanes: lanes,
      cached: 1)
  }

  private func claim(_ number: Int, _ script: String = "", budget: UInt32 = 100_000) throws -> Claim
  {
    let text =
      script.isEmpty
      ? "(declare-const x Int)(assert (> x \(number)))(assert (< x \(number)))" : script
    return try Claim("claim \(number)", script: Array(text.utf8), budget: budget)
  }

  /// Some milliseconds of work each.
  private func work(_ number: Int) throws -> Claim {
    try claim(
      number,
      """
      (set-logic QF_BV)(declare-const a (_ BitVec 16))(declare-const b (_ BitVec 16))
      (assert (= (bvmul ((_ zero_extend 16) a) ((_ zero_extend 16) b)) (_ bv\(4_294_049_777 - number) 32)))
      (assert (bvugt a (_ bv1 16)))(assert (bvugt b (_ bv1 16)))
      """, budget: 30_000)
  }

  @Test func `workers rule as this process does`() throws {
    let claims =
      try (0..<20).map { try claim($0) } + [
        claim(30, "(declare-const x Int)(assert (> x 3))"), claim(31, "(assert"),
        claim(32, "(assert (> y 3))"), work(5),
        Claim(
          "witness", script: Array("(declare-const x Int)(assert (> x 3))".utf8),
          expectation: .satisfiable(witness: Array("(define-fun x () Int 4)".utf8))),
      ]
    let here = Judge().rulings(on: claims)
    #expect(try pool().rulings(on: claims) == here)
    #expect(ProofPool(.none, lanes: 3).rulings(on: claims) == here)
    #expect(Set(here.map(\.outcome.word)) == ["proved", "refuted", "rejected", "undecided"])
  }

  @Test func `a worker killed in the middle of a batch changes no ruling`() throws {
    let claims = try (0..<60).map { try work($0) }
    let here = ProofPool(.none, lanes: 2).rulings(on: claims)
    let pool = try pool()
    _ = pool.rulings(on: [claims[0]])
    let isDone = Atomic<Bool>(false)
    let killed = Mutex<Set<pid_t>>([])
    Thread.detachNewThread {
      while !isDone.load(ordering: .acquiring) {
        for worker in Self.children()
        where killed.withLock({ $0.count < 4 && $0.insert(worker).inserted }) {
          kill(worker, SIGKILL)
        }
        usleep(150_000)
      }
    }
    let rulings = pool.rulings(on: claims)
    isDone.store(true, ordering: .releasing)
    #expect(killed.withLock { $0.count } >= 2)
    #expect(rulings == here)
  }

  /// The worker processes that this process has.
  private static func children() -> [pid_t] {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    let lists = tasks.compactMap {
      try? String(contentsOfFile: "/proc/self/task/\($0)/children", encoding: .utf8)
    }
    return lists.flatMap { $0.split(separator: " ") }.compactMap { pid_t($0) }.filter { id in
      (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8))?.contains(
        "judge-worker") == true
    }
  }

  @Test func `a claim that eats memory is rejected alone, with that reason`() throws {
    // Sixty-four thousand bits times as many: nothing counts the resources of writing that out.
    let greedy = try claim(
      0,
      """
      (set-logic QF_BV)(declare-const a (_ BitVec 65536))(declare-const b (_ BitVec 65536))
      (assert (= (bvmul a b) (bvmul (bvmul a a) (bvmul b b))))
      """, budget: 4_000_000_000)
    let pool = try pool(lanes: 1)
    let rulings = try pool.rulings(on: [claim(1), greedy, claim(2)])
    #expect(rulings.map(\.isProved) == [true, false, true])
    #expect(!rulings[1].isReproducible, "\(rulings[1])")
  }

  @Test func `a worker that can't be started rejects, and says so`() throws {
    let pool = ProofPool(.processes(executable: "/nonexistent", arguments: []), lanes: 2)
    let ruling = try #require(try pool.rulings(on: [claim(1)]).first)
    #expect(ruling.outcome == .rejected(.unavailable("no worker process could be started")))
    let other = ProofPool(.processes(executable: "/bin/false", arguments: []), lanes: 2)
    #expect(try other.rulings(on: [claim(1)]).first?.outcome.word == "rejected")
    let silent = ProofPool(.processes(executable: "/bin/cat", arguments: []), lanes: 1)
    #expect(try silent.rulings(on: [claim(1)]).first?.outcome.word == "rejected")
  }

  @Test
  func
    `what a worker died of is told, and another is tried before anything is held against a claim`()
    throws
  {
    func ruling(_ death: String) throws -> Ruling.Outcome? {
      let pool = ProofPool(
        .processes(executable: "/bin/sh", arguments: ["-c", death]), lanes: 1)
      return try pool.rulings(on: [claim(1)]).first?.outcome
    }
    let timedOut = try ruling("kill -XCPU $$")
    #expect(timedOut == .rejected(.timedOut))
    #expect(try ruling("kill -SEGV $$") == .rejected(.crashed(signal: SIGSEGV)))
    #expect(try ruling("kill -KILL $$") == .rejected(.crashed(signal: SIGKILL)))
  }

  @Test func `what was ruled isn't asked again, unless the machine failed`() throws {
    let pool = ProofPool(
      .processes(executable: try #require(Built.witan), arguments: ["judge-worker"]), lanes: 1)
    let first = try pool.rulings(on: [claim(1)])
    let worker = try #require(pool.workers.first)
    kill(worker, SIGKILL)
    #expect(try pool.rulings(on: [claim(1)]) == first)
    #expect(
      pool.workers == [worker], "the ruling came from the cache: the dead worker wasn't noticed")
    #expect(try pool.rulings(on: [claim(2)]).first?.isProved == true)
    #expect(pool.workers != [worker])
  }
}

/// What was built along with the tests.
enum Built {
  static var witan: String? {
    let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = tests.map { URL(filePath: $0).deletingLastPathComponent().path + "/witan" }
    return path.flatMap { FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil }
  }
}
