import Witan
import WitanCrypto

/// What a place in the contracts' state is for.
enum ContractKey: Hashable, Sendable {
  case clock
  case head
  case treasury
  case registry
  case account(PublicKey)
  case stake(PublicKey)
  case seat(UInt64)
  case committee(Epoch)
  case block(BlockNumber)
  case available(Digest)
  case entries(SlotNumber)
  case proposal(UInt64)

  /// The key of the tree.
  var digest: Digest {
    var writer = ByteWriter()
    for byte in "witan/1c".utf8 { writer.write(byte) }
    switch self {
    case .clock: writer.write(UInt8(1))
    case .head: writer.write(UInt8(2))
    case .treasury: writer.write(UInt8(3))
    case .registry: writer.write(UInt8(4))
    case .account(let key):
      writer.write(UInt8(5))
      writer.write(key)
    case .stake(let key):
      writer.write(UInt8(6))
      writer.write(key)
    case .seat(let index):
      writer.write(UInt8(7))
      writer.write(index)
    case .committee(let epoch):
      writer.write(UInt8(8))
      writer.write(epoch)
    case .block(let number):
      writer.write(UInt8(9))
      writer.write(number)
    case .available(let digest):
      writer.write(UInt8(10))
      writer.write(digest)
    case .entries(let slot):
      writer.write(UInt8(11))
      writer.write(slot)
    case .proposal(let id):
      writer.write(UInt8(12))
      writer.write(id)
    }
    return writer.withBytes { SHA256.hash($0) }
  }
}
