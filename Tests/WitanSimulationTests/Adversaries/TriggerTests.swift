import Testing
import Witan
import WitanCrypto
import WitanSimulation

/// When a casting has its adversary act, and towards whom.
@Suite("Triggers, victims and keys") struct TriggerTests {
  private static func sent(
    by node: Int, in ordeal: inout Ordeal
  ) -> [(message: Message, receiver: ReplicaID?)] {
    ordeal.cluster.takeHappenings().compactMap { happening in
      guard happening.node == node, case .sent(let message, let receiver) = happening.event else {
        return nil
      }
      return (message, receiver)
    }
  }

  private static func ordeal(_ casting: Casting) throws -> Ordeal {
    var ordeal = try Ordeal([casting]) { $0.watch.insert(.messages) }
    for key in 1...4 as ClosedRange<UInt8> {
      ordeal.cluster.submit(.put(key: [key], value: [1]))
      ordeal.cluster.run(for: .milliseconds(100))
    }
    return ordeal
  }

  @Test func onlyVictimsAreLiedTo() throws {
    var ordeal = try Self.ordeal(Casting("silent", machines: [1], victims: [2]))
    let sent = Self.sent(by: 1, in: &ordeal).filter { $0.message.kind == .prepare }
    #expect(Set(sent.map(\.receiver)) == [0, 3])
    #expect(ordeal.cluster.deeds(of: 1).withheld > 0)
    #expect(ordeal.cluster.deeds(of: 1).told == 0)
  }

  @Test func anAdversaryActsAtItsSequenceOnly() throws {
    let casting = Casting("silent", machines: [1], trigger: .at(sequence: 2))
    var ordeal = try Self.ordeal(casting)
    let sent = Self.sent(by: 1, in: &ordeal).filter { $0.message.kind == .commit }
    #expect(Set(sent.compactMap { $0.message.signed?.statement.sequence }) == [1, 3, 4])
  }

  @Test func anAdversaryActsInItsViewOnly() throws {
    var ordeal = try Self.ordeal(Casting("silent", machines: [1], trigger: .at(view: 1)))
    #expect(ordeal.cluster.deeds(of: 1).isInnocent)
    ordeal = try Self.ordeal(Casting("silent", machines: [1], trigger: .at(view: 0)))
    #expect(!ordeal.cluster.deeds(of: 1).isInnocent)
  }

  @Test func anAdversaryActsForAWhileOnly() throws {
    let trigger = Trigger(from: .milliseconds(100), until: .milliseconds(200))
    var ordeal = try Self.ordeal(Casting("silent", machines: [1], trigger: trigger))
    let sent = Self.sent(by: 1, in: &ordeal).filter { $0.message.kind == .commit }
    #expect(Set(sent.compactMap { $0.message.signed?.statement.sequence }) == [1, 3, 4])
  }

  @Test func anAdversaryActsAsLikelyAsItsChance() throws {
    let never = try Self.ordeal(
      Casting("double-voter", machines: [1], trigger: Trigger(chance: 0)))
    #expect(never.cluster.deeds(of: 1).isInnocent)
    let always = try Self.ordeal(Casting("double-voter", machines: [1]))
    let sometimes = try Self.ordeal(
      Casting("double-voter", machines: [1], trigger: Trigger(chance: 0.5)))
    #expect(always.cluster.deeds(of: 1).told == 8)
    #expect((1...7).contains(sometimes.cluster.deeds(of: 1).told))
  }

  /// Tries to speak for others.
  private struct Impostor: Adversary {
    mutating func replicaSends(
      _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
    ) {
      let isOwn = scene.sign(Statement(.commit, epoch: 0, digest: .zero)) != nil
      let isOthers = scene.others.contains { other in
        scene.sign(Statement(.commit, epoch: 0, digest: .zero), as: other) != nil
      }
      // What it finds out leaves it as a deed: told if it can't sign for itself, delayed if it can for others.
      scene.pass(message, to: Audience(receiver), after: isOthers ? 1 : 0)
      if !isOwn { scene.pass(message.signed.map { .fetchBlock($0) } ?? message) }
    }
  }

  @Test func nobodySignsForThoseOutsideItsCoalition() throws {
    var cluster = try Cluster(.init(replicas: 4, seed: 1))
    cluster.corrupt(1, with: Impostor(), coalition: 3)
    cluster.corrupt(2, with: Impostor(), coalition: 1)
    cluster.submit(.put(key: [1], value: [1]))
    cluster.run(for: .seconds(1))
    #expect(cluster.deeds(of: 1).isInnocent && cluster.deeds(of: 2).isInnocent)
    cluster.corrupt(3, with: Impostor(), coalition: 1)
    cluster.submit(.put(key: [2], value: [2]))
    cluster.run(for: .seconds(1))
    #expect(cluster.deeds(of: 2).delayed > 0)
    #expect(cluster.deeds(of: 1).isInnocent)
  }

  @Test(arguments: Adversaries.all.map(\.name))
  func whatCarriesACorrectReplicasNameIsWhatItSaid(name: String) throws {
    var ordeal = try Ordeal([Casting(name, machines: [0])]) { $0.watch.insert(.messages) }
    var said: Set<[UInt8]> = []
    for key in 1...6 as ClosedRange<UInt8> {
      ordeal.cluster.submit(.put(key: [key], value: [1]))
      ordeal.cluster.run(for: .milliseconds(100))
      for happening in ordeal.cluster.takeHappenings() {
        guard case .sent(let message, _) = happening.event, let signed = message.signed else {
          continue
        }
        if ordeal.cluster.corrupted.contains(happening.node) {
          #expect(signed.signer == 0 || said.contains(signed.signature.bytes))
        } else {
          said.insert(signed.signature.bytes)
        }
      }
    }
  }

  @Test func anHonestMachineHasNoDeeds() throws {
    let ordeal = try Self.ordeal(Casting("silent", machines: [1]))
    for machine in [0, 2, 3] { #expect(ordeal.cluster.deeds(of: machine).isInnocent) }
    #expect(ordeal.cluster.corrupted == [1])
  }
}
