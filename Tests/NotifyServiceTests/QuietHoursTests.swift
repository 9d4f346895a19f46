import Contracts
import Foundation
import Platform
import Testing

@testable import NotifyService

@Suite struct QuietHoursTests {
    private static func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    private func quiet(
        _ span: String, in zone: String, channels: Set<NotificationChannel> = [.sms]
    ) throws -> QuietHours {
        let (from, to) = try #require(QuietHours.span(span))
        return QuietHours(from: from, to: to, zone: try #require(TimeZoneRules(named: zone)), channels: channels)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let zone, span, at: String
        /// When messages go on; nil when they need not wait.
        let until: String?
        var testDescription: String { "\(span) \(zone) \(at)" }

        init(_ zone: String, _ span: String, _ at: String, _ until: String?) {
            (self.zone, self.span, self.at, self.until) = (zone, span, at, until)
        }
    }

    @Test(
        "Quiet hours end when the clock on the wall says so",
        arguments: [
            // An ordinary night: from the first millisecond to the last.
            Case("UTC", "22:00-07:00", "2026-01-01T21:59:59.999Z", nil),
            Case("UTC", "22:00-07:00", "2026-01-01T22:00:00.000Z", "2026-01-02T07:00:00.000Z"),
            Case("UTC", "22:00-07:00", "2026-01-02T00:00:00.000Z", "2026-01-02T07:00:00.000Z"),
            Case("UTC", "22:00-07:00", "2026-01-02T06:59:59.999Z", "2026-01-02T07:00:00.000Z"),
            Case("UTC", "22:00-07:00", "2026-01-02T07:00:00.000Z", nil),
            // A span within one day, and one that ends or begins at midnight.
            Case("UTC", "12:30-14:00", "2026-01-01T12:29:59.999Z", nil),
            Case("UTC", "12:30-14:00", "2026-01-01T12:30:00.000Z", "2026-01-01T14:00:00.000Z"),
            Case("UTC", "20:00-00:00", "2026-01-01T23:59:59.999Z", "2026-01-02T00:00:00.000Z"),
            Case("UTC", "00:00-06:00", "2026-01-01T00:00:00.000Z", "2026-01-01T06:00:00.000Z"),
            Case("UTC", "00:00-23:59", "2026-01-01T00:00:30.500Z", "2026-01-01T23:59:00.000Z"),
            // Berlin in spring: the night is an hour shorter.
            Case("Europe/Berlin", "22:00-07:00", "2026-03-28T20:59:59.999Z", nil),
            Case("Europe/Berlin", "22:00-07:00", "2026-03-28T21:00:00.000Z", "2026-03-29T05:00:00.000Z"),
            Case("Europe/Berlin", "22:00-07:00", "2026-03-29T00:59:59.999Z", "2026-03-29T05:00:00.000Z"),
            Case("Europe/Berlin", "22:00-07:00", "2026-03-29T20:00:00.000Z", "2026-03-30T05:00:00.000Z"),
            // The hour from two to three is not there; a span within it is empty, one over its end begins at three.
            Case("Europe/Berlin", "02:00-03:00", "2026-03-29T00:59:59.999Z", nil),
            Case("Europe/Berlin", "02:00-03:00", "2026-03-29T01:00:00.000Z", nil),
            Case("Europe/Berlin", "02:30-04:00", "2026-03-29T01:00:00.000Z", "2026-03-29T02:00:00.000Z"),
            // Berlin in autumn: the night is an hour longer, and the hour from two to three is there twice.
            Case("Europe/Berlin", "22:00-07:00", "2026-10-24T20:00:00.000Z", "2026-10-25T06:00:00.000Z"),
            Case("Europe/Berlin", "22:00-07:00", "2026-10-25T05:59:59.999Z", "2026-10-25T06:00:00.000Z"),
            Case("Europe/Berlin", "02:00-03:00", "2026-10-25T00:00:00.000Z", "2026-10-25T02:00:00.000Z"),
            Case("Europe/Berlin", "02:00-02:30", "2026-10-25T00:10:00.000Z", "2026-10-25T00:30:00.000Z"),
            Case("Europe/Berlin", "02:00-02:30", "2026-10-25T01:10:00.000Z", "2026-10-25T01:30:00.000Z"),
            // New York changes on other days.
            Case("America/New_York", "21:00-08:00", "2026-03-08T02:00:00.000Z", "2026-03-08T12:00:00.000Z"),
            Case("America/New_York", "21:00-08:00", "2026-11-01T01:00:00.000Z", "2026-11-01T13:00:00.000Z"),
            // No summer time, and an offset of half an hour.
            Case("Asia/Kolkata", "22:00-07:00", "2026-03-29T16:29:59.999Z", nil),
            Case("Asia/Kolkata", "22:00-07:00", "2026-03-29T16:30:00.000Z", "2026-03-30T01:30:00.000Z"),
            Case("Asia/Kolkata", "22:00-07:00", "2026-10-25T16:30:00.000Z", "2026-10-26T01:30:00.000Z"),
            // South of the equator: summer ends in April and begins in October.
            Case("Australia/Sydney", "22:00-07:00", "2026-04-04T11:00:00.000Z", "2026-04-04T21:00:00.000Z"),
            Case("Australia/Sydney", "22:00-07:00", "2026-10-03T12:00:00.000Z", "2026-10-03T20:00:00.000Z"),
            // Half an hour of summer time.
            Case("Australia/Lord_Howe", "22:00-07:00", "2026-04-04T11:00:00.000Z", "2026-04-04T20:30:00.000Z"),
            // Behind the last change that the zone's file lists.
            Case("Europe/Berlin", "22:00-07:00", "2040-07-01T20:00:00.000Z", "2040-07-02T05:00:00.000Z"),
            Case("Europe/Berlin", "22:00-07:00", "2040-01-01T21:00:00.000Z", "2040-01-02T06:00:00.000Z"),
            Case("Australia/Sydney", "22:00-07:00", "2040-01-01T11:00:00.000Z", "2040-01-01T20:00:00.000Z"),
        ])
    func end(expected: Case) throws {
        let moment = try Self.moment(expected.at)
        let wait = try quiet(expected.span, in: expected.zone).wait(on: .sms, at: moment)
        guard let until = expected.until else { return #expect(wait == .zero) }
        #expect((moment + wait).rfc3339 == until)
    }

    @Test func `Other channels are not held back`() throws {
        let quiet = try quiet("22:00-07:00", in: "UTC", channels: [.sms, .whatsapp])
        let night = try Self.moment("2026-01-02T03:00:00.000Z")
        #expect(quiet.wait(on: .email, at: night) == .zero && quiet.wait(on: .webhook, at: night) == .zero)
        #expect(quiet.wait(on: .sms, at: night) == .seconds(14_400))
        #expect(quiet.wait(on: .whatsapp, at: night) == .seconds(14_400))
    }

    @Test(arguments: [
        "", "22:00", "22:00-", "-07:00", "22:00-22:00", "24:00-07:00", "22:60-07:00", "2:00-07:00", "22:00-07:00-08:00",
        "22.00-07.00", "+2:00-07:00", "22:00–07:00", "٢٢:00-07:00",
    ])
    func `What is no span is refused`(text: String) {
        #expect(QuietHours.span(text) == nil)
    }

    @Test(
        "Offsets are those that another reader of time zones gives, before and after the end of the file",
        arguments: [
            "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "Pacific/Auckland",
            "America/Sao_Paulo", "Asia/Tokyo", "Africa/Johannesburg", "Europe/Dublin", "UTC",
        ])
    func offsets(zone: String) throws {
        let rules = try #require(TimeZoneRules(named: zone))
        let other = try #require(TimeZone(identifier: zone))
        for year in [2024, 2026, 2027, 2036, 2037, 2038, 2039, 2052] {
            let start = CivilDate(year: Int64(year), month: 1, day: 1).daysSince1970 * 86_400
            for half in 0..<(366 * 24 * 2) {
                let seconds = start + Int64(half) * 1_800
                let expected = other.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
                if rules.offset(at: seconds) != expected {
                    Issue.record("\(zone) at \(seconds): \(rules.offset(at: seconds)), not \(expected)")
                    return
                }
            }
        }
    }

    @Test(
        "The rule at the end of a file",
        arguments: [
            ("UTC0", 0, 0), ("<+0330>-3:30", 12_600, 12_600), ("<-00>0", 0, 0),
            ("EST5EDT,M3.2.0,M11.1.0", -18_000, -14_400),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 3_600, 7_200), ("IST-1GMT0,M10.5.0,M3.5.0/1", 0, 3_600),
            // Days of the year, with and without 29 February; a time of the day before.
            ("AAA0BBB,J60,J300", 0, 3_600), ("AAA0BBB,59/-24,300/167", 0, 3_600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 39_600, 36_000),
        ])
    func footer(text: String, january: Int, july: Int) throws {
        let footer = try #require(TimeZoneFooter(text))
        #expect(footer.offset(at: try Self.moment("2041-01-15T12:00:00Z").millisecondsSince1970 / 1_000) == january)
        #expect(footer.offset(at: try Self.moment("2041-07-15T12:00:00Z").millisecondsSince1970 / 1_000) == july)
    }

    @Test func `Day 60 without leap days is the first of March in every year`() throws {
        let footer = try #require(TimeZoneFooter("AAA0BBB,J60/0,J61/0"))
        let counted = try #require(TimeZoneFooter("AAA0BBB,59/0,60/0"))
        for (day, isSummer, isCounted) in [
            ("2028-02-29", false, true), ("2028-03-01", true, false), ("2029-02-28", false, false),
            ("2029-03-01", true, true),
        ] {
            // Late enough for the summer that begins at midnight, early enough for it to have begun an hour early.
            let seconds = try Self.moment("\(day)T12:00:00Z").millisecondsSince1970 / 1_000
            #expect((footer.offset(at: seconds) == 3_600) == isSummer, "\(day)")
            #expect((counted.offset(at: seconds) == 3_600) == isCounted, "\(day)")
        }
    }

    @Test(arguments: [
        "", "AB1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0x", "<+03-3", "<>0", "CET-168", "CET-1:60",
        "CET-1CEST,J0,J366", "CET-1CEST,366,1", "CET1é",
    ])
    func `What is no rule is refused`(text: String) {
        #expect(TimeZoneFooter(text) == nil)
    }
}
