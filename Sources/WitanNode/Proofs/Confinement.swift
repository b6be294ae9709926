import Glibc

/// The walls around a worker: they can't be taken down again by whoever is inside.
enum Confinement {
  /// No more memory than this, no new files or sockets, nothing written to a file, no core dump; and where the kernel
  /// filters system calls, none but those that computing needs.
  static func apply(addressBytes: UInt) {
    limit(Int32(RLIMIT_AS.rawValue), addressBytes)
    limit(Int32(RLIMIT_FSIZE.rawValue), 0)
    limit(Int32(RLIMIT_CORE.rawValue), 0)
    // Nothing can be opened any more; what is open stays.
    limit(Int32(RLIMIT_NOFILE.rawValue), 0)
    filterSystemCalls()
  }

  /// From now on so many seconds of processor time, and then SIGXCPU.
  static func limitProcessor(seconds: UInt) {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    let used = UInt(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + 1
    var bound = rlimit(rlim_cur: used + seconds, rlim_max: .max)
    setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &bound)
  }

  private static func limit(_ resource: Int32, _ value: UInt) {
    var bound = rlimit(rlim_cur: value, rlim_max: value)
    setrlimit(__rlimit_resource_t(UInt32(resource)), &bound)
  }

  // MARK: System calls

  #if arch(x86_64)
    private static let architecture: UInt32 = 0xC000_003E
    /// read, write, close, fstat, mmap, mprotect, munmap, brk, rt_sigaction, rt_sigprocmask, rt_sigreturn, sched_yield,
    /// mremap, madvise, getpid, sendto, recvfrom, exit, getrusage, sysinfo, gettid, futex, clock_gettime, exit_group,
    /// tgkill, prlimit64, getrandom.
    private static let admitted: [UInt32] = [
      0, 1, 3, 5, 9, 10, 11, 12, 13, 14, 15, 24, 25, 28, 39, 44, 45, 60, 98, 99, 186, 202, 228, 231,
      234, 302, 318,
    ]
  #elseif arch(arm64)
    private static let architecture: UInt32 = 0xC000_00B7
    /// The same calls, as they are numbered there.
    private static let admitted: [UInt32] = [
      57, 63, 64, 80, 93, 94, 98, 113, 124, 131, 134, 135, 139, 165, 172, 178, 179, 206, 207, 214,
      215, 216, 222, 226, 233, 261, 278,
    ]
  #endif

  /// Every other call fails with EPERM, as if it weren't allowed to anyone. Where the kernel knows no filters, nothing
  /// happens: the limits above stand alone then.
  private static func filterSystemCalls() {
    #if arch(x86_64) || arch(arm64)
      guard let symbol = dlsym(nil, "prctl") else { return }
      typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
      let control = unsafeBitCast(symbol, to: Control.self)
      // PR_SET_NO_NEW_PRIVS, without which only root may filter.
      guard control(38, 1, 0, 0, 0) == 0 else { return }
      var program = self.program
      program.withUnsafeMutableBytes { program in
        var header: (length: UInt16, padding: UInt16, more: UInt32, filter: UInt) = (
          UInt16(program.count / 8), 0, 0, UInt(bitPattern: program.baseAddress)
        )
        // PR_SET_SECCOMP with SECCOMP_MODE_FILTER.
        withUnsafeMutablePointer(to: &header) {
          _ = control(22, 2, UInt(bitPattern: $0), 0, 0)
        }
      }
    #endif
  }

  #if arch(x86_64) || arch(arm64)
    /// A program for the kernel's filter (BPF): the architecture must be this one, and the number one of those admitted.
    private static var program: [UInt64] {
      let (load, jumpIfEqual, answer): (UInt64, UInt64, UInt64) = (0x20, 0x15, 0x06)
      let (allow, deny): (UInt64, UInt64) = (0x7FFF_0000, 0x0005_0001)
      func step(_ code: UInt64, _ value: UInt64, yes: UInt64 = 0, no: UInt64 = 0) -> UInt64 {
        code | yes << 16 | no << 24 | value << 32
      }
      let count = UInt64(admitted.count)
      var program = [
        step(load, 4), step(jumpIfEqual, UInt64(architecture), no: count + 1), step(load, 0),
      ]
      for (index, number) in admitted.enumerated() {
        program.append(step(jumpIfEqual, UInt64(number), yes: count - UInt64(index)))
      }
      return program + [step(answer, deny), step(answer, allow)]
    }
  #endif
}
