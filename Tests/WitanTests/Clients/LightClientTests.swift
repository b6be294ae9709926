import Testing
import Witan
import WitanCrypto

@Suite("A light client")
struct LightClientTests {
  let council: Council
  var client: LightClient

  init() throws {
    council = try Council(4)
    client = LightClient(genesis: council.genesis, scheme: council.scheme)
  }

  @Test("From the genesis alone, it knows that a block and all before it were decided")
  func decided() throws {
    let first = council.header(after: nil)
    let second = council.header(after: first)
    let third = council.header(after: second)
    try client.verify(council.commits(third, view: 5, by: [0, 2, 3]), of: third)
    try client.verify([first, second], endingIn: third)
    try client.verify([], endingIn: third)
    #expect(throws: LightClient.Fault.brokenChain(below: 3)) {
      try client.verify([first], endingIn: third)
    }
    #expect(throws: LightClient.Fault.brokenChain(below: 2)) {
      try client.verify([council.header(after: nil, salt: 1), second], endingIn: third)
    }
  }

  @Test("A certificate of too few, of another block, or with a forged signature proves nothing")
  func undecided() throws {
    let header = council.header(after: nil)
    let other = council.header(after: nil, salt: 1)
    #expect(throws: LightClient.Fault.certificate(.noQuorum(2, needed: 3))) {
      try client.verify(council.commits(header, view: 0, by: [0, 1]), of: header)
    }
    #expect(throws: LightClient.Fault.otherBlock(certified: 1, shown: 1)) {
      try client.verify(council.commits(other, view: 0, by: [0, 1, 2]), of: header)
    }
    let good = council.commits(header, view: 0, by: [0, 1, 2])
    let elsewhere = CommitCertificate(
      epoch: 0, view: 1, sequence: 1, digest: header.digest, commits: good.commits)
    #expect(throws: LightClient.Fault.certificate(.badSignature(0))) {
      try client.verify(elsewhere, of: header)
    }
    let later = CommitCertificate(
      epoch: 3, view: 0, sequence: 1, digest: header.digest, commits: good.commits)
    #expect(throws: LightClient.Fault.ahead(of: 0, 3)) { try client.verify(later, of: header) }
  }

  @Test("It follows a long succession of epochs, each signed by the one before")
  func succession() throws {
    var client = client
    let lineage = try (1...20).map {
      try council.change(to: Epoch($0), at: SequenceNumber($0 * 64))
    }
    #expect(throws: LightClient.Fault.gap(from: 0, to: 1)) {
      try client.follow(Array(lineage.dropFirst()))
    }
    try client.follow(Array(lineage.prefix(3)))
    #expect(client.epoch == 3)
    try client.follow(lineage)
    #expect(client.epoch == 20)
    #expect(client.latest?.sequence == 1_280)
    let header = council.header(after: nil)
    #expect(throws: LightClient.Fault.forgotten(0)) {
      try client.verify(council.commits(header, view: 0, by: [0, 1, 2]), of: header)
    }
  }

  @Test("A step that the members before didn't sign isn't taken, nor those with it")
  func badStep() throws {
    var client = client
    let first = try council.change(to: 1, at: 64)
    let second = try council.change(to: 2, at: 128)
    let usurped = EpochChange(
      certificate: CheckpointCertificate(
        summary: second.certificate.summary, epoch: 1, signatures: first.certificate.signatures),
      members: second.members)
    #expect(throws: LightClient.Fault.certificate(.badSignature(0))) {
      try client.follow([first, usurped])
    }
    #expect(client.epoch == 0)
  }

  @Test("Two certified states after one sequence are a broken network, with the proof in hand")
  func split() throws {
    var client = client
    let first = council.certificate(of: council.summary(at: 64))
    let second = council.certificate(of: council.summary(at: 64, root: SHA256.hash([1])))
    try client.verify(first)
    try client.verify(first)
    #expect(throws: LightClient.Fault.split(first, second)) { try client.verify(second) }
    try client.verify(council.certificate(of: council.summary(at: 32)))
    #expect(client.latest == first, "an older state isn't the latest")
  }

  @Test("A certified answer is to the question, recent enough, and proved")
  func answers() throws {
    var client = client
    let query = Query(
      number: 3, mode: .certified(since: 64), content: [5], signer: council.client(),
      chain: council.chain)
    let certificate = council.certificate(of: council.summary(at: 64))
    func answer(
      _ outcome: Outcome = .result([7]), certification: AnswerBody.Certification? = nil,
      at sequence: SequenceNumber = 64
    ) -> Answer {
      council.answer(to: query, outcome, at: sequence, by: 2, certification: certification)
    }
    let proved = AnswerBody.Certification(certificate: certificate, proof: [1])
    let check: LightClient.ProofCheck = { (question, answer, proof, state) throws(Unproved) in
      guard question == [5], answer == [7], proof == [1], state.sequence == 64 else {
        throw .otherAnswer
      }
    }
    #expect(try client.verify(answer(certification: proved), to: query, proving: check) == [7])
    #expect(throws: LightClient.Fault.unproved(.noProof)) {
      try client.verify(answer(), to: query, proving: check)
    }
    let empty = AnswerBody.Certification(certificate: certificate, proof: [])
    #expect(throws: LightClient.Fault.unproved(.noProof)) {
      try client.verify(answer(certification: empty), to: query, proving: check)
    }
    #expect(throws: LightClient.Fault.answer(.contradictory("proof of a refusal"))) {
      try client.verify(
        answer(.refused(.unprovable), certification: proved), to: query, proving: check)
    }
    #expect(throws: LightClient.Fault.unproved(.otherAnswer)) {
      try client.verify(answer(.result([8]), certification: proved), to: query, proving: check)
    }
    #expect(throws: LightClient.Fault.refused(.busy)) {
      try client.verify(answer(.refused(.busy)), to: query, proving: check)
    }
    #expect(throws: LightClient.Fault.self) {
      try client.verify(answer(certification: proved, at: 65), to: query, proving: check)
    }
    let old = AnswerBody.Certification(
      certificate: council.certificate(of: council.summary(at: 32)), proof: [1])
    #expect(throws: LightClient.Fault.tooOld(certified: 32, asked: 64)) {
      try client.verify(answer(certification: old, at: 32), to: query, proving: check)
    }
    let another = Query(
      number: 4, mode: .fast, content: [5], signer: council.client(), chain: council.chain)
    #expect(throws: LightClient.Fault.otherQuestion) {
      try client.verify(answer(certification: proved), to: another, proving: check)
    }
  }

  @Test("Every fault says what is wrong")
  func descriptions() {
    let certificate = council.certificate(of: council.summary(at: 64))
    let faults: [LightClient.Fault] = [
      .ahead(of: 1, 2), .forgotten(1), .gap(from: 1, to: 3), .certificate(.wrongSignatureCount),
      .otherBlock(certified: 1, shown: 2), .brokenChain(below: 3), .otherQuestion,
      .answer(.badSignature), .refused(.busy), .unproved(.noProof), .tooOld(certified: 1, asked: 2),
      .split(certificate, certificate),
    ]
    #expect(Set(faults.map(\.description)).count == faults.count)
  }
}
