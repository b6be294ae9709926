import Witan

/// Something on its way to one node or many, kept once.
enum Parcel {
  /// What it holds. What isn't among replicas is rarer, and kept in a box.
  enum Content: Sendable {
    case message(Message)
    /// Bytes in which a bit flipped.
    case frame([UInt8])
    case request(Request)
    indirect case query(Query)
    indirect case reply(Reply)
    indirect case answer(Answer)
  }

  /// What a verifier made of it, but for messages that it let in. Whoever knows the same members would say the same. It
  /// is kept apart, so that a delivery need copy nothing else.
  enum Opinion: Sendable {
    case request(Verified<Request>)
    indirect case query(Verified<Query>)
    indirect case refused(Rejection)
  }

  /// What is written on the outside. It touches no heap: it is read with every delivery.
  struct Label: Sendable {
    let sender: Int
    let size: Int
    /// Its number in the log.
    let number: UInt64
    /// How many times it is still to arrive.
    var pending = 0
  }
}

/// The parcels on their way, each at a place of its own. What is asked at different times lies in different lists, so that
/// a question copies nothing but its answer.
struct ParcelStore: Sendable {
  private var labels: [Parcel.Label] = []
  private var contents: [Parcel.Content] = []
  /// What the verifier knew whose opinion is kept.
  private var horizons: [Verifier.Horizon?] = []
  /// The messages among them that the verifier let in: they are nearly all there is.
  private var messages: [Verified<Message>?] = []
  private var opinions: [Parcel.Opinion?] = []
  private var free: [UInt32] = []
  private var total: UInt64 = 0

  /// How many are on their way.
  var count: Int { labels.count - free.count }

  mutating func add(_ content: consuming Parcel.Content, from sender: Int, size: Int) -> UInt32 {
    total += 1
    let label = Parcel.Label(sender: sender, size: size, number: total)
    if let place = free.popLast() {
      labels[Int(place)] = label
      contents[Int(place)] = content
      horizons[Int(place)] = nil
      return place
    }
    labels.append(label)
    contents.append(content)
    horizons.append(nil)
    messages.append(nil)
    opinions.append(nil)
    return UInt32(labels.count - 1)
  }

  /// The label of the parcel at a place, which must hold one.
  subscript(place: UInt32) -> Parcel.Label {
    @inline(__always)
    get { labels[Int(place)] }
    @inline(__always)
    _modify { yield &labels[Int(place)] }
  }

  /// What the parcel at a place holds.
  @inline(__always)
  func content(at place: UInt32) -> Parcel.Content { contents[Int(place)] }

  /// Whether what a verifier that knows so much made of the parcel at a place is kept.
  @inline(__always)
  func isJudged(_ place: UInt32, by horizon: Verifier.Horizon) -> Bool {
    horizons[Int(place)] == horizon
  }

  /// The message in the parcel at a place, if the verifier let it in. With its last arrival it is handed over.
  @inline(__always)
  mutating func message(at place: UInt32) -> Verified<Message>? {
    guard labels[Int(place)].pending == 1 else { return messages[Int(place)] }
    var message: Verified<Message>?
    swap(&message, &messages[Int(place)])
    return message
  }

  /// What the verifier made of the parcel at a place that holds no message, or one that it refused.
  @inline(__always)
  func opinion(at place: UInt32) -> Parcel.Opinion? { opinions[Int(place)] }

  /// Keeps what a verifier that knows so much made of a parcel: a message that it let in, or something else.
  mutating func keep(
    _ message: Verified<Message>?, _ opinion: Parcel.Opinion?, by horizon: Verifier.Horizon,
    at place: UInt32
  ) {
    horizons[Int(place)] = horizon
    messages[Int(place)] = message
    opinions[Int(place)] = opinion
  }

  /// One arrival less lies ahead; the last one empties the place.
  @inline(__always)
  mutating func settle(_ place: UInt32) {
    labels[Int(place)].pending -= 1
    if labels[Int(place)].pending <= 0 { remove(place) }
  }

  /// Empties a place.
  mutating func remove(_ place: UInt32) {
    contents[Int(place)] = .frame([])
    messages[Int(place)] = nil
    opinions[Int(place)] = nil
    free.append(place)
  }
}
