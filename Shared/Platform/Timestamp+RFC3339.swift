extension Timestamp: CustomStringConvertible {
    package var description: String { rfc3339 }

    /// The moment as RFC 3339 text in UTC with milliseconds, such as `2026-01-02T03:04:05.678Z`.
    ///
    /// Years outside 0000...9999 cannot be written in RFC 3339; they are clamped to its ends.
    package var rfc3339: String {
        let clamped = min(max(millisecondsSince1970, -62_167_219_200_000), 253_402_300_799_999)
        let (days, millisecondsOfDay) = clamped.flooredDivision(by: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        let (secondOfDay, milliseconds) = millisecondsOfDay.quotientAndRemainder(dividingBy: 1000)
        return String(unsafeUninitializedCapacity: 24) { text in
            var writer = DigitWriter(text)
            writer.put(date.year, digits: 4)
            writer.put("-")
            writer.put(Int64(date.month), digits: 2)
            writer.put("-")
            writer.put(Int64(date.day), digits: 2)
            writer.put("T")
            writer.put(secondOfDay / 3600, digits: 2)
            writer.put(":")
            writer.put(secondOfDay / 60 % 60, digits: 2)
            writer.put(":")
            writer.put(secondOfDay % 60, digits: 2)
            writer.put(".")
            writer.put(milliseconds, digits: 3)
            writer.put("Z")
            return writer.count
        }
    }

    /// Reads RFC 3339 text (section 5.6): any offset, any number of fraction digits (cut to milliseconds).
    ///
    /// A leap second (`:60`) is read as the last millisecond before it. Anything else that is out of range is refused.
    package init?(rfc3339 text: some StringProtocol) {
        var reader = DigitReader(bytes: Array(text.utf8))
        guard
            let year = reader.number(digits: 4), reader.take("-"),
            let month = reader.number(digits: 2), reader.take("-"),
            let day = reader.number(digits: 2), reader.take("T", "t"),
            let hour = reader.number(digits: 2), reader.take(":"),
            let minute = reader.number(digits: 2), reader.take(":"),
            var second = reader.number(digits: 2), var milliseconds = reader.fraction(),
            let offsetMinutes = reader.offsetMinutes(), reader.isAtEnd
        else { return nil }
        guard (1...12).contains(month), day >= 1, day <= CivilDate.days(inMonth: month, ofYear: year) else {
            return nil
        }
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        if second == 60 { (second, milliseconds) = (59, 999) }
        let days = CivilDate(year: year, month: Int(month), day: Int(day)).daysSince1970
        let minutes = (days * 24 + hour) * 60 + minute - offsetMinutes
        self.init(millisecondsSince1970: (minutes * 60 + second) * 1000 + milliseconds)
    }
}

/// A date of the proleptic Gregorian calendar, converted to and from days since 1970-01-01.
package struct CivilDate: Sendable, Hashable {
    package var year: Int64
    package var month: Int
    package var day: Int

    package init(year: Int64, month: Int, day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    // Both directions count in eras of 400 years (146,097 days) that begin on 1 March, so that the leap day is last.
    package init(daysSince1970: Int64) {
        let (era, dayOfEra) = (daysSince1970 + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package var daysSince1970: Int64 {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let shiftedMonth = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func days(inMonth month: Int64, ofYear year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    /// Quotient rounded down and the matching remainder, which is never negative.
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

private struct DigitWriter {
    let text: UnsafeMutableBufferPointer<UInt8>
    var count = 0

    init(_ text: UnsafeMutableBufferPointer<UInt8>) { self.text = text }

    mutating func put(_ character: Unicode.Scalar) {
        text[count] = UInt8(truncatingIfNeeded: character.value)
        count += 1
    }

    mutating func put(_ number: Int64, digits: Int) {
        var rest = number
        for position in stride(from: count + digits - 1, through: count, by: -1) {
            text[position] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digits
    }
}

private struct DigitReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ choices: Unicode.Scalar...) -> Bool {
        guard position < bytes.count, choices.contains(Unicode.Scalar(bytes[position])) else { return false }
        position += 1
        return true
    }

    mutating func number(digits: Int) -> Int64? {
        guard position + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + digits] {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        position += digits
        return value
    }

    /// The fraction in milliseconds: 0 when there is none, nil when a dot has no digit after it.
    mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        var milliseconds: Int64 = 0
        var scale: Int64 = 100
        let start = position
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
            milliseconds += Int64(bytes[position] - 0x30) * scale
            scale /= 10
            position += 1
        }
        return position == start ? nil : milliseconds
    }

    mutating func offsetMinutes() -> Int64? {
        if take("Z", "z") { return 0 }
        let sign: Int64
        if take("+") {
            sign = 1
        } else if take("-") {
            sign = -1
        } else {
            return nil
        }
        guard let hours = number(digits: 2), take(":"), let minutes = number(digits: 2) else { return nil }
        return hours < 24 && minutes < 60 ? sign * (hours * 60 + minutes) : nil
    }
}
