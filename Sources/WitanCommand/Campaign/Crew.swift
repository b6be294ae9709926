import Glibc

/// Threads that work side by side at tasks. What they find is handed over in the order of the tasks, so that nothing
/// depends on who was faster.
struct Crew: Sendable {
  /// How many threads.
  let size: Int

  /// How many processors there are for this process.
  static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// A thread's stack: a simulation needs far less, and pages that aren't touched cost nothing.
  private static let stack = 16 << 20

  /// Works until there are no tasks left, or `deliver` says no to more. Tasks are asked for by one thread at a time;
  /// `deliver` is called here.
  func work<Task: Sendable, Result: Sendable>(
    at tasks: @escaping () -> Task?, by body: @escaping @Sendable (Task) -> Result,
    deliver: (Task, Result) throws -> Bool
  ) throws {
    let board = Board(tasks: tasks, lead: 64 * size, body: body)
    var threads: [pthread_t] = []
    defer {
      board.stop()
      for thread in threads { pthread_join(thread, nil) }
    }
    for _ in 0..<max(1, size) { threads.append(try Self.start { board.work() }) }
    while let (task, result) = board.next(), try deliver(task, result) {}
  }

  private final class Errand: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private static func start(_ body: @escaping @Sendable () -> Void) throws -> pthread_t {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stack)
    var thread = pthread_t()
    let errand = Unmanaged.passRetained(Errand(body))
    let code = pthread_create(
      &thread, &attributes,
      { pointer in
        guard let pointer else { return nil }
        Unmanaged<Errand>.fromOpaque(pointer).takeRetainedValue().body()
        return nil
      }, errand.toOpaque())
    guard code == 0 else {
      errand.release()
      throw EnvironmentError(
        "no thread can be started: \(String(cString: strerror(code)))",
        remedy: "try again with fewer --jobs")
    }
    return thread
  }
}

/// Where threads take tasks from, and leave what they found. All of it is guarded by one lock.
private final class Board<Task: Sendable, Result: Sendable>: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let tasks: () -> Task?
  private let body: @Sendable (Task) -> Result
  /// How far threads may run ahead of what was handed over.
  private let lead: Int
  private var taken = 0
  private var handed = 0
  private var hasMore = true
  private var found: [Int: (Task, Result)] = [:]

  init(tasks: @escaping () -> Task?, lead: Int, body: @escaping @Sendable (Task) -> Result) {
    self.tasks = tasks
    self.lead = lead
    self.body = body
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    changed.deallocate()
    lock.deallocate()
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(lock)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(lock)
    }
    return body()
  }

  /// What a thread does.
  func work() {
    while let (number, task) = take() {
      let result = body(task)
      locked { found[number] = (task, result) }
    }
  }

  private func take() -> (Int, Task)? {
    locked {
      while hasMore, taken - handed >= lead { pthread_cond_wait(changed, lock) }
      guard hasMore, let task = tasks() else {
        hasMore = false
        return nil
      }
      taken += 1
      return (taken - 1, task)
    }
  }

  /// What was found next, in the order of the tasks; nil when that was all.
  func next() -> (Task, Result)? {
    locked {
      while found[handed] == nil, hasMore || handed < taken { pthread_cond_wait(changed, lock) }
      guard let next = found.removeValue(forKey: handed) else { return nil }
      handed += 1
      return next
    }
  }

  /// Hands out nothing more.
  func stop() { locked { hasMore = false } }
}
