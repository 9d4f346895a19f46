package import Platform

/// Dates as messages carry them (RFC 5322 section 3.3).
package enum MailDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Such as `Thu, 15 Jan 2026 08:30:00 +0000`. Years outside 1900...9999 are clamped to its ends.
    package static func text(_ moment: Timestamp) -> String {
        let milliseconds = min(max(moment.millisecondsSince1970, -2_208_988_800_000), 253_402_300_799_999)
        let seconds = Int64((Double(milliseconds) / 1000).rounded(.down))
        let day = Int64((Double(seconds) / 86_400).rounded(.down))
        let second = seconds - day * 86_400
        let date = CivilDate(daysSince1970: day)
        // 1 January 1970 was a Thursday.
        let weekday = Int(((day + 4) % 7 + 7) % 7)
        return "\(days[weekday]), \(date.day) \(months[date.month - 1]) \(date.year) "
            + "\(twoDigits(second / 3600)):\(twoDigits(second / 60 % 60)):\(twoDigits(second % 60)) +0000"
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
