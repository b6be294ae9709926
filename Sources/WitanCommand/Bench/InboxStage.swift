import Witan
import WitanCrypto

/// An inbox in which something of everybody waits: what is taken out is put in again.
struct InboxStage {
  private var inbox: Inbox<[UInt8]>

  /// So many replicas with four votes each, and as many clients with one request each.
  init(members count: Int) throws {
    let authority = SimulatedAuthority(seed: 1)
    let members = try Membership(
      (0..<UInt32(count)).map {
        Member(id: ReplicaID($0), key: authority.signer(UInt64($0)).publicKey)
      })
    inbox = Inbox(members: members, parameters: Parameters())
    let frame = [UInt8](repeating: 1, count: 126)
    for index in 0..<UInt32(count) {
      for _ in 0..<4 { _ = inbox.add(frame, bytes: frame.count, from: .replica(ReplicaID(index))) }
      _ = inbox.add(frame, bytes: frame.count, from: .client(UInt64(index)))
    }
  }

  /// Takes out the next frame and puts it in again, so many times.
  mutating func run(_ operations: Int) {
    for _ in 0..<operations {
      guard let (frame, source) = inbox.next() else { return }
      _ = inbox.add(frame, bytes: frame.count, from: source)
    }
  }
}
