import Platform

/// The rule that a time zone follows after the last change in its file: a TZ string of POSIX with the extensions of RFC 9636
/// (section 3.3.1), such as `CET-1CEST,M3.5.0,M10.5.0/3`.
struct TimeZoneFooter: Sendable, Hashable {
    /// Seconds to add to UTC, outside of summer time.
    private let standard: Int
    private let summer: Summer?

    private struct Summer: Sendable, Hashable {
        let offset: Int
        /// In standard time, and in summer time.
        let start: Change, end: Change
    }

    /// A moment of each year, by the clock that holds until then.
    private struct Change: Sendable, Hashable {
        let day: Day
        /// After midnight; may be of the day before, or days later.
        let seconds: Int
    }

    private enum Day: Sendable, Hashable {
        /// The `week`th `weekday` (0 for Sunday) of a month; the last one for week 5.
        case weekday(month: Int, week: Int, weekday: Int)
        /// From 1 to 365; 29 February is never counted.
        case withoutLeapDay(Int)
        /// From 0 to 365.
        case ofYear(Int)
    }

    /// Nil for what is no such string.
    init?(_ text: some StringProtocol) {
        var reader = Reader(rest: Substring(text))
        guard reader.name(), let standard = reader.time() else { return nil }
        self.standard = -standard
        guard !reader.rest.isEmpty else {
            summer = nil
            return
        }
        guard reader.name() else { return nil }
        // An hour before standard time unless it says otherwise.
        let offset = reader.rest.first == "," ? standard - 3_600 : reader.time()
        guard let offset, reader.take(","), let start = reader.change(), reader.take(","), let end = reader.change(),
            reader.rest.isEmpty
        else { return nil }
        summer = Summer(offset: -offset, start: start, end: end)
    }

    /// Seconds to add to UTC at a moment.
    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standard }
        let day = (Double(seconds + Int64(standard)) / 86_400).rounded(.down)
        let year = CivilDate(daysSince1970: Int64(day)).year
        let start = Self.moment(summer.start, year) - Int64(standard)
        let end = Self.moment(summer.end, year) - Int64(summer.offset)
        // South of the equator summer goes over the end of the year.
        let isSummer =
            start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
        return isSummer ? summer.offset : standard
    }

    /// Seconds since 1970 by the local clock.
    private static func moment(_ change: Change, _ year: Int64) -> Int64 {
        let newYear = CivilDate(year: year, month: 1, day: 1).daysSince1970
        let day: Int64
        switch change.day {
        case .withoutLeapDay(let number):
            let isLeap = CivilDate(year: year, month: 3, day: 1).daysSince1970 - newYear == 60
            day = newYear + Int64(number) - (isLeap && number >= 60 ? 0 : 1)
        case .ofYear(let number): day = newYear + Int64(number)
        case .weekday(let month, let week, let weekday):
            let first = CivilDate(year: year, month: month, day: 1).daysSince1970
            let next = CivilDate(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1).daysSince1970
            // 1 January 1970 was a Thursday.
            let firstWeekday = ((first + 4) % 7 + 7) % 7
            let wanted = first + (Int64(weekday) - firstWeekday + 7) % 7 + Int64(week - 1) * 7
            day = wanted < next ? wanted : wanted - 7
        }
        return day * 86_400 + Int64(change.seconds)
    }

    private struct Reader {
        var rest: Substring

        mutating func take(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        /// `CET`, or `<+0330>`.
        mutating func name() -> Bool {
            if take("<") {
                guard let end = rest.firstIndex(of: ">"), end > rest.startIndex else { return false }
                rest = rest[rest.index(after: end)...]
                return true
            }
            let letters = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        /// `-3`, `10:30` or `-1:00:00`, in seconds; hours up to 167 (RFC 9636 section 3.3.1).
        mutating func time() -> Int? {
            let isNegative = take("-")
            if !isNegative { _ = take("+") }
            guard let hours = number(in: 0...167) else { return nil }
            var seconds = hours * 3_600
            for unit in [60, 1] where take(":") {
                guard let part = number(in: 0...59) else { return nil }
                seconds += part * unit
            }
            return isNegative ? -seconds : seconds
        }

        mutating func change() -> Change? {
            guard let day = day() else { return nil }
            guard take("/") else { return Change(day: day, seconds: 7_200) }
            return time().map { Change(day: day, seconds: $0) }
        }

        private mutating func day() -> Day? {
            if take("J") { return number(in: 1...365).map { .withoutLeapDay($0) } }
            guard take("M") else { return number(in: 0...365).map { .ofYear($0) } }
            guard let month = number(in: 1...12), take("."), let week = number(in: 1...5), take("."),
                let weekday = number(in: 0...6)
            else { return nil }
            return .weekday(month: month, week: week, weekday: weekday)
        }

        private mutating func number(in range: ClosedRange<Int>) -> Int? {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let number = Int(digits), range.contains(number) else { return nil }
            return number
        }
    }
}
