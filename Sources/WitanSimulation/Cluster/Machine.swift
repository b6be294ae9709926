import Witan
import WitanCrypto

/// One simulated machine: the shipped replica, its application, and its disk.
struct Machine: Sendable {
  let id: ReplicaID
  let signer: Signer
  var replica: Replica
  var host: StateMachineHost<KeyValueStore>
  /// What is on the disk, folded.
  var disk = Journal.Recovery()
  var isUp = true
  /// How often it was started; a timer of an earlier life means nothing.
  var incarnation = 0
}
