import Dispatch
import Foundation
import Synchronization

/// A thread of its own on which cases run, and all that they await.
final class Lane: TaskExecutor, @unchecked Sendable {
  private let jobs = Mutex<(queue: [UnownedJob], isClosed: Bool)>(([], false))
  private let arrival = DispatchSemaphore(value: 0)
  private let mark: UnsafeMutablePointer<TrapGuard.Mark>
  private let attempt = Mutex<Attempt?>(nil)

  private let owner: Lane?

  /// A lane that writes a byte here when it traps.
  convenience init(wake: Int32) {
    let mark = UnsafeMutablePointer<TrapGuard.Mark>.allocate(capacity: 1)
    mark.initialize(to: .init(wake: wake))
    self.init(mark, owner: nil)
  }

  /// A lane beside another: what traps here has trapped there.
  convenience init(beside owner: Lane) { self.init(owner.mark, owner: owner) }

  private init(_ mark: UnsafeMutablePointer<TrapGuard.Mark>, owner: Lane?) {
    self.mark = mark
    self.owner = owner
    let thread = Thread { [self] in
      TrapGuard.protectThread(self.mark)
      work()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  deinit { if owner == nil { mark.deallocate() } }

  /// The signal that ended this lane.
  var trap: Int32? { mark.pointee.signal == 0 ? nil : mark.pointee.signal }

  /// The case that is running.
  var current: Attempt? {
    get { attempt.withLock { $0 } }
    set { attempt.withLock { $0 = newValue } }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.queue.append(job) }
    arrival.signal()
  }

  /// Lets the thread end once nothing is left for it to do.
  func close() {
    jobs.withLock { $0.isClosed = true }
    arrival.signal()
  }

  private func work() {
    while true {
      arrival.wait()
      let (job, isClosed) = jobs.withLock { jobs in
        (jobs.queue.isEmpty ? nil : jobs.queue.removeFirst(), jobs.isClosed)
      }
      if let job {
        job.runSynchronously(on: asUnownedTaskExecutor())
      } else if isClosed {
        return
      }
    }
  }
}
