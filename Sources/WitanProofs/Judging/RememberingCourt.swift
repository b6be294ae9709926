import Synchronization

/// Rulings that are made once, whoever asks: several threads may.
public final class RulingMemory: Sendable {
  private let cache: Mutex<RulingCache>

  /// Remembers so many rulings by a solver of this version.
  public init(limit: Int = 65_536, solver: String = SolverContext.version) {
    cache = Mutex(RulingCache(limit: limit, solver: solver))
  }

  /// A ruling on each claim, in order; those that aren't known yet are made all at once.
  public func rulings(on claims: [Claim], by judge: ([Claim]) -> [Ruling]) -> [Ruling] {
    var rulings = known(claims)
    let open = rulings.indices.filter { rulings[$0] == nil }
    if !open.isEmpty {
      let asked = open.map { claims[$0] }
      let made = judge(asked)
      for (index, ruling) in zip(open, made) { rulings[index] = ruling }
      keep(made, on: asked)
    }
    return rulings.map { $0 ?? Ruling(.rejected(.unavailable("the judge said nothing"))) }
  }

  /// What is known of claims; nil for those of which nothing is.
  public func known(_ claims: [Claim]) -> [Ruling?] {
    cache.withLock { cache in claims.map { cache[$0] } }
  }

  /// Remembers rulings on claims, those that every judge makes.
  public func keep(_ rulings: [Ruling], on claims: [Claim]) {
    cache.withLock { cache in
      for (ruling, claim) in zip(rulings, claims) { cache.keep(ruling, on: claim) }
    }
  }
}

/// A court that asks another one, about each claim once.
public struct RememberingCourt: Adjudicator {
  private let court: any Adjudicator
  private let memory: RulingMemory

  /// A court that has heard nothing yet.
  public init(_ court: any Adjudicator, limit: Int = 65_536) {
    self.court = court
    memory = RulingMemory(limit: limit, solver: court.solver)
  }

  /// The version of the solver that the other one rules by.
  public var solver: String { court.solver }

  /// A ruling on each claim, in order.
  public func rulings(on claims: [Claim]) -> [Ruling] {
    memory.rulings(on: claims) { court.rulings(on: $0) }
  }
}
