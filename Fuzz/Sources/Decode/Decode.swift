import Harness

private let harness = Harness("Decode")

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
