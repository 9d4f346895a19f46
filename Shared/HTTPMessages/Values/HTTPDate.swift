package import Platform

/// Dates as HTTP writes them (RFC 9110 section 5.6.7).
package enum HTTPDate {
    private static let dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let longDayNames = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, in whole seconds rounded down; clamped to the years 0 to 9999.
    package static func format(_ time: Timestamp) -> String {
        let clamped = min(max(time.millisecondsSince1970, -62_167_219_200_000), 253_402_300_799_999)
        let days = (clamped >= 0 ? clamped : clamped - 86_399_999) / 86_400_000
        let second = (clamped - days * 86_400_000) / 1000
        let date = CivilDate(daysSince1970: days)
        // 1970-01-01 was a Thursday.
        let weekday = Int(((days + 4) % 7 + 7) % 7)
        let clock = "\(pad(second / 3600)):\(pad(second / 60 % 60)):\(pad(second % 60))"
        let year = String(date.year)
        let zeros = String(repeating: "0", count: 4 - year.utf8.count)
        return
            "\(dayNames[weekday]), \(pad(Int64(date.day))) \(monthNames[date.month - 1]) \(zeros)\(year) \(clock) GMT"
    }

    /// Reads any of the three forms a recipient must accept: the one above, `Sunday, 06-Nov-94 08:49:37 GMT` and
    /// `Sun Nov  6 08:49:37 1994`. Years of two digits are taken from 1970 to 2069.
    package static func parse(_ text: some StringProtocol) -> Timestamp? {
        let words = text.utf8.split(separator: ASCII.space).map { String(decoding: $0, as: UTF8.self) }
        switch words.count {
        case 6:
            guard words[0].last == ",", dayNames.contains(String(words[0].dropLast())), words[5] == "GMT",
                words[1].utf8.count == 2, words[3].utf8.count == 4
            else { return nil }
            return time(day: words[1], month: words[2], year: number(words[3]), clock: words[4])
        case 4:
            let parts = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard words[0].last == ",", longDayNames.contains(String(words[0].dropLast())), words[3] == "GMT",
                parts.count == 3, parts[0].utf8.count == 2, parts[2].utf8.count == 2, let year = number(parts[2])
            else { return nil }
            return time(day: parts[0], month: parts[1], year: year + (year < 70 ? 2000 : 1900), clock: words[2])
        case 5:
            guard dayNames.contains(words[0]), words[4].utf8.count == 4 else { return nil }
            return time(day: words[2], month: words[1], year: number(words[4]), clock: words[3])
        default: return nil
        }
    }

    private static func time(day: String, month: String, year: Int64?, clock: String) -> Timestamp? {
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let day = number(day), let year, let month = monthNames.firstIndex(of: month), parts.count == 3,
            parts.allSatisfy({ $0.utf8.count == 2 }), let hour = number(parts[0]), let minute = number(parts[1]),
            let second = number(parts[2]), hour < 24, minute < 60, second <= 60, (1...31).contains(day)
        else { return nil }
        let date = CivilDate(year: year, month: month + 1, day: Int(day))
        let days = date.daysSince1970
        // A day that the month does not have comes back as another date.
        guard CivilDate(daysSince1970: days) == date else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + min(second, 59)
        return Timestamp(millisecondsSince1970: seconds * 1000)
    }

    private static func number(_ text: String) -> Int64? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        return Int64(text)
    }

    private static func pad(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
