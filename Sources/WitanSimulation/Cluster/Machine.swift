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
  /// The application's states at checkpoints that are on the disk.
  var savedStates: [(sequence: SequenceNumber, snapshot: [UInt8])] = []
  var isUp = true
  /// How often it was started; a timer of an earlier life means nothing.
  var incarnation = 0
  /// The part of a partitioned network it is in.
  var group = 0
  /// How many effects it does before it dies; nil when it lives on.
  var effectsLeft: Int?

  /// Counts an effect down; false when the machine dies instead of doing it.
  mutating func survivesEffect() -> Bool {
    guard let left = effectsLeft else { return isUp }
    guard left > 0 else {
      isUp = false
      effectsLeft = nil
      return false
    }
    effectsLeft = left - 1
    return true
  }

  /// Has the application answer an effect; its states at checkpoints reach the disk before the answer does.
  mutating func answer(_ effect: Effect, clock: Micros) -> Input? {
    let answer = host.answer(effect, clock: clock)
    switch (effect, answer) {
    case (.execute(let execution), _) where execution.isCheckpoint: save(at: execution.sequence)
    case (_, .installed(let sequence, true)?): save(at: sequence)
    case (.releaseStates(let sequence), _): savedStates.removeAll { $0.sequence < sequence }
    default: break
    }
    return answer
  }

  private mutating func save(at sequence: SequenceNumber) {
    guard let snapshot = host.snapshot(at: sequence) else { return }
    savedStates.removeAll { $0.sequence == sequence }
    savedStates.append((sequence, snapshot))
  }
}
