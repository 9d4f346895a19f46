import JSONCoding
import Jobs
import Platform
import SQL
import SQLiteStore
import TestSupport
import Testing

struct JobRulesTests {
    @Test func `waits double, stay within their bounds and under the limit`() {
        let policy = RetryPolicy()
        for attempt in 1...40 {
            let full = min(policy.delayMax, policy.baseDelay * (1 << min(attempt - 1, 20)))
            for random in [0, 0.25, 0.5, 0.999_999] {
                let delay = policy.delay(afterAttempt: attempt, random: random)
                #expect(delay >= full / 2)
                #expect(delay <= full)
            }
        }
        #expect(policy.delay(afterAttempt: 1, random: 0) == .seconds(1))
        #expect(policy.delay(afterAttempt: 0, random: 7) == .seconds(2))
        #expect(policy.delay(afterAttempt: .max, random: -1) == .seconds(300))
    }

    private func moment(_ text: String) throws -> Timestamp {
        try #require(Timestamp(rfc3339: text))
    }

    @Test(arguments: [
        (ScheduleRule.daily(hour: 1), "2026-03-10T00:59:59.999Z", "2026-03-09T01:00:00Z", "2026-03-10T01:00:00Z"),
        (.daily(hour: 1), "2026-03-10T01:00:00Z", "2026-03-10T01:00:00Z", "2026-03-11T01:00:00Z"),
        // Summer time begins in Europe on 29 March 2026 at 01:00 UTC: it makes no difference.
        (.daily(hour: 1, minute: 30), "2026-03-29T01:15:00Z", "2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z"),
        (.weekly(weekday: 7, hour: 2), "2026-03-10T12:00:00Z", "2026-03-08T02:00:00Z", "2026-03-15T02:00:00Z"),
        (.weekly(weekday: 7, hour: 2), "2026-03-15T01:59:00Z", "2026-03-08T02:00:00Z", "2026-03-15T02:00:00Z"),
        (.weekly(weekday: 1, hour: 0), "2026-03-09T00:00:00Z", "2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z"),
        (.monthly(day: 1, hour: 3), "2026-03-10T12:00:00Z", "2026-03-01T03:00:00Z", "2026-04-01T03:00:00Z"),
        (.monthly(day: 1, hour: 3), "2026-01-01T02:00:00Z", "2025-12-01T03:00:00Z", "2026-01-01T03:00:00Z"),
        (.monthly(day: 31, hour: 0), "2026-02-28T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"),
        (.monthly(day: 31, hour: 0), "2026-01-31T00:00:00Z", "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"),
        (.monthly(day: 30, hour: 0), "2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z", "2028-03-30T00:00:00Z"),
        (.every(.seconds(900)), "2026-03-10T12:14:59Z", "2026-03-10T12:00:00Z", "2026-03-10T12:15:00Z"),
        (.daily(hour: 1), "1969-12-31T00:30:00Z", "1969-12-30T01:00:00Z", "1969-12-31T01:00:00Z"),
        (.daily(hour: 4), "2038-01-19T03:14:08Z", "2038-01-18T04:00:00Z", "2038-01-19T04:00:00Z"),
    ])
    func `slots lie where the calendar puts them`(
        rule: ScheduleRule, now: String, last: String, next: String
    ) throws {
        #expect(rule.slot(onOrBefore: try moment(now)) == (try moment(last)))
        #expect(rule.slot(after: try moment(now)) == (try moment(next)))
    }

    @Test func `walking from slot to slot visits every month once`() throws {
        for day in [1, 15, 28, 29, 30, 31] {
            var slot = try moment("2027-12-31T23:00:00Z")
            var months: [String] = []
            for _ in 0..<24 {
                slot = ScheduleRule.monthly(day: day, hour: 3).slot(after: slot)
                months.append(String(slot.rfc3339.prefix(7)))
            }
            #expect(Set(months).count == 24)
            #expect(months.first == "2028-01" && months.last == "2029-12")
        }
    }
}

@Suite(.timeLimit(.minutes(2)))
struct ScheduleTests {
    private func fired(_ fixture: JobsFixture) async throws -> Int {
        try await fixture.database.read { connection in
            try connection.first("SELECT count(*) AS n FROM jobs WHERE kind = 'nightly'")?.get("n") ?? 0
        }
    }

    private func step(_ fixture: JobsFixture, _ duration: Duration, sleepers: Int = 2) async {
        await fixture.time.waitForSleepers(sleepers)
        fixture.time.advance(by: duration)
        await fixture.time.waitForSleepers(sleepers)
        // A second look, so that the first is known to be over.
        fixture.time.advance(by: .seconds(1))
        await fixture.time.waitForSleepers(sleepers)
    }

    private func makeQueue(_ fixture: JobsFixture) -> JobQueue {
        let queue = fixture.makeQueue()
        queue.register(kind: "nightly") { _ in }
        queue.schedule(JobSchedule(name: "night", rule: .daily(hour: 1), kind: "nightly"))
        return queue
    }

    @Test func `a slot fires once across processes, and a missed one when somebody is back`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let (one, two) = (makeQueue(fixture), makeQueue(fixture))
            fixture.time.setWall(try #require(Timestamp(rfc3339: "2026-03-10T00:59:00Z")))
            try await fixture.running(one, two) {
                await step(fixture, .seconds(30), sleepers: 4)
                let none = try await fired(fixture)
                #expect(none == 0)
                await step(fixture, .seconds(60), sleepers: 4)
                let once = try await fired(fixture)
                #expect(once == 1)
                await step(fixture, .seconds(3600), sleepers: 4)
                let still = try await fired(fixture)
                #expect(still == 1)
            }
            fixture.time.advance(by: .seconds(3 * 86_400))
            let three = makeQueue(fixture)
            try await fixture.running(three) {
                await step(fixture, .seconds(1))
                let missed = try await fired(fixture)
                #expect(missed == 2)
            }
        }
    }

    @Test func `a jump of the clock fires nothing, neither forward nor back`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = makeQueue(fixture)
            fixture.time.setWall(try #require(Timestamp(rfc3339: "2026-03-10T12:00:00Z")))
            try await fixture.running(queue) {
                await step(fixture, .seconds(1))
                fixture.time.setWall(fixture.time.wall + .seconds(86_400))
                await step(fixture, .seconds(1))
                let forward = try await fired(fixture)
                #expect(forward == 0)
                fixture.time.setWall(fixture.time.wall + .seconds(-86_400))
                await step(fixture, .seconds(1))
                let back = try await fired(fixture)
                #expect(back == 0)
                // The night of the 11th comes as it always would have.
                await step(fixture, .seconds(13 * 3600))
                let night = try await fired(fixture)
                #expect(night == 1)
                // Set back across the slot: it does not come twice.
                fixture.time.setWall(fixture.time.wall + .seconds(-2 * 3600))
                await step(fixture, .seconds(1))
                await step(fixture, .seconds(3 * 3600))
                let again = try await fired(fixture)
                #expect(again == 1)
            }
        }
    }
}
