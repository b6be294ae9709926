import Foundation
import Testing
import Witan
import WitanProofs

@testable import WitanNode

/// What a worker can't do, each tried in a process of its own.
@Suite struct ConfinementTests {
  @Test func `it can open no file, write none, and reach no network`() async {
    await #expect(processExitsWith: .success) {
      // Opened beforehand, as a leak would be.
      let path = "/tmp/witan-confinement-\(getpid())"
      let leaked = open(path, O_RDWR | O_CREAT, 0o600)
      unlink(path)
      signal(SIGXFSZ, SIG_IGN)
      Confinement.apply(addressBytes: 64 << 30)
      let opened = open("/etc/hostname", O_RDONLY)
      let made = creat("/tmp/witan-confinement-made", 0o600)
      let connected = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      let written = write(leaked, "x", 1)
      exit(opened < 0 && made < 0 && connected < 0 && written < 0 ? 0 : 1)
    }
  }

  @Test func `it has so much memory and no more`() async {
    await #expect(processExitsWith: .success) {
      Confinement.apply(addressBytes: 2 << 30)
      let room = mmap(nil, 4 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      exit(room == MAP_FAILED ? 0 : 1)
    }
  }

  @Test func `its processor time runs out`() async {
    await #expect(processExitsWith: .signal(SIGXCPU)) {
      Confinement.limitProcessor(seconds: 0)
      while true {}
    }
  }

  @Test func `judging still works inside, and rules as it does outside`() async throws {
    await #expect(processExitsWith: .success) {
      SolverContext.limitMemory(megabytes: 1_024)
      let claims = try [
        "(assert false)", "(declare-const x Int)(assert (> x 3))",
        "(set-logic QF_BV)(declare-const a (_ BitVec 8))(assert (not (= (bvadd a a) (bvmul a #x02))))",
      ].map { try Claim("c", script: Array($0.utf8)) }
      let outside = Judge().rulings(on: claims)
      Confinement.apply(addressBytes: 64 << 30)
      exit(Judge().rulings(on: claims) == outside ? 0 : 1)
    }
  }
}
