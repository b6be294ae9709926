import Glibc

/// Where the images that make up this process, the program and its libraries, keep the addresses of functions that
/// they import: the global offset tables that the dynamic linker filled in.
///
/// Whoever writes another address into such a slot stands between an image and the function it calls.
struct ImportSlot {
  /// The function's name.
  let name: String
  /// Where its address is kept.
  let address: UnsafeMutablePointer<UInt>
  /// Whether the linker has sealed the page against writing.
  let isSealed: Bool

  /// Every slot of every image for one of these functions.
  static func all(of names: Set<String>) -> [ImportSlot] {
    // Glibc's module leaves this function out, so it is looked up.
    guard let iterate = dlsym(nil, "dl_iterate_phdr") else { return [] }
    var images: [Image] = []
    _ = withUnsafeMutablePointer(to: &images) {
      unsafeBitCast(iterate, to: Iterate.self)(collectImage, $0)
    }
    return images.flatMap { $0.slots(of: names) }
  }

  /// Writes another address into the slot.
  func store(_ value: UInt) {
    guard isSealed else {
      address.pointee = value
      return
    }
    let size = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let page = UnsafeMutableRawPointer(bitPattern: UInt(bitPattern: address) & ~(size - 1))
    mprotect(page, Int(size), PROT_READ | PROT_WRITE)
    address.pointee = value
    mprotect(page, Int(size), PROT_READ)
  }
}

private typealias Visit =
  @convention(c) (UnsafeRawPointer?, Int, UnsafeMutableRawPointer?) -> Int32
private typealias Iterate = @convention(c) (Visit, UnsafeMutableRawPointer?) -> Int32

/// Takes down one image; `info` begins with its base, its name, its headers, and their number.
private let collectImage: Visit = { info, _, list in
  guard let info, let list else { return 0 }
  if let headers = info.load(fromByteOffset: 16, as: UnsafePointer<Elf64_Phdr>?.self) {
    let count = Int(info.load(fromByteOffset: 24, as: UInt16.self))
    list.assumingMemoryBound(to: [Image].self).pointee.append(
      Image(
        base: info.load(as: UInt.self),
        segments: UnsafeBufferPointer(start: headers, count: count)))
  }
  return 0
}

/// A loaded ELF image.
private struct Image {
  let base: UInt
  let segments: UnsafeBufferPointer<Elf64_Phdr>

  /// The kinds of relocation that put a function's address into a slot: `GLOB_DAT` and `JUMP_SLOT`.
  private static var relocations: ClosedRange<UInt64> {
    #if arch(x86_64)
      6...7
    #else
      1025...1026
    #endif
  }

  /// The tags of the dynamic section that matter here.
  private enum Tag {
    static let (plt, pltSize): (Int64, Int64) = (23, 2)
    static let (relocations, relocationsSize): (Int64, Int64) = (7, 8)
    static let (strings, symbols): (Int64, Int64) = (5, 6)
  }

  func slots(of names: Set<String>) -> [ImportSlot] {
    let tags = dynamicSection()
    guard let strings = pointer(tags[Tag.strings], to: CChar.self),
      let symbols = pointer(tags[Tag.symbols], to: Elf64_Sym.self)
    else { return [] }
    let tables = [(Tag.relocations, Tag.relocationsSize), (Tag.plt, Tag.pltSize)]
    return tables.flatMap { start, size -> [ImportSlot] in
      guard let table = pointer(tags[start], to: Elf64_Rela.self) else { return [] }
      let count = Int(tags[size] ?? 0) / MemoryLayout<Elf64_Rela>.size
      return UnsafeBufferPointer(start: table, count: count).compactMap { entry in
        guard Self.relocations.contains(entry.r_info & 0xFFFF_FFFF) else { return nil }
        let symbol = symbols[Int(entry.r_info >> 32)]
        let name = String(cString: strings + Int(symbol.st_name))
        let place = base + UInt(entry.r_offset)
        guard names.contains(name), let address = UnsafeMutablePointer<UInt>(bitPattern: place)
        else { return nil }
        return ImportSlot(name: name, address: address, isSealed: isSealed(place))
      }
    }
  }

  private func segment(_ kind: Int) -> Range<UInt>? {
    segments.first { $0.p_type == kind }.map {
      let start = base + UInt($0.p_vaddr)
      return start..<start + UInt($0.p_memsz)
    }
  }

  private func dynamicSection() -> [Int64: UInt64] {
    guard let range = segment(Int(PT_DYNAMIC)),
      let start = UnsafePointer<Elf64_Dyn>(bitPattern: range.lowerBound)
    else { return [:] }
    let entries = UnsafeBufferPointer(
      start: start, count: range.count / MemoryLayout<Elf64_Dyn>.stride)
    // The section ends at the first tag of zero; each tag that matters stands in it once.
    return entries.prefix { $0.d_tag != 0 }.reduce(into: [:]) { $0[$1.d_tag] = $1.d_un.d_ptr }
  }

  /// The linker has turned these addresses into absolute ones, except in the kernel's own image.
  private func pointer<Target>(_ value: UInt64?, to: Target.Type) -> UnsafePointer<Target>? {
    value.flatMap { UnsafePointer(bitPattern: UInt($0) < base ? UInt($0) + base : UInt($0)) }
  }

  /// The linker seals whole pages only: a segment's last, broken one stays writable.
  private func isSealed(_ place: UInt) -> Bool {
    guard let range = segment(Int(PT_GNU_RELRO)) else { return false }
    let size = UInt(sysconf(Int32(_SC_PAGESIZE)))
    return range.lowerBound <= place && place < range.upperBound & ~(size - 1)
  }
}
