/// What libFuzzer calls before anything else: what isn't fuzzing is done here.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  Harness.shared.runErrand(
    (1..<Int(count.pointee)).compactMap { arguments.pointee[$0].map { String(cString: $0) } })
  return 0
}

/// What libFuzzer calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  Harness.shared.test(start, count)
}

/// What libFuzzer calls for another input made of one.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ start: UnsafeMutablePointer<UInt8>?, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
  Harness.shared.mutate(start, count, limit, seed)
}

/// What libFuzzer calls for another input made of two.
@_cdecl("LLVMFuzzerCustomCrossOver")
public func cross(
  _ one: UnsafePointer<UInt8>?, _ oneCount: Int, _ other: UnsafePointer<UInt8>?, _ otherCount: Int,
  _ start: UnsafeMutablePointer<UInt8>?, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
  Harness.shared.cross(one, oneCount, other, otherCount, start, limit, seed)
}
