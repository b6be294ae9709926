/// Why a proof doesn't show that a certified state gives an answer.
public enum Unproved: Error, Hashable, Sendable, CustomStringConvertible {
  /// None came with it.
  case noProof
  /// Nobody here knows how to check it: the client has no check of the application's.
  case noCheck
  /// It isn't in the form that proofs have.
  case malformed(Malformed)
  /// This chunk isn't part of the certified state.
  case foreignChunk(UInt32)
  /// This chunk doesn't come after the one before it.
  case misplacedChunk(UInt32)
  /// Bytes that the answer depends on aren't shown.
  case missing(Range<Int>)
  /// What is shown is true, and proves the answer to another question.
  case irrelevant(StaticName)
  /// The certified state gives another answer.
  case otherAnswer

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .noProof: "no proof came with it"
    case .noCheck: "this client can't check proofs; give it the application's check"
    case .malformed(let fault): "the proof can't be read: \(fault)"
    case .foreignChunk(let index): "chunk \(index) isn't part of the certified state"
    case .misplacedChunk(let index): "chunk \(index) doesn't come after the one before it"
    case .missing(let range): "bytes \(range) of the state are needed and not shown"
    case .irrelevant(let name): "\(name) has nothing to do with the question"
    case .otherAnswer: "the certified state gives another answer"
    }
  }
}
