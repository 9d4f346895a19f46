import Contracts
import JSONCoding
import Jobs
import Platform
import SQL
import SQLiteStore
import TestSupport
import Testing

@testable import NotifyService

@Suite struct IncidentDeskTests {
    @Test func `An incident is stored with its notifications and its reminder, or not at all`() async throws {
        let fixture = try await IncidentFixture()
        let outcome = try await fixture.take(fixture.report(phone: "+15005550006"))
        let incident = try #require(try await fixture.incident(outcome.incident.id))
        #expect(incident == outcome.incident)
        #expect(incident.ticketID.wholeMatch(of: /TKT-[0-9a-f]{8}/) != nil)
        #expect(outcome.channels == [.email, .sms])
        #expect(try await fixture.count("SELECT COUNT(*) FROM notifications WHERE incident_id = \(incident.id)") == 2)
        #expect(try await fixture.count("SELECT COUNT(*) FROM jobs WHERE kind = 'remind_of_incident'") == 1)
        #expect(try await fixture.count("SELECT COUNT(*) FROM jobs WHERE kind LIKE 'deliver_%'") == 2)

        // Something that cannot be written in the middle of it: nothing of the incident stays.
        try await fixture.database.write { connection in
            try connection.executeScript(
                """
                CREATE TRIGGER refuse BEFORE INSERT ON jobs WHEN new.kind = 'remind_of_incident'
                BEGIN SELECT RAISE(ABORT, 'no'); END;
                """)
        }
        await #expect(throws: SQLError.self) {
            _ = try await fixture.take(fixture.report(customer: "c2", phone: "+15005550006"))
        }
        #expect(try await fixture.count("SELECT COUNT(*) FROM incidents") == 1)
        #expect(try await fixture.count("SELECT COUNT(*) FROM notifications") == 2)
        #expect(try await fixture.count("SELECT COUNT(*) FROM incident_claims") == 1)
        await fixture.close()
    }

    @Test(
        "Customers are told on the channels they left addresses for",
        arguments: [
            ("email", "a@example.org", nil, ["email"]), ("email", nil, "+15005550006", ["sms"]),
            ("web", "a@example.org", "+15005550006", ["email", "sms"]),
            ("whatsapp", nil, "+15005550006", ["whatsapp", "sms"]), ("sms", nil, nil, []),
        ] as [(String, String?, String?, [String])])
    func channels(channel: String, email: String?, phone: String?, expected: [String]) async throws {
        let fixture = try await IncidentFixture()
        let outcome = try await fixture.take(fixture.report(channel: channel, email: email, phone: phone))
        let dossier = try await fixture.desk.dossier(outcome.incident.id, for: IncidentFixture.caller)
        let told = dossier.notifications.reversed().flatMap { $0.ladder.map(\.channel.rawValue) }
        #expect(told == expected)
        #expect(
            try await fixture.count("SELECT COUNT(*) FROM jobs WHERE kind = 'remind_of_incident'")
                == (expected.isEmpty ? 0 : 1))
        await fixture.close()
    }

    @Test func `The same message within ten minutes is joined while its incident is not resolved`() async throws {
        let fixture = try await IncidentFixture()
        let first = try await fixture.take(fixture.report()).incident
        fixture.time.advance(by: .seconds(599))
        let second = try await fixture.take(fixture.report(message: "i was charged  TWICE."))
        #expect(second.isJoined && second.incident.id == first.id && second.incident.ticketID == first.ticketID)
        #expect(second.incident.repeats == 1)
        #expect(try await fixture.orders("incident_created") == 1)
        #expect(try await !fixture.take(fixture.report(customer: "c2")).isJoined)
        #expect(
            try await !fixture.take(fixture.report(), by: IncidentCaller(name: "key", accountID: "acme")).isJoined)

        fixture.time.advance(by: .seconds(1))
        let third = try await fixture.take(fixture.report())
        #expect(!third.isJoined && third.incident.id != first.id)
        _ = try await fixture.desk.change(
            third.incident.id, IncidentDesk.Change(status: .resolved), by: IncidentFixture.caller)
        #expect(try await !fixture.take(fixture.report()).isJoined)
        await fixture.close()
    }

    @Test(
        "Ten minutes are ten minutes to the millisecond, wherever the time of day is set to meanwhile",
        arguments: [
            (.seconds(599), true), (.milliseconds(599_999), true), (.seconds(600), false), (.seconds(601), false),
        ] as [(Duration, Bool)], [0, 1, -1, 86_400, -86_400, 600, -600])
    func window(passed: (Duration, Bool), jump: Int) async throws {
        let fixture = try await IncidentFixture()
        let first = try await fixture.take(fixture.report()).incident
        fixture.time.advance(by: .seconds(300))
        fixture.time.setWall(fixture.time.wall + .seconds(jump))
        fixture.time.advance(by: passed.0 - .seconds(300))
        let second = try await fixture.take(fixture.report())
        #expect(second.isJoined == passed.1)
        #expect((second.incident.id == first.id) == passed.1)
        await fixture.close()
    }

    @Test(
        "After a reboot the wall clock counts the ten minutes; a moment of the future is as good as an old one",
        arguments: [(599, true), (600, false), (601, false), (-1, false)])
    func reboot(seconds: Int, joins: Bool) async throws {
        let fixture = try await IncidentFixture()
        let digest = try fixture.report().digest(accountID: nil)
        let (first, second) = (Identifier.make(), Identifier.make())
        func claim(_ id: Identifier, boot: String) async throws -> Identifier {
            let claims = ClaimTable(clock: MachineClock(time: fixture.time, boot: boot))
            return try await fixture.database.write { try claims.claim(digest, for: id, in: $0) }
        }
        #expect(try await claim(first, boot: "one") == first)
        fixture.time.setWall(fixture.time.wall + .seconds(seconds))
        #expect(try await claim(second, boot: "two") == (joins ? first : second))
        await fixture.close()
    }

    @Test func `Fifty of the same at once are one incident, ticket and notification`() async throws {
        let fixture = try await IncidentFixture()
        let report = try fixture.report()
        let ids = try await withThrowingTaskGroup(of: (Identifier, Bool).self) { group in
            for _ in 0..<50 {
                group.addTask {
                    let outcome = try await fixture.take(report)
                    return (outcome.incident.id, outcome.isJoined)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(ids.map(\.0)).count == 1)
        #expect(ids.count { !$0.1 } == 1)
        #expect(try await fixture.count("SELECT COUNT(*) FROM incidents") == 1)
        #expect(try await fixture.orders("incident_created") == 1)
        #expect(try await fixture.count("SELECT repeats FROM incidents") == 49)
        await fixture.close()
    }

    @Test func `Claims that no longer count are forgotten`() async throws {
        let fixture = try await IncidentFixture()
        _ = try await fixture.take(fixture.report())
        fixture.time.advance(by: .seconds(300))
        _ = try await fixture.take(fixture.report(customer: "c2"))
        fixture.time.advance(by: .seconds(300))
        // Wherever the time of day is set to.
        fixture.time.setWall(fixture.time.wall - .seconds(86_400))
        let claims = fixture.desk.claims
        #expect(try await fixture.database.write { try claims.removeOld(in: $0) } == 1)
        #expect(try await fixture.count("SELECT COUNT(*) FROM incident_claims") == 1)
        await fixture.close()
    }
}
