import Witan
import WitanCrypto

/// Some of a block's requests, with what shows that they stand in it: evidence needn't carry what is beside the point.
public struct BlockExcerpt: Equatable, Sendable, Canonical {
  /// The block's header, which commits to all its requests.
  public let header: BlockHeader
  /// The digests of all its requests, in order.
  public let digests: [Digest]
  /// The places of those requests that are here, ascending.
  public let places: [Int]
  /// Those requests.
  public let requests: [Request]

  /// The requests at these places of a block.
  public init(_ block: Block, at places: [Int]) {
    header = block.header
    digests = block.requests.map(\.digest)
    self.places = Set(places).intersection(block.requests.indices).sorted()
    requests = self.places.map { block.requests[$0] }
  }

  /// Writes header, digests, places and requests.
  public func encode(to writer: inout ByteWriter) {
    writer.write(header)
    writer.writeCount(digests.count)
    for digest in digests { writer.write(digest) }
    writer.writeCount(places.count)
    for (place, request) in zip(places, requests) {
      writer.write(UInt32(place))
      writer.write(request)
    }
  }

  /// Reads header, digests, places and requests; refuses what isn't an excerpt of the block that the header names.
  public init(from reader: inout ByteReader) throws(Malformed) {
    header = try BlockHeader(from: &reader)
    var hash = SHA256()
    var digests: [Digest] = []
    let count = try reader.readCount(
      "requests of a block", limit: Bounds.blockRequests, minimumSize: Digest.byteCount)
    for _ in 0..<count {
      digests.append(try reader.readFixed())
      hash.update(digests[digests.count - 1])
    }
    guard header.payload == hash.finish() else { throw .invalid("block's payload") }
    var places: [Int] = []
    var requests: [Request] = []
    let kept = try reader.readCount("requests of an excerpt", limit: count, minimumSize: 4)
    for _ in 0..<kept {
      let place = Int(try reader.readUInt32())
      let request = try Request(from: &reader)
      guard digests.indices.contains(place), digests[place] == request.digest,
        places.last.map({ $0 < place }) ?? true
      else { throw .invalid("request of an excerpt") }
      places.append(place)
      requests.append(request)
    }
    self.digests = digests
    self.places = places
    self.requests = requests
  }
}
