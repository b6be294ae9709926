import Witan
import WitanCrypto
import WitanDraw

/// How clients of a cluster are set to work.
extension Cluster {
  /// What a client does by itself.
  enum Occupation: Sendable {
    case load(LoadedClient)
    case roguery(RogueClient)
    /// It waits for what has this tag, and gives it up when its turn comes.
    case wait(tag: UInt64)
  }

  /// Sets a client to work: honestly, with a load of a shape.
  public mutating func employ(_ client: Int, _ load: Load) {
    occupy(client, .load(LoadedClient(load, draw: draw.split("load", UInt64(client)))))
  }

  /// Sets a client to work: with hostile requests.
  public mutating func employ(_ client: Int, _ roguery: Roguery) {
    occupy(client, .roguery(RogueClient(roguery, signer: clients[client].signer)))
  }

  /// Has a client give up what has this tag, unless it came to an end before; so much for what it waited for before.
  mutating func limitWait(of client: Int, for tag: UInt64, to span: Micros) {
    clients[client].occupation = .wait(tag: tag)
    wakeClient(after: span, client)
  }

  private mutating func occupy(_ client: Int, _ occupation: Occupation) {
    clients[client].occupation = occupation
    wakeClient(after: 0, client)
  }

  private mutating func wakeClient(after span: Micros, _ client: Int) {
    clients[client].turn &+= 1
    let agenda = Agenda(.clientTurn, node: client, number: clients[client].turn)
    queue.schedule(agenda.ticket, at: now + span)
  }

  /// A client's time has come.
  mutating func clientTurn(_ agenda: Agenda) {
    let client = agenda.node
    guard clients[client].turn == agenda.number, let occupation = clients[client].occupation else {
      return
    }
    switch occupation {
    case .load(var loaded):
      for _ in 0..<loaded.due() {
        let operations = loaded.operations()
        let tag = loaded.asked
        clients[client].occupation = .load(loaded)
        ask(client, .submit(tag: tag, operations: operations))
      }
      let rest = loaded.nextAfterAsking()
      clients[client].occupation = .load(loaded)
      if let rest { wakeClient(after: max(rest, 1), client) }
    case .roguery(var rogue):
      harass(&rogue, client)
      clients[client].occupation = .roguery(rogue)
      wakeClient(after: rogue.period, client)
    case .wait(let tag): ask(client, .abandon(tag: tag))
    }
  }

  /// A client's request has come to an end.
  mutating func noteFinished(_ client: Int) {
    guard case .load(var loaded) = clients[client].occupation else { return }
    guard let rest = loaded.nextAfterAnswer() else { return }
    clients[client].occupation = .load(loaded)
    wakeClient(after: max(rest, 1), client)
  }

  private mutating func harass(_ rogue: inout RogueClient, _ client: Int) {
    let expiry = machines[0].replica.executed.advanced(
      by: configuration.parameters.sessionHorizon / 4)
    let node = machines.count + client
    let middle = machines.count / 2
    for (request, isForLaterHalf) in rogue.requests(expiry: expiry, chain: genesis.digest) {
      let place = parcels.add(.request(request), from: node, size: Self.clientMessageSize)
      let receivers =
        switch isForLaterHalf {
        case nil: 0..<machines.count
        case true?: middle..<machines.count
        case false?: 0..<middle
        }
      if configuration.keepsAccount {
        account.note(.asked, at: now, node: node, request.number, 0)
        account.note(identity: request.digest)
      }
      tell(.clients, node, .asked(request))
      route(place, from: node, to: receivers, at: now)
      settleUnsent(place)
    }
  }
}
