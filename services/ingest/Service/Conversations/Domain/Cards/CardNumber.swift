/// What makes digits the number of a payment card.
enum CardNumber {
    /// ISO/IEC 7812: 13 to 19 digits in use.
    static let lengths = 13...19

    /// Whether the last digit is right, by Luhn's rule (ISO/IEC 7812-1 annex B), and not all digits are the same: zeros alone
    /// satisfy the rule and are no card.
    static func isSound(_ digits: [Int]) -> Bool {
        lengths.contains(digits.count) && passesLuhn(digits) && digits.contains { $0 != digits[0] }
    }

    /// Whether a network issues numbers that begin so, in that length. Asked where the rule alone would take too much, because
    /// the digits were put together from several places.
    static func isIssued(_ digits: [Int]) -> Bool {
        guard digits.count >= 4 else { return false }
        let prefix = digits.prefix(4).reduce(0) { $0 * 10 + $1 }
        return networks.contains { $0.prefixes.contains(prefix) && $0.lengths.contains(digits.count) }
    }

    /// Whether numbers that are issued begin with these digits, however few.
    static func mayBegin(_ digits: some Collection<Int>) -> Bool {
        guard !digits.isEmpty else { return true }
        let known = digits.prefix(4)
        var low = 0
        var high = 0
        for digit in known { (low, high) = (low * 10 + digit, high * 10 + digit) }
        for _ in known.count..<4 { (low, high) = (low * 10, high * 10 + 9) }
        return networks.contains { $0.prefixes.overlaps(low...high) }
    }

    static func passesLuhn(_ digits: [Int]) -> Bool {
        let sum = digits.reversed().enumerated().reduce(0) { sum, item in
            guard item.offset % 2 == 1 else { return sum + item.element }
            let doubled = item.element * 2
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
        return sum % 10 == 0
    }

    /// By the first four digits.
    private static let networks: [(prefixes: ClosedRange<Int>, lengths: ClosedRange<Int>)] = [
        (4_000...4_999, 13...13), (4_000...4_999, 16...16), (4_000...4_999, 19...19),  // Visa
        (5_100...5_599, 16...16), (2_221...2_720, 16...16),  // Mastercard
        (3_400...3_499, 15...15), (3_700...3_799, 15...15),  // American Express
        // Diners Club
        (3_000...3_059, 14...19), (3_095...3_095, 14...19), (3_600...3_699, 14...19), (3_800...3_999, 14...19),
        (3_528...3_589, 16...19),  // JCB
        (6_011...6_011, 16...19), (6_440...6_599, 16...19),  // Discover
        (6_200...6_299, 16...19), (8_100...8_199, 16...19),  // UnionPay
        (2_200...2_204, 16...19), (9_792...9_792, 16...16),  // Mir, Troy
        (5_000...5_099, 13...19), (5_600...5_899, 13...19), (6_000...6_999, 13...19),  // Maestro
    ]
}
