import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import SQL
import SQLiteStore
import TestSupport
import Testing

@testable import NotifyService

@Suite struct TicketTests {
    /// A ticket system over real HTTP that answers as the test says, and remembers what it was asked.
    private final class System: Sendable {
        private let answer: Lock<HTTPResponse>
        private let seen = Lock<[(key: String, body: JSONValue)]>([])

        init(_ answer: HTTPResponse = .json(["ticket_id": "EXT-1"], status: .created)) {
            self.answer = Lock(answer)
        }

        func reply(_ response: HTTPResponse) { answer.withLock { $0 = response } }
        var requests: [(key: String, body: JSONValue)] { seen.withLock { $0 } }

        func run(_ body: (String) async throws -> Void) async throws {
            let route = Route(.post, "/tickets", bodyBytesMax: 1 << 20) { [self] request in
                let bytes = try await request.body.collect(upTo: 1 << 20)
                let json = try JSONValue(parsing: bytes)
                let key = request.fields.first("Idempotency-Key") ?? ""
                seen.withLock { $0.append((key, json)) }
                return answer.withLock { $0 }
            }
            try await TestServer.run([route]) { try await body("http://127.0.0.1:\($0.port)/tickets") }
        }
    }

    private func fixture(_ url: String) async throws -> IncidentFixture {
        try await IncidentFixture(environment: ["TICKET_API_URL": url, "TICKET_PATIENCE": "10s"])
    }

    @Test func `The ticket system's number is the ticket, asked for once by the incident's id`() async throws {
        let system = System()
        try await system.run { url in
            let fixture = try await fixture(url)
            let incident = try await fixture.take(fixture.report(phone: "+15005550006")).incident
            #expect(incident.ticketID == "EXT-1" && incident.externalTicketID == "EXT-1")
            #expect(system.requests.map(\.key) == [incident.id.description])
            let body = try #require(system.requests.first?.body)
            #expect(body["classification"]?.string == "duplicate_payment")
            #expect(body["message"]?.string == "I was charged twice.")
            #expect(try await fixture.count("SELECT COUNT(*) FROM jobs WHERE kind = 'link_ticket'") == 0)
            let subject = try await fixture.desk.dossier(incident.id, for: IncidentFixture.caller).notifications.last
            #expect(subject?.current?.message.subject == "Incident Update - Ticket EXT-1")
            await fixture.close()
        }
    }

    @Test(
        "Whatever is wrong with it, the customer gets a local number, and the external one is linked later",
        arguments: [
            .json(["error": "down"], status: .internalServerError), .json([], status: .ok), .json(["ticket_id": ""]),
            .json(["ticket_id": "a b"]), .json(["ticket_id": "x\r\nBcc: eve@example.org"]),
            .json(["ticket_id": .string(String(repeating: "x", count: 65))]), .json(["ticket_id": .null]),
            .json(["ok": true]), .bytes(Array("<html>".utf8), contentType: "text/html"),
            .json(["error": "slow down"], status: .tooManyRequests),
        ] as [HTTPResponse])
    func fallback(answer: HTTPResponse) async throws {
        let system = System(answer)
        try await system.run { url in
            let fixture = try await fixture(url)
            let incident = try await fixture.take(fixture.report()).incident
            #expect(incident.ticketID.hasPrefix("TKT-") && incident.externalTicketID == nil)
            system.reply(.json(["key": "HELP-7"]))
            try await fixture.working { try await fixture.advance(by: .seconds(5)) }
            let linked = try #require(try await fixture.incident(incident.id))
            #expect(linked.ticketID == incident.ticketID && linked.externalTicketID == "HELP-7")
            let events = try await fixture.desk.dossier(incident.id, for: IncidentFixture.caller).events
            #expect(events.map(\.kind) == [.ticketLinked])
            #expect(Set(system.requests.map(\.key)) == [incident.id.description])
            await fixture.close()
        }
    }

    @Test func `A refusal for good ends the tries, anything else does not`() async throws {
        let system = System(.json(["error": "no such queue"], status: .unprocessableContent))
        try await system.run { url in
            let fixture = try await fixture(url)
            let incident = try await fixture.take(fixture.report()).incident
            try await fixture.working {
                try await fixture.advance(by: .seconds(5))
                for _ in 0..<3 { try await fixture.advance(by: .seconds(3_600)) }
            }
            #expect(system.requests.count == 2)
            let state = try await fixture.database.read { connection in
                try connection.first("SELECT state, error FROM jobs WHERE kind = 'link_ticket'")
                    .map { (try $0.get("state", as: String.self), try $0.get("error", as: String.self)) }
            }
            #expect(state?.0 == "failed" && state?.1 == "the ticket system answered 422")
            #expect(try await fixture.incident(incident.id)?.externalTicketID == nil)
            await fixture.close()
        }
    }

    @Test func `A system that is down is left alone for a while, so that nobody waits for it`() async throws {
        let fixture = try await IncidentFixture(environment: ["TICKET_API_URL": "http://127.0.0.1:9/tickets"])
        for customer in 0..<5 {
            let incident = try await fixture.take(fixture.report(customer: "\(customer)")).incident
            #expect(incident.ticketID.hasPrefix("TKT-"))
        }
        #expect(try await fixture.count("SELECT COUNT(*) FROM jobs WHERE kind = 'link_ticket'") == 5)
        await fixture.close()

        var breaker = TicketBreaker()
        let start = MonotonicInstant(nanoseconds: 0)
        for _ in 0..<TicketBreaker.failuresMax {
            #expect(breaker.allows(at: start))
            breaker.failed(at: start)
        }
        #expect(!breaker.allows(at: start + TicketBreaker.pause - .nanoseconds(1)))
        #expect(breaker.allows(at: start + TicketBreaker.pause))
        breaker.failed(at: start + TicketBreaker.pause)
        #expect(!breaker.allows(at: start + TicketBreaker.pause + .seconds(1)))
        breaker.succeeded()
        #expect(breaker.allows(at: start))
    }

    @Test func `A request that died after it had a ticket leaves it to the next with the same message`() async throws {
        let system = System()
        try await system.run { url in
            let fixture = try await fixture(url)
            let report = try fixture.report()
            // What a request does before it asks for a ticket, and then nothing more.
            let died = Identifier.make(at: fixture.time.wall)
            let claims = fixture.desk.claims
            _ = try await fixture.database.write { try claims.claim(report.digest(accountID: nil), for: died, in: $0) }
            let outcome = try await fixture.take(report)
            #expect(outcome.incident.id == died && !outcome.isJoined)
            #expect(system.requests.map(\.key) == [died.description])
            await fixture.close()
        }
    }

    @Test func `Twenty of the same at once make one incident, whose id all tickets were asked for by`() async throws {
        let system = System()
        try await system.run { url in
            let fixture = try await fixture(url)
            let report = try fixture.report()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { _ = try await fixture.take(report) } }
                try await group.waitForAll()
            }
            #expect(try await fixture.count("SELECT COUNT(*) FROM incidents") == 1)
            #expect(Set(system.requests.map(\.key)).count == 1)
            #expect(try await fixture.orders("incident_created") == 1)
            await fixture.close()
        }
    }

    @Test(
        "Numbers are found in the usual fields",
        arguments: [
            (["ticket_id": "A-1"], "A-1"), (["id": 42], "42"), (["key": "HELP-1"], "HELP-1"), (["number": 7], "7"),
            (["ticket_id": "T", "id": 1], "T"), (["id": -1], "-1"), ([:], nil), (["id": 1.5], nil), (["id": true], nil),
            (["ticket_id": .string(String(repeating: "x", count: 64))], String(repeating: "x", count: 64)),
            (["ticket_id": "é"], nil), (["ticket_id": "\u{7F}"], nil), ([1], nil),
        ] as [(JSONValue, String?)])
    func numbers(answer: JSONValue, expected: String?) {
        #expect(TicketSystem.number(in: answer) == expected)
    }
}
