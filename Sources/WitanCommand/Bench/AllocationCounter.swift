import Glibc
import Synchronization

/// Counts what is taken from the heap, by whomever: Swift's objects, raw buffers, and C libraries.
///
/// While counting, the slots through which the program and its libraries call `malloc` and its like lead through
/// functions of ours, which count what the counting thread takes and then do as before. So the count is exact, and other
/// threads neither disturb it nor are disturbed. (Swift's own hook for instruments, `_swift_allocObject`, won't do: the
/// runtime takes to other paths for good once it sees it used, and these crash on small strings.) A program
/// without a dynamic linker has no such slots; counting is refused there rather than wrong.
enum AllocationCounter {
  /// How many blocks of memory the calling thread takes from the heap while it runs `body`.
  static func count(during body: () throws -> Void) throws -> Int {
    try turn.withLock { _ in
      let slots = ImportSlot.all(of: Set(substitutes.keys))
      guard !slots.isEmpty, isReady else {
        throw EnvironmentError(
          "this build can't count allocations", remedy: "link the C library dynamically")
      }
      let before = slots.map(\.address.pointee)
      observed.store(UInt(pthread_self()), ordering: .sequentiallyConsistent)
      defer {
        observed.store(0, ordering: .sequentiallyConsistent)
        for (slot, address) in zip(slots, before) { slot.store(address) }
      }
      for slot in slots {
        if let substitute = substitutes[slot.name] { slot.store(substitute) }
      }
      made.store(0, ordering: .sequentiallyConsistent)
      try body()
      return made.load(ordering: .sequentiallyConsistent)
    }
  }

  /// Looks everything up before the first slot is changed: no substitute may do so itself.
  private static var isReady: Bool {
    made.store(0, ordering: .relaxed)
    return realMalloc != nil && realCalloc != nil && realRealloc != nil && realAligned != nil
      && realPosix != nil
  }
}

/// One count at a time: there is only one set of slots.
private let turn = Mutex(())
/// The thread that counts.
private let observed = Atomic<UInt>(0)
/// How many blocks it has taken.
private let made = Atomic<Int>(0)

/// Counts one block if the calling thread is the one that counts. Must not itself take any.
private func note() {
  if UInt(pthread_self()) == observed.load(ordering: .relaxed) { made.add(1, ordering: .relaxed) }
}

private typealias Pointer = UnsafeMutableRawPointer
private typealias Malloc = @convention(c) @Sendable (Int) -> Pointer?
private typealias Calloc = @convention(c) @Sendable (Int, Int) -> Pointer?
private typealias Realloc = @convention(c) @Sendable (Pointer?, Int) -> Pointer?
private typealias Aligned = @convention(c) @Sendable (Int, Int) -> Pointer?
private typealias Posix = @convention(c) @Sendable (Pointer?, Int, Int) -> Int32

private let realMalloc = real("malloc", as: Malloc.self)
private let realCalloc = real("calloc", as: Calloc.self)
private let realRealloc = real("realloc", as: Realloc.self)
private let realAligned = real("aligned_alloc", as: Aligned.self)
private let realPosix = real("posix_memalign", as: Posix.self)

/// The function itself, not the slot through which this image would call it: that one leads back here.
private func real<Function>(_ name: String, as: Function.Type) -> Function? {
  dlsym(nil, name).map { unsafeBitCast($0, to: Function.self) }
}

/// The functions that take memory from the heap, each with the one of ours that stands in for it.
private let substitutes: [String: UInt] = {
  let malloc: Malloc = { size in
    note()
    return realMalloc?(size)
  }
  let calloc: Calloc = { count, size in
    note()
    return realCalloc?(count, size)
  }
  let realloc: Realloc = { block, size in
    note()
    return realRealloc?(block, size)
  }
  let aligned: Aligned = { alignment, size in
    note()
    return realAligned?(alignment, size)
  }
  let posix: Posix = { block, alignment, size in
    note()
    return realPosix?(block, alignment, size) ?? ENOMEM
  }
  return [
    "malloc": unsafeBitCast(malloc, to: UInt.self),
    "calloc": unsafeBitCast(calloc, to: UInt.self),
    "realloc": unsafeBitCast(realloc, to: UInt.self),
    "aligned_alloc": unsafeBitCast(aligned, to: UInt.self),
    "posix_memalign": unsafeBitCast(posix, to: UInt.self),
  ]
}()
