/// The digits of a text, written in any script or spoken, in runs: what belongs together stands in one run.
struct SpokenDigits {
    /// One digit and where it stands; the same words for both digits of "double one".
    struct Digit {
        let value: Int
        let range: Range<String.Index>
        /// Whether another digit stands right before it without anything between: no number begins there.
        let isInside: Bool
    }

    /// Digits with nothing but separators and words such as "and then" between them.
    struct Run {
        fileprivate(set) var digits: [Digit] = []
        /// Words of the text before it that are no digits.
        let wordsBefore: Int
        /// Whether a plus stands before it, as with telephone numbers.
        let isSigned: Bool
    }

    private(set) var runs: [Run] = []
    /// Words that are neither digits nor stand within a run.
    private(set) var wordCount = 0

    /// Characters between two digits of a run.
    private static let separatorsMax = 5

    private let text: String
    private var run: Run?
    private var separators = 0
    private var fillers = 0
    private var repetition: (times: Int, start: String.Index)?
    /// "Forty", which the next word may complete.
    private var tens: (value: Int, range: Range<String.Index>)?

    init(_ text: String) {
        self.text = text
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            if let value = Self.decimal(character) {
                let end = text.index(after: index)
                endTens()
                append(
                    Array(repeating: value, count: repetition?.times ?? 1), (repetition?.start ?? index)..<end,
                    isInside: run?.digits.last?.range.upperBound == index)
                index = end
            } else if character.isLetter {
                let word = text[index...].prefix { $0.isLetter }
                take(word)
                index = word.endIndex
            } else {
                separators += 1
                if !Self.isSeparator(character) || separators > Self.separatorsMax { endRun() }
                index = text.index(after: index)
            }
        }
        endRun()
    }

    private mutating func take(_ word: Substring) {
        let lower = word.lowercased()
        let range = word.startIndex..<word.endIndex
        if let times = SpokenDigitWords.repetitions[lower] {
            endTens()
            repetition = (times, word.startIndex)
        } else if let value = SpokenDigitWords.ones[lower] {
            if let (ten, place) = tens, value > 0, repetition == nil {
                tens = nil
                append([ten, value], place.lowerBound..<word.endIndex)
            } else {
                endTens()
                let start = repetition?.start ?? word.startIndex
                append(Array(repeating: value, count: repetition?.times ?? 1), start..<word.endIndex)
            }
        } else if let values = SpokenDigitWords.teens[lower] {
            endTens()
            append(values, range)
        } else if let value = SpokenDigitWords.tens[lower] {
            endTens()
            tens = (value, range)
            separators = 0
        } else if isUnfinished, SpokenDigitWords.fillers.contains(lower) {
            fillers += 1
            separators = 0
        } else {
            endRun()
            wordCount += 1
        }
    }

    /// Whether a run has begun that is not yet a number of its own: "and" behind one begins another.
    private var isUnfinished: Bool {
        guard let run else { return tens != nil }
        return !CardNumber.lengths.contains(run.digits.count) || !CardNumber.isSound(run.digits.map(\.value))
    }

    /// Adds digits that stand or were spoken together.
    private mutating func append(_ values: [Int], _ range: Range<String.Index>, isInside: Bool = false) {
        var current = run ?? Run(wordsBefore: wordCount, isSigned: isPlus(before: range.lowerBound))
        for (index, value) in values.enumerated() {
            current.digits.append(Digit(value: value, range: range, isInside: isInside || index > 0))
        }
        run = current
        separators = 0
        fillers = 0
        repetition = nil
    }

    private func isPlus(before index: String.Index) -> Bool {
        index > text.startIndex && text[text.index(before: index)] == "+"
    }

    private mutating func endTens() {
        guard let (value, range) = tens else { return }
        tens = nil
        append([value, 0], range)
    }

    private mutating func endRun() {
        endTens()
        if let run { runs.append(run) }
        // What stood behind the last digit was no part of the run after all.
        wordCount += fillers
        run = nil
        fillers = 0
        separators = 0
        repetition = nil
    }

    private static func decimal(_ character: Character) -> Int? {
        guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1,
            scalar.properties.numericType == .decimal
        else { return nil }
        return scalar.properties.numericValue.map { Int($0) }
    }

    private static func isSeparator(_ character: Character) -> Bool {
        character.isWhitespace || "-.,…\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}/".contains(character)
    }
}

/// How digits are said in English, German, Dutch, Spanish, French and Italian; no word stands for two values.
enum SpokenDigitWords {
    static let ones = [
        "zero": 0, "oh": 0, "o": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
        "eight": 8, "nine": 9,
        "null": 0, "eins": 1, "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8,
        "neun": 9,
        "nul": 0, "een": 1, "één": 1, "twee": 2, "drie": 3, "vijf": 5, "zes": 6, "zeven": 7, "negen": 9,
        "cero": 0, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
        "zéro": 0, "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9,
        "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9,
    ]
    static let teens = [
        "ten": [1, 0], "eleven": [1, 1], "twelve": [1, 2], "thirteen": [1, 3], "fourteen": [1, 4], "fifteen": [1, 5],
        "sixteen": [1, 6], "seventeen": [1, 7], "eighteen": [1, 8], "nineteen": [1, 9],
    ]
    static let tens = [
        "twenty": 2, "thirty": 3, "forty": 4, "fifty": 5, "sixty": 6, "seventy": 7, "eighty": 8, "ninety": 9,
    ]
    static let repetitions = ["double": 2, "triple": 3, "quadruple": 4, "doppel": 2, "doble": 2]
    /// Said between the groups of a number.
    static let fillers: Set<String> = [
        "and", "then", "again", "uh", "uhm", "comma", "dash", "space", "um", "und", "dann", "äh", "ähm", "y", "luego",
        "coma", "et",
        "puis", "e", "poi", "en", "dan",
    ]
}
