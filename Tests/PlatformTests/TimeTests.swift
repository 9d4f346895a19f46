import Platform
import TestSupport
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0),
        ("2026-01-02T03:04:05.678Z", 1_767_323_045_678),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2000-02-29T12:00:00.000Z", 951_825_600_000),
        ("0000-01-01T00:00:00.000Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("2038-01-19T03:14:08.000Z", 2_147_483_648_000),
    ])
    func `RFC 3339 text and milliseconds convert both ways`(text: String, milliseconds: Int64) throws {
        #expect(Timestamp(millisecondsSince1970: milliseconds).rfc3339 == text)
        #expect(try #require(Timestamp(rfc3339: text)).millisecondsSince1970 == milliseconds)
    }

    @Test func `Every day of four centuries survives the round trip`() {
        for day in stride(from: Int64(-50_000), to: 100_000, by: 7) {
            let date = CivilDate(daysSince1970: day)
            #expect(date.daysSince1970 == day)
        }
    }

    @Test func `Offsets, case and fractions are read`() throws {
        let expected = Timestamp(millisecondsSince1970: 1_767_323_045_600)
        for text in [
            "2026-01-02T03:04:05.6Z", "2026-01-02t03:04:05.600999z", "2026-01-02T04:04:05.6+01:00",
            "2026-01-01T22:34:05.6-04:30",
        ] {
            #expect(Timestamp(rfc3339: text) == expected)
        }
        #expect(Timestamp(rfc3339: "2016-12-31T23:59:60Z")?.rfc3339 == "2016-12-31T23:59:59.999Z")
    }

    @Test(arguments: [
        "", "2026-01-02", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z", "2026-02-29T03:04:05Z", "2026-01-02T24:04:05Z",
        "2026-01-02T03:60:05Z", "2026-01-02T03:04:61Z", "2026-01-02T03:04:05.Z", "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05Zx", "+026-01-02T03:04:05Z", "2026-01-02T03:04:05+1:00", "2026-01-02T03:04:05+24:00",
    ])
    func `Text that is not RFC 3339 is refused`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `Adding far too much stays in range`() {
        let moment = Timestamp(millisecondsSince1970: .max - 1)
        #expect(moment + .seconds(5) == Timestamp(millisecondsSince1970: .max))
        #expect(MonotonicInstant(nanoseconds: 5) + .seconds(Int64.max) == .distantFuture)
        #expect(moment.duration(since: Timestamp(millisecondsSince1970: 0)) == .milliseconds(Int64.max - 1))
    }
}

@Suite struct ManualTimeTests {
    @Test func `Sleepers wake in the order of their deadlines and only when due`() async throws {
        let time = ManualTime()
        let start = time.monotonic
        async let late: Void = time.sleep(until: start + .seconds(10))
        async let early: Void = time.sleep(until: start + .seconds(5))
        await time.waitForSleepers(2)
        time.advance(by: .seconds(4))
        #expect(time.sleeperCount == 2)
        time.advance(by: .seconds(1))
        try await early
        #expect(time.sleeperCount == 1)
        time.advance(by: .seconds(5))
        try await late
    }

    @Test func `A cancelled sleeper is told at once`() async throws {
        let time = ManualTime()
        let task = Task { try await time.sleep(for: .seconds(1)) }
        await time.waitForSleepers()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(time.sleeperCount == 0)
    }

    @Test func `The system clock sleeps until its deadline`() async throws {
        let time = SystemTime()
        let deadline = time.monotonic + .milliseconds(5)
        try await time.sleep(until: deadline)
        #expect(time.monotonic >= deadline)
        #expect(time.wall > Timestamp(millisecondsSince1970: 1_700_000_000_000))
    }
}
