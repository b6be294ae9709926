import Witan

/// What an adversary did that an honest replica wouldn't have.
public struct Deeds: Hashable, Sendable {
  /// Messages, replies and requests that its replica didn't mean to send.
  public var told: UInt64 = 0
  /// What its replica meant to send, and somebody didn't get.
  public var withheld: UInt64 = 0
  /// What its replica meant to send at once, and was sent later.
  public var delayed: UInt64 = 0
  /// Messages that arrived and its replica didn't hear.
  public var ignored: UInt64 = 0
  /// Answers of its application that it changed.
  public var misjudged: UInt64 = 0
  /// How often it killed its machine.
  public var crashes: UInt64 = 0

  /// Whether it did anything.
  public var isInnocent: Bool { self == Deeds() }

  /// Looks at what became of a message that the replica meant for an audience.
  mutating func note(
    _ acts: [Scene.Act], insteadOf message: Message, for audience: Audience,
    among names: some Sequence<ReplicaID>
  ) {
    var reached: [Audience] = []
    for case .send(let other, let to, let delay) in acts {
      guard other.isSame(as: message) else { continue }
      reached.append(to)
      if delay > 0 { delayed += 1 }
    }
    if !reached.contains(audience),
      names.contains(where: { id in audience.includes(id) && !reached.contains { $0.includes(id) } }
      )
    {
      withheld += 1
    }
    note(acts, but: message)
  }

  /// Looks at what was done besides.
  mutating func note(_ acts: [Scene.Act], but message: Message? = nil) {
    for act in acts {
      switch act {
      case .send(let other, let audience, _):
        let isHonest = message.map(other.isSame) ?? false
        if !isHonest, audience != .only([]) { told += 1 }
      case .ask(_, let audience, _): if audience != .only([]) { told += 1 }
      case .crash: crashes += 1
      case .wake: break
      }
    }
  }

  /// Looks at what a client was told.
  mutating func note<Body>(told: Sealed<Body>?, insteadOf honest: Sealed<Body>) {
    if let told { if told.signed != honest.signed { self.told += 1 } } else { withheld += 1 }
  }

  /// Looks at what the application was made to say.
  mutating func note(answer: Input?, insteadOf honest: Input?) {
    let isSame =
      switch (answer, honest) {
      case (nil, nil): true
      case (.validated(let a, let verdict), .validated(let b, let other)):
        a == b && verdict == other
      case (.assembled(let digests, let time), .assembled(let others, let other)):
        digests == others && time == other
      case (.chunkOffered(_, let chunk), .chunkOffered(_, let other)): chunk == other
      case (.some, nil), (nil, .some): false
      default: true
      }
    if !isSame { misjudged += 1 }
  }
}

extension Message {
  /// Whether it is the same message: what its signer signed is all of it.
  fileprivate func isSame(as other: Message) -> Bool {
    guard let signed else { return self == other }
    return signed == other.signed
  }
}
