import Contracts

/// Takes the numbers of payment cards out of text.
///
/// A card number has 13 to 19 digits (ISO/IEC 7812) whose last is right by Luhn's rule. Digits may stand in groups with
/// spaces, dots, commas or dashes between them, in any script's decimal digits, or be spoken: "four one double one". Numbers
/// that fail the rule, such as telephone and order numbers, stay with few exceptions.
enum CardRedactor {
    static let replacement = "[card number removed]"

    /// The text without card numbers, and how many there were.
    static func redact(_ text: String) -> (text: String, count: Int) {
        var found: [Range<String.Index>] = []
        for run in SpokenDigits(text).runs where run.digits.count >= CardNumber.lengths.lowerBound {
            var position = 0
            while position < run.digits.count {
                guard let end = end(of: run.digits, from: position) else {
                    position += 1
                    continue
                }
                found.append(run.digits[position].range.lowerBound..<run.digits[end].range.upperBound)
                position = end + 1
            }
        }
        return (replacing(found, in: text), found.count)
    }

    /// The turns without card numbers, those that were spread over several turns included, and how many there were.
    static func redact(_ turns: [ConversationTurn]) -> (turns: [ConversationTurn], count: Int) {
        var turns = turns
        var count = 0
        for index in turns.indices {
            let (text, removed) = redact(turns[index].text)
            if removed > 0 { turns[index].text = text }
            count += removed
        }
        let spread = SpreadCardNumbers(turns)
        for (turn, ranges) in spread.ranges { turns[turn].text = replacing(ranges, in: turns[turn].text) }
        return (turns, count + spread.count)
    }

    /// - Parameter ranges: In order, apart from each other.
    private static func replacing(_ ranges: [Range<String.Index>], in text: String) -> String {
        guard !ranges.isEmpty else { return text }
        var result = ""
        var copied = text.startIndex
        for range in ranges {
            result += text[copied..<range.lowerBound]
            result += replacement
            copied = range.upperBound
        }
        return result + text[copied...]
    }

    /// The last digit of the longest card number that begins at `start`.
    private static func end(of digits: [SpokenDigits.Digit], from start: Int) -> Int? {
        guard !digits[start].isInside else { return nil }
        for length in CardNumber.lengths.reversed() where start + length <= digits.count {
            let end = start + length - 1
            if end + 1 < digits.count, digits[end + 1].isInside { continue }
            if CardNumber.isSound(digits[start...end].map(\.value)) { return end }
        }
        return nil
    }
}
