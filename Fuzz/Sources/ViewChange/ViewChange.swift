import Harness

private let harness = Harness("ViewChange")

@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  harness.runErrand(
    (1..<Int(count.pointee)).compactMap { arguments.pointee[$0].map { String(cString: $0) } })
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  harness.test(start, count)
}

@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ start: UnsafeMutablePointer<UInt8>?, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
  harness.mutate(start, count, limit, seed)
}

@_cdecl("LLVMFuzzerCustomCrossOver")
public func cross(
  _ one: UnsafePointer<UInt8>?, _ oneCount: Int, _ other: UnsafePointer<UInt8>?, _ otherCount: Int,
  _ start: UnsafeMutablePointer<UInt8>?, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
  harness.cross(one, oneCount, other, otherCount, start, limit, seed)
}
