import Witan

/// Something on its way to one node or many, kept once.
struct Parcel: Sendable {
  /// What it holds.
  enum Content: Sendable {
    case message(Message)
    /// Bytes in which a bit flipped.
    case frame([UInt8])
    case request(Request)
    case query(Query)
    case reply(Reply)
    case answer(Answer)
  }

  /// What a verifier said of a message. Whoever knows the same members would say the same.
  struct Opinion: Sendable {
    let horizon: Verifier.Horizon
    let outcome: Outcome

    enum Outcome: Sendable {
      case message(Verified<Message>)
      case request(Verified<Request>)
      case query(Verified<Query>)
      case refused(Rejection)
    }
  }

  let content: Content
  let sender: Int
  let size: Int
  /// Its number in the log.
  let number: UInt64
  var opinion: Opinion?
  /// How many times it is still to arrive.
  var pending = 0
}

/// The parcels on their way, each at a place of its own.
struct ParcelStore: Sendable {
  private var parcels: [Parcel] = []
  private var free: [UInt32] = []
  private var total: UInt64 = 0

  /// How many are on their way.
  var count: Int { parcels.count - free.count }

  mutating func add(_ content: Parcel.Content, from sender: Int, size: Int) -> UInt32 {
    total += 1
    let parcel = Parcel(content: content, sender: sender, size: size, number: total)
    if let place = free.popLast() {
      parcels[Int(place)] = parcel
      return place
    }
    parcels.append(parcel)
    return UInt32(parcels.count - 1)
  }

  /// The parcel at a place, which must hold one.
  subscript(place: UInt32) -> Parcel {
    @inline(__always)
    get { parcels[Int(place)] }
    @inline(__always)
    _modify { yield &parcels[Int(place)] }
  }

  /// One arrival less lies ahead; the last one empties the place.
  @inline(__always)
  mutating func settle(_ place: UInt32) {
    parcels[Int(place)].pending -= 1
    if parcels[Int(place)].pending <= 0 { remove(place) }
  }

  /// Empties a place.
  mutating func remove(_ place: UInt32) {
    parcels[Int(place)] = Parcel(content: .frame([]), sender: 0, size: 0, number: 0)
    free.append(place)
  }
}
