import Witan
import WitanCrypto

/// Certificates: every decision that a correct replica reports carries commits of a quorum of its own epoch's members, and
/// so does every stable checkpoint. They are checked as a light client checks them, from the genesis on. And no correct
/// replica enters a view but the first unless a quorum asked for it.
public struct CertificateChecker: Checker {
  /// The commits that were checked already, of one block in one view: the members sign the same thing for everybody.
  private struct Checked {
    let certificate: CommitCertificate
    var signatures: [Seat: Signature] = [:]
  }

  /// What it knows beforehand.
  public var vantage: Vantage
  /// What it found.
  public private(set) var findings = Findings()
  /// A light client for each epoch: each forgets what is long past.
  private var lights: [LightClient]
  /// Certificates of epochs that nobody has led to yet.
  private var ahead: [(certificate: CommitCertificate, header: BlockHeader, by: Happening)] = []
  private var endings: [Epoch: CheckpointCertificate] = [:]
  private var announced: [Epoch: Membership] = [:]
  private var checked: [SequenceNumber: Checked] = [:]
  private var latest: SequenceNumber = 0
  /// The new-views that were sent for a view, until one is found that a quorum asked for: then none.
  private var openings: [ViewPlace: [NewView]] = [:]

  private struct ViewPlace: Hashable {
    let epoch: Epoch
    let view: View
  }

  /// How many new-views for one view are looked at. More than one is a liar's.
  private static let openingsLimit = 8

  /// How many certificates wait for their epoch to be known.
  static let aheadLimit = 4_096

  /// A checker that has seen nothing yet.
  public init(_ vantage: Vantage) {
    self.vantage = vantage
    lights = [LightClient(genesis: vantage.genesis, scheme: vantage.scheme)]
  }

  /// The latest epoch that certificates led to.
  public var epoch: Epoch { Epoch(UInt64(lights.count - 1)) }

  /// Whoever knows the members of an epoch, if it is known.
  public func verifier(for epoch: Epoch) -> Verifier? {
    lights.indices.contains(Int(clamping: epoch.rawValue))
      ? lights[Int(epoch.rawValue)].verifier : nil
  }

  /// Sees what happened.
  public mutating func observe(_ happening: Happening) {
    if case .sent(.newView(let newView), _) = happening.event { return note(newView) }
    guard vantage.isCorrect(happening.node), case .report(let report) = happening.event else {
      return
    }
    switch report {
    // Its leader enters it before others are told.
    case .enteredView(let epoch, let view, let leader)
    where view > 0 && leader != vantage.names[happening.node]:
      checkEntry(ViewPlace(epoch: epoch, view: view), happening)
    case .decided(let certificate, let header): check(certificate, header, happening)
    case .stable(let certificate): check(certificate, happening)
    case .enteredEpoch(let epoch, let members):
      announced[epoch] = members
      follow()
    default: break
    }
  }

  private mutating func check(
    _ certificate: CommitCertificate, _ header: BlockHeader, _ happening: Happening
  ) {
    guard certificate.epoch <= epoch else {
      if ahead.count < Self.aheadLimit { ahead.append((certificate, header, happening)) }
      return
    }
    let sequence = certificate.sequence
    if let known = checked[sequence], isCovered(certificate, header, by: known) { return }
    do throws(LightClient.Fault) {
      try lights[Int(certificate.epoch.rawValue)].verify(certificate, of: header)
      note(certificate)
    } catch {
      findings.add(
        .certificate, at: happening, sequence, detail: "its decision isn't certified: \(error)")
    }
  }

  /// Whether every one of the signatures was checked, and they are a quorum's: counted here once more.
  private func isCovered(
    _ certificate: CommitCertificate, _ header: BlockHeader, by known: Checked
  ) -> Bool {
    let other = known.certificate
    guard certificate.digest == other.digest, certificate.view == other.view,
      certificate.epoch == other.epoch, header.digest == certificate.digest,
      header.height == certificate.sequence,
      let members = verifier(for: certificate.epoch)?.members(of: certificate.epoch),
      certificate.commits.seats.count == certificate.commits.signatures.count
    else { return false }
    var power: UInt64 = 0
    for (seat, signature) in zip(certificate.commits.seats, certificate.commits.signatures) {
      guard known.signatures[seat] == signature else { return false }
      power += members[seat].power.rawValue
    }
    let total = members.quorum.total.rawValue
    return 2 * power > total + (total - 1) / 3
  }

  private mutating func note(_ certificate: CommitCertificate) {
    var known = checked[certificate.sequence] ?? Checked(certificate: certificate)
    if known.certificate.digest != certificate.digest
      || known.certificate.view != certificate.view
    {
      known = Checked(certificate: certificate)
    }
    for (seat, signature) in zip(certificate.commits.seats, certificate.commits.signatures) {
      known.signatures[seat] = signature
    }
    checked[certificate.sequence] = known
    latest = max(latest, certificate.sequence)
    let window = vantage.genesis.parameters.window
    if checked.count > 2 * Int(window) + 64 {
      let latest = latest
      checked = checked.filter { latest.distance(after: $0.key) < window }
    }
  }

  private mutating func note(_ newView: NewView) {
    let statement = newView.statement
    if let members = verifier(for: statement.epoch)?.members(of: statement.epoch),
      newView.signer != members[members.leader(of: statement.view, in: statement.epoch)].id
    {
      return
    }
    let place = ViewPlace(epoch: statement.epoch, view: statement.view)
    let known = openings[place]
    // None at all stands for those that were found good.
    if let known, known.isEmpty || known.count == Self.openingsLimit || known.contains(newView) {
      return
    }
    openings[place, default: []].append(newView)
  }

  /// Counts for itself who asked for the view, and whether they signed that.
  private mutating func checkEntry(_ place: ViewPlace, _ happening: Happening) {
    guard let members = verifier(for: place.epoch)?.members(of: place.epoch) else { return }
    let sent = openings[place] ?? []
    if openings[place]?.isEmpty == true { return }
    let isAskedFor = sent.contains { newView in
      var asking = SeatSet(capacity: members.count)
      for named in newView.body.viewChanges {
        guard named.statement.kind == .viewChange, named.statement.view == place.view,
          named.statement.epoch == place.epoch, let seat = members.seat(of: named.signer),
          named.statement.isSigned(
            named.signature, by: members[seat].key, chain: vantage.genesis.digest,
            scheme: vantage.scheme)
        else { continue }
        asking.insert(seat)
      }
      let power = members.power(of: asking).rawValue
      let total = members.quorum.total.rawValue
      return 2 * power > total + (total - 1) / 3
    }
    guard isAskedFor else {
      return findings.add(
        .certificate, at: happening, 0,
        detail: "it enters view \(place.view.rawValue), for which no quorum asked")
    }
    openings[place] = []
  }

  private mutating func check(_ certificate: CheckpointCertificate, _ happening: Happening) {
    guard certificate.epoch <= epoch else { return }
    let place = Int(certificate.epoch.rawValue)
    do throws(LightClient.Fault) {
      try lights[place].verify(certificate)
      if certificate.endsEpoch, endings[certificate.epoch] == nil {
        endings[certificate.epoch] = certificate
        follow()
      }
    } catch {
      findings.add(
        .certificate, at: happening, certificate.sequence,
        detail: "its checkpoint isn't certified: \(error)")
    }
  }

  /// Goes on to the next epoch as soon as both its members and the certificate that commits to them are known.
  private mutating func follow() {
    while let ending = endings[epoch], let members = announced[epoch.next],
      members.digest == ending.summary.members, var light = lights.last
    {
      let change = EpochChange(certificate: ending, members: members)
      guard (try? light.follow([change])) != nil, light.epoch == epoch.next else { return }
      lights.append(light)
      let waiting = ahead
      ahead = []
      for (certificate, header, happening) in waiting { check(certificate, header, happening) }
    }
  }
}
