/// Takes the numbers of payment cards out of text.
///
/// A card number has 13 to 19 digits (ISO/IEC 7812) whose last is right by Luhn's rule. Digits may stand in groups with
/// spaces, dots, commas or dashes between them, in any script's decimal digits, or be spoken in English: "four one double
/// one". Numbers that fail the rule, such as telephone and order numbers, stay with few exceptions.
enum CardRedactor {
    static let replacement = "[card number removed]"
    static let lengths = 13...19

    /// The text without card numbers, and how many there were.
    static func redact(_ text: String) -> (text: String, count: Int) {
        var result = ""
        var copied = text.startIndex
        var count = 0
        for run in runs(in: text) {
            var position = 0
            while position < run.count {
                guard let end = end(of: run, from: position) else {
                    position += 1
                    continue
                }
                result += text[copied..<run[position].range.lowerBound]
                result += replacement
                copied = run[end].range.upperBound
                count += 1
                position = end + 1
            }
        }
        guard count > 0 else { return (text, 0) }
        return (result + text[copied...], count)
    }

    /// One digit and where it stands; the same words for both digits of "double one".
    private struct Digit {
        let value: Int
        let range: Range<String.Index>
        /// Whether another digit stands right before it without anything between: no number begins there.
        let isInside: Bool
    }

    /// The last digit of the longest card number that begins at `start`.
    private static func end(of run: [Digit], from start: Int) -> Int? {
        guard !run[start].isInside else { return nil }
        for length in lengths.reversed() where start + length <= run.count {
            let end = start + length - 1
            if end + 1 < run.count, run[end + 1].isInside { continue }
            // Zeros alone satisfy the rule and are no card.
            let values = run[start...end].map(\.value)
            if passesLuhn(values), values.contains(where: { $0 != values[0] }) { return end }
        }
        return nil
    }

    /// ISO/IEC 7812-1 annex B.
    static func passesLuhn(_ digits: [Int]) -> Bool {
        let sum = digits.reversed().enumerated().reduce(0) { sum, item in
            guard item.offset % 2 == 1 else { return sum + item.element }
            let doubled = item.element * 2
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
        return sum % 10 == 0
    }

    // MARK: Finding digits

    /// Digits that belong together: nothing but separators between them.
    private static func runs(in text: String) -> [[Digit]] {
        var runs: [[Digit]] = []
        var run: [Digit] = []
        var separators = 0
        var repeats = 1
        var repeatStart: String.Index?
        func end() {
            if run.count >= lengths.lowerBound { runs.append(run) }
            run = []
            repeats = 1
            repeatStart = nil
        }
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            if let value = decimal(character) {
                let next = text.index(after: index)
                let isInside = run.last?.range.upperBound == index
                run.append(Digit(value: value, range: index..<next, isInside: isInside))
                (index, separators) = (next, 0)
            } else if character.isLetter {
                let word = text[index...].prefix { $0.isLetter }
                if let times = repetitions[word.lowercased()] {
                    (repeats, repeatStart) = (times, index)
                } else if let value = spoken[word.lowercased()] {
                    let range = (repeatStart ?? index)..<word.endIndex
                    // Each is a number's possible beginning; all of "double one" go together.
                    for time in 0..<repeats { run.append(Digit(value: value, range: range, isInside: time > 0)) }
                    (repeats, repeatStart) = (1, nil)
                } else {
                    end()
                }
                (index, separators) = (word.endIndex, 0)
            } else {
                separators += 1
                if !isSeparator(character) || separators > 3 { end() }
                index = text.index(after: index)
            }
        }
        end()
        return runs
    }

    private static func decimal(_ character: Character) -> Int? {
        guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1,
            scalar.properties.numericType == .decimal
        else { return nil }
        return scalar.properties.numericValue.map { Int($0) }
    }

    private static func isSeparator(_ character: Character) -> Bool {
        character.isWhitespace || "-.,\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}/".contains(character)
    }

    private static let spoken = [
        "zero": 0, "oh": 0, "o": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
        "eight": 8, "nine": 9,
    ]
    private static let repetitions = ["double": 2, "triple": 3]
}
