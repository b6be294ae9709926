import Witan
import WitanCrypto

/// A part of a tree: something to be found, a fork, or a part that isn't here but whose digest is known.
enum Node: Sendable {
  case leaf(Leaf)
  case fork(Fork)
  case stub(Stub)

  /// Commits to everything below.
  var digest: Digest {
    switch self {
    case .leaf(let leaf): leaf.digest
    case .fork(let fork): fork.digest
    case .stub(let stub): stub.digest
    }
  }

  /// How many bytes the entries below take when they are written one after the other.
  var weight: UInt64 {
    switch self {
    case .leaf(let leaf): leaf.weight
    case .fork(let fork): fork.weight
    case .stub(let stub): stub.weight
    }
  }

  /// Whether it is the very same object: a part that no update has touched.
  func isSame(as other: Node) -> Bool {
    switch (self, other) {
    case (.leaf(let one), .leaf(let other)): one.isSame(as: other)
    case (.fork(let one), .fork(let other)): one === other
    case (.stub(let one), .stub(let other)): one === other
    default: false
    }
  }
}

/// An entry. Its value stands behind the header in the same block of memory, which saves a pointer and an
/// allocation for each of perhaps millions.
struct Leaf: @unchecked Sendable {
  // Unchecked: a managed buffer can be written to, but nobody does once it is made.

  struct Header {
    let digest: Digest
    let key: Digest
    let count: UInt32
  }

  private let buffer: ManagedBuffer<Header, UInt8>

  /// What an entry weighs besides its value: its key, and its length.
  static let overhead = 36
  static let tag: UInt8 = 0x10

  init(key: Digest, value: [UInt8]) {
    let digest = Self.digest(key: key, value: value)
    buffer = ManagedBuffer.create(minimumCapacity: value.count) { _ in
      Header(digest: digest, key: key, count: UInt32(truncatingIfNeeded: value.count))
    }
    buffer.withUnsafeMutablePointerToElements { target in
      value.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { target.initialize(from: base, count: source.count) }
      }
    }
  }

  var digest: Digest { buffer.header.digest }
  var key: Digest { buffer.header.key }
  var weight: UInt64 { UInt64(Self.overhead) + UInt64(buffer.header.count) }

  var value: [UInt8] {
    buffer.withUnsafeMutablePointers { header, bytes in
      [UInt8](UnsafeBufferPointer(start: bytes, count: Int(header.pointee.count)))
    }
  }

  func hasValue(_ other: [UInt8]) -> Bool {
    buffer.withUnsafeMutablePointers { header, bytes in
      UnsafeBufferPointer(start: bytes, count: Int(header.pointee.count)).elementsEqual(other)
    }
  }

  func isSame(as other: Leaf) -> Bool { buffer === other.buffer }

  static func digest(key: Digest, value: [UInt8]) -> Digest {
    withUnsafeTemporaryAllocation(byteCount: 33 + value.count, alignment: 8) { buffer in
      buffer[0] = tag
      buffer.storeBytes(of: key, toByteOffset: 1, as: Digest.self)
      UnsafeMutableRawBufferPointer(rebasing: buffer[33...]).copyBytes(from: value)
      return SHA256.hash(UnsafeRawBufferPointer(buffer))
    }
  }
}

/// Where keys part: all keys below agree in the bits before `depth`; those on the left have a 0 there.
final class Fork: Sendable {
  let digest: Digest
  let left: Node
  let right: Node
  /// The weight in the upper 56 bits, the depth in the lower 8: a million forks are small only together.
  private let packed: UInt64

  var depth: Int { Int(packed & 0xff) }
  var weight: UInt64 { packed >> 8 }

  init(depth: Int, left: Node, right: Node) {
    let weights = (left.weight, right.weight)
    digest = Self.digest(
      depth: UInt8(truncatingIfNeeded: depth), weights: weights,
      digests: (left.digest, right.digest))
    packed = (weights.0 &+ weights.1) << 8 | UInt64(UInt8(truncatingIfNeeded: depth))
    self.left = left
    self.right = right
  }

  static let tag: UInt8 = 0x11

  /// Both sides' weights are hashed too, so that whoever knows the root knows which entry stands at which offset.
  static func digest(
    depth: UInt8, weights: (UInt64, UInt64), digests: (Digest, Digest)
  ) -> Digest {
    withUnsafeTemporaryAllocation(byteCount: 82, alignment: 8) { buffer in
      buffer[0] = tag
      buffer[1] = depth
      buffer.storeBytes(of: weights.0.littleEndian, toByteOffset: 2, as: UInt64.self)
      buffer.storeBytes(of: weights.1.littleEndian, toByteOffset: 10, as: UInt64.self)
      buffer.storeBytes(of: digests.0, toByteOffset: 18, as: Digest.self)
      buffer.storeBytes(of: digests.1, toByteOffset: 50, as: Digest.self)
      return SHA256.hash(UnsafeRawBufferPointer(buffer))
    }
  }
}

/// A part that isn't here: on disk, or kept out of a proof.
final class Stub: Sendable {
  let digest: Digest
  let weight: UInt64

  init(digest: Digest, weight: UInt64) {
    self.digest = digest
    self.weight = weight
  }
}

extension Digest {
  /// The bit at a place, counted from the first byte's highest.
  @inline(__always)
  func bit(_ place: Int) -> Bool {
    withBytes { $0[place >> 3] >> UInt8(7 - place & 7) & 1 == 1 }
  }

  /// The first place at which two keys differ; 256 when they don't.
  @inline(__always)
  func parting(from other: Digest) -> Int {
    withBytes { mine in
      other.withBytes { theirs in
        for word in 0..<4 {
          let difference =
            mine.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)
            ^ theirs.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)
          if difference != 0 { return 64 * word + difference.bigEndian.leadingZeroBitCount }
        }
        return 256
      }
    }
  }
}
