package import JSONCoding
package import Platform

/// A job that is put into the queue at certain times, once for all processes on a database.
package struct JobSchedule: Sendable {
    /// Names the schedule in the database; changing it makes another schedule.
    package let name: String
    package let rule: ScheduleRule
    package let kind: String
    package let payload: JSONValue

    package init(name: String, rule: ScheduleRule, kind: String, payload: JSONValue = .object([:])) {
        self.name = name
        self.rule = rule
        self.kind = kind
        self.payload = payload
    }
}

/// When a schedule fires. All times are UTC, so no hour comes twice or never.
package enum ScheduleRule: Sendable, Hashable {
    /// At every multiple of the interval since 1970; a second at least.
    case every(Duration)
    case daily(hour: Int, minute: Int = 0)
    /// 1 for Monday to 7 for Sunday.
    case weekly(weekday: Int, hour: Int, minute: Int = 0)
    /// In shorter months on the last day.
    case monthly(day: Int, hour: Int, minute: Int = 0)

    private static let day: Int64 = 86_400_000

    /// The last slot that is not after `moment`.
    package func slot(onOrBefore moment: Timestamp) -> Timestamp {
        let now = moment.millisecondsSince1970
        let today = now.floored(by: Self.day)
        switch self {
        case .every(let interval):
            let length = max(1000, interval.wholeMilliseconds)
            return Timestamp(millisecondsSince1970: now.floored(by: length) * length)
        case .daily(let hour, let minute):
            let slot = today * Self.day + Self.timeOfDay(hour, minute)
            return Timestamp(millisecondsSince1970: slot <= now ? slot : slot - Self.day)
        case .weekly(let weekday, let hour, let minute):
            // 1970-01-01 was a Thursday.
            let passed = (today + 3 - Int64(weekday - 1)).remainder(by: 7)
            let slot = (today - passed) * Self.day + Self.timeOfDay(hour, minute)
            return Timestamp(millisecondsSince1970: slot <= now ? slot : slot - 7 * Self.day)
        case .monthly(let day, let hour, let minute):
            let date = CivilDate(daysSince1970: today)
            let slot = Self.month(date.year, date.month, day) * Self.day + Self.timeOfDay(hour, minute)
            if slot <= now { return Timestamp(millisecondsSince1970: slot) }
            let (year, month) = date.month == 1 ? (date.year - 1, 12) : (date.year, date.month - 1)
            return Timestamp(
                millisecondsSince1970: Self.month(year, month, day) * Self.day + Self.timeOfDay(hour, minute))
        }
    }

    /// The first slot after `moment`.
    package func slot(after moment: Timestamp) -> Timestamp {
        let step: Duration =
            switch self {
            case .every(let interval): .milliseconds(max(1000, interval.wholeMilliseconds))
            case .daily: .seconds(86_400)
            case .weekly: .seconds(7 * 86_400)
            // From any slot this reaches into the next month and not beyond its slot.
            case .monthly: .seconds(31 * 86_400)
            }
        let last = slot(onOrBefore: moment)
        let next = slot(onOrBefore: last + step)
        // The next slot of a month may lie up to three days further than 31 days when days are cut to short months.
        return next > last ? next : slot(onOrBefore: last + step + .seconds(3 * 86_400))
    }

    private static func timeOfDay(_ hour: Int, _ minute: Int) -> Int64 {
        Int64(min(max(0, hour), 23)) * 3_600_000 + Int64(min(max(0, minute), 59)) * 60_000
    }

    /// The number of the day in this month, or of its last day.
    private static func month(_ year: Int64, _ month: Int, _ day: Int) -> Int64 {
        let first = CivilDate(year: year, month: month, day: 1).daysSince1970
        let next =
            month == 12
            ? CivilDate(year: year + 1, month: 1, day: 1).daysSince1970
            : CivilDate(year: year, month: month + 1, day: 1).daysSince1970
        return min(first + Int64(max(1, day)) - 1, next - 1)
    }
}

extension Int64 {
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    fileprivate func remainder(by divisor: Int64) -> Int64 {
        self - floored(by: divisor) * divisor
    }
}
