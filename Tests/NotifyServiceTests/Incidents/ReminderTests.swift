import Platform
import SQL
import SQLiteStore
import TestSupport
import Testing

@testable import Jobs
@testable import NotifyService

@Suite struct ReminderTests {
    @Test func `After a day an open incident is reminded of, once`() async throws {
        let fixture = try await IncidentFixture()
        try await fixture.working {
            let id = try await fixture.take(fixture.report(phone: "+15005550006")).incident.id
            try await fixture.advance(by: .seconds(86_400 - 10))
            #expect(try await fixture.orders("incident_reminder") == 0)
            try await fixture.advance(by: .seconds(8))
            #expect(try await fixture.orders("incident_reminder") == 1)
            #expect(try await fixture.incident(id)?.isReminderSent == true)
            #expect(try await fixture.count("SELECT COUNT(*) FROM notifications WHERE incident_id = \(id)") == 4)
            for _ in 0..<3 { try await fixture.advance(by: .seconds(86_400)) }
            #expect(try await fixture.orders("incident_reminder") == 1)
        }
        await fixture.close()
    }

    @Test(arguments: [IncidentStatus.inProgress, .resolved])
    func `What is being worked on is reminded of, what is resolved is not`(status: IncidentStatus) async throws {
        let fixture = try await IncidentFixture(environment: ["REMINDER_AFTER": "1h"])
        try await fixture.working {
            let id = try await fixture.take(fixture.report()).incident.id
            _ = try await fixture.desk.change(id, IncidentDesk.Change(status: status), by: IncidentFixture.caller)
            try await fixture.advance(by: .seconds(7_200))
            #expect(try await fixture.orders("incident_reminder") == (status == .resolved ? 0 : 1))
            #expect(try await fixture.incident(id)?.isReminderSent == (status != .resolved))
        }
        await fixture.close()
    }

    @Test func `Opened again, an incident is reminded of a day after that`() async throws {
        let fixture = try await IncidentFixture()
        try await fixture.working {
            let id = try await fixture.take(fixture.report()).incident.id
            let caller = IncidentFixture.caller
            _ = try await fixture.desk.change(id, IncidentDesk.Change(status: .resolved), by: caller)
            try await fixture.advance(by: .seconds(90_000))
            #expect(try await fixture.orders("incident_reminder") == 0)
            _ = try await fixture.desk.change(id, IncidentDesk.Change(status: .open), by: caller)
            try await fixture.advance(by: .seconds(90_000))
            #expect(try await fixture.orders("incident_reminder") == 1)
        }
        await fixture.close()
    }

    @Test func `The time of day may be set as one likes: no reminder is early or late by it`() async throws {
        let fixture = try await IncidentFixture()
        try await fixture.working {
            _ = try await fixture.take(fixture.report())
            fixture.time.setWall(fixture.time.wall + .seconds(10 * 86_400))
            try await fixture.advance(by: .seconds(60))
            #expect(try await fixture.orders("incident_reminder") == 0)
            fixture.time.setWall(fixture.time.wall - .seconds(20 * 86_400))
            try await fixture.advance(by: .seconds(86_400))
            #expect(try await fixture.orders("incident_reminder") == 1)
        }
        await fixture.close()
    }

    @Test(
        "A day is a day to the millisecond, wherever the time of day is set to meanwhile",
        arguments: [0, 86_400, -86_400, 3_600, -3_600])
    func exact(jump: Int) async throws {
        let fixture = try await IncidentFixture()
        _ = try await fixture.take(fixture.report())
        fixture.time.setWall(fixture.time.wall + .seconds(jump))
        let table = JobTable(clock: MachineClock(time: fixture.time), worker: "test")
        func due() async throws -> Bool {
            _ = try await fixture.database.write { try table.promoteDue(in: $0) }
            return try await fixture.count(
                "SELECT COUNT(*) FROM jobs WHERE kind = 'remind_of_incident' AND ready = 1") == 1
        }
        fixture.time.advance(by: .milliseconds(86_399_999))
        #expect(try await !due())
        fixture.time.advance(by: .milliseconds(1))
        #expect(try await due())
        await fixture.close()
    }

    @Test func `A reminder outlives the process, and falls due while nothing runs`() async throws {
        let first = try await IncidentFixture()
        let id = try await first.working { try await first.take(first.report()).incident.id }
        await first.close()
        first.time.advance(by: .seconds(86_401))
        for _ in 0..<2 {
            let next = try await IncidentFixture(folder: first.folder, time: first.time)
            try await next.working { try await next.advance(by: .seconds(5)) }
            #expect(try await next.orders("incident_reminder") == 1)
            #expect(try await next.incident(id)?.isReminderSent == true)
            await next.close()
        }
    }
}
