import Platform

/// Times as reports show them.
enum ReportTime {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// Such as `21 November 2026`, in UTC.
    static func day(_ time: Timestamp) -> String {
        let date = CivilDate(daysSince1970: days(time).day)
        return "\(date.day) \(months[(date.month - 1) % 12]) \(date.year)"
    }

    /// Such as `21 November 2026, 07:05 UTC`.
    static func moment(_ time: Timestamp) -> String {
        let minutes = days(time).millisecond / 60_000
        return "\(day(time)), \(twoDigits(minutes / 60)):\(twoDigits(minutes % 60)) UTC"
    }

    private static func days(_ time: Timestamp) -> (day: Int64, millisecond: Int64) {
        let perDay: Int64 = 86_400_000
        let rest = time.millisecondsSince1970 % perDay
        let millisecond = rest < 0 ? rest + perDay : rest
        return ((time.millisecondsSince1970 - millisecond) / perDay, millisecond)
    }

    /// A place in a recording, such as `0:07` or `1:02:03`.
    static func clock(_ seconds: Double) -> String {
        let whole = whole(seconds)
        let (hours, minutes) = (whole / 3_600, whole / 60 % 60)
        let rest = twoDigits(whole % 60)
        return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(rest)" : "\(minutes):\(rest)"
    }

    /// A length of time, such as `2 min 5 s`.
    static func length(_ seconds: Double) -> String {
        let whole = whole(seconds)
        let (hours, minutes, rest) = (whole / 3_600, whole / 60 % 60, whole % 60)
        if hours > 0 { return "\(hours) h \(minutes) min" }
        return minutes > 0 ? "\(minutes) min \(rest) s" : "\(rest) s"
    }

    /// Numbers that come from outside may be anything.
    private static func whole(_ seconds: Double) -> Int64 {
        seconds.isFinite ? Int64(min(max(seconds, 0), 1e12)) : 0
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
