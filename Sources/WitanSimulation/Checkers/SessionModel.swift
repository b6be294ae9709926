import Witan
import WitanCrypto

/// What may run, said as plainly as possible: a request runs if it isn't void and its number is above all that its
/// client's session remembers; a session is forgotten when its last run is more than a horizon past; newcomers need
/// room. One request after the other, nothing cached.
struct SessionModel: Sendable {
  private struct Session {
    var number: UInt64
    var sequence: SequenceNumber
  }

  private let limit: Int
  private let horizon: UInt64
  private var sessions: [PublicKey: Session] = [:]

  init(_ parameters: Parameters) {
    limit = Int(parameters.sessionLimit)
    horizon = parameters.sessionHorizon
  }

  /// Which of a block's requests run; they count as having run from now on.
  mutating func run(_ requests: [Request], at sequence: SequenceNumber) -> [Request] {
    requests.filter { request in
      guard mayRun(request, at: sequence) else { return false }
      sessions[request.client] = Session(number: request.number, sequence: sequence)
      return true
    }
  }

  private mutating func mayRun(_ request: Request, at sequence: SequenceNumber) -> Bool {
    guard request.expiry >= sequence, request.expiry.distance(after: sequence) <= horizon else {
      return false
    }
    if let session = sessions[request.client],
      sequence.distance(after: session.sequence) <= horizon
    {
      return request.number > session.number
    }
    if sessions.count >= limit {
      let horizon = horizon
      sessions = sessions.filter { sequence.distance(after: $0.value.sequence) <= horizon }
    }
    return sessions.count < limit
  }
}
