import Contracts
import Platform
import Settings

/// When people are not to be disturbed: a span of the day in one time zone, for some channels.
package struct QuietHours: Sendable {
    /// Minutes after midnight; the span may go over midnight.
    let from: Int
    let to: Int
    let zone: TimeZoneRules
    let channels: Set<NotificationChannel>

    init(from: Int, to: Int, zone: TimeZoneRules, channels: Set<NotificationChannel>) {
        self.from = from
        self.to = to
        self.zone = zone
        self.channels = channels
    }

    /// Nil when no quiet hours are set.
    init?(from reader: inout SettingsReader) {
        let span = reader.value(
            "QUIET_HOURS", default: nil, defaultText: "", allowed: "empty, or a span such as 22:00-07:00",
            help: "When messages that are not urgent wait; empty for never."
        ) { text in Self.span(text).map { Optional($0) } }
        let zone = reader.value(
            "QUIET_TIME_ZONE", default: TimeZoneRules.utc, defaultText: "UTC",
            allowed: "a time zone that the system knows, such as Europe/Berlin",
            help: "The time zone of the quiet hours."
        ) { TimeZoneRules(named: $0) }
        let channels = reader.value(
            "QUIET_CHANNELS", default: Set([NotificationChannel.sms, .whatsapp]), defaultText: "sms,whatsapp",
            allowed: "email, sms, whatsapp, webhook, separated by commas",
            help: "The channels that the quiet hours are for."
        ) { text in
            let names = text.split(separator: ",").map { $0.filter { $0 != " " } }
            let channels = names.compactMap { NotificationChannel(rawValue: $0) }
            return channels.count == names.count ? Set(channels) : nil
        }
        guard let span else { return nil }
        self.init(from: span.from, to: span.to, zone: zone, channels: channels)
    }

    /// Reads `22:00-07:00`; nil for anything else, and for an empty span.
    static func span(_ text: String) -> (from: Int, to: Int)? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(minutes)
        guard ends.count == 2, let from = ends[0], let to = ends[1], from != to else { return nil }
        return (from, to)
    }

    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    /// How long to wait before `channel` may be used; zero outside the span.
    func wait(on channel: NotificationChannel, at moment: Timestamp) -> Duration {
        guard channels.contains(channel), isQuiet(moment) else { return .zero }
        // Clocks may be set forward or back within the night: the end is where the span is left, minute by minute of the
        // local clock and never more than a day away.
        var wait = Duration.milliseconds(60_000 - moment.millisecondsSince1970 % 60_000)
        for _ in 0..<(26 * 60) where isQuiet(moment + wait) { wait += .seconds(60) }
        return wait
    }

    private func isQuiet(_ moment: Timestamp) -> Bool {
        let seconds = moment.millisecondsSince1970 / 1000
        let local = (seconds + Int64(zone.offset(at: seconds))) % 86_400
        let minute = Int((local + 86_400) % 86_400 / 60)
        return from < to ? (from..<to).contains(minute) : minute >= from || minute < to
    }
}
