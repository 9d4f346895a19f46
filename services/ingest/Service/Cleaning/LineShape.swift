/// A line with its numbers taken out, so that `Lecture 3 · page 7` and `Lecture 3 · page 8` have the same shape.
struct LineShape: Sendable, Hashable {
    /// The line in small letters, each run of digits as `0`, without punctuation at its ends.
    let key: String
    /// The values of the runs of digits, in order.
    let numbers: [Int]

    /// Longer lines are text, not furniture.
    static let lengthMax = 160
    static let numbersMax = 6

    init?(_ line: String) {
        guard line.utf8.count <= Self.lengthMax else { return nil }
        if let value = Self.romanValue(line) {
            key = "0"
            numbers = [value]
            return
        }
        var key = String.UnicodeScalarView()
        var numbers: [Int] = []
        var number: Int?
        for scalar in line.unicodeScalars {
            if let digit = Self.digit(scalar) {
                number = min((number ?? 0) * 10 + digit, 999_999_999)
                continue
            }
            if let value = number {
                numbers.append(value)
                key.append("0")
                number = nil
            }
            key.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
        }
        if let value = number {
            numbers.append(value)
            key.append("0")
        }
        guard numbers.count <= Self.numbersMax else { return nil }
        let trimmed = key.drop(while: Self.isTrimmed).reversed().drop(while: Self.isTrimmed).reversed()
        guard !trimmed.isEmpty else { return nil }
        self.key = String(String.UnicodeScalarView(trimmed))
        self.numbers = numbers
    }

    /// How many words the line has beside its numbers.
    var wordCount: Int {
        words.count { $0.contains(where: \.isLetter) }
    }

    /// Whether the line says nothing but which page this is: `7`, `- 7 -`, `Page 7 of 20`, `7/20`.
    var isPageMark: Bool {
        !numbers.isEmpty && numbers.count <= 2
            && words.allSatisfy { Self.pageWords.contains(String($0)) || !$0.contains(where: \.isLetter) }
    }

    /// Whether a page mark says so in words or as a fraction, so that it cannot be a number of the text.
    var isExplicitPageMark: Bool {
        isPageMark && (numbers.count == 2 || words.contains { $0.contains(where: \.isLetter) })
    }

    private var words: [Substring] {
        key.split { $0 == " " || $0 == "/" || $0 == "|" || $0 == "." || $0 == ":" }
    }

    private static let pageWords: Set<String> = [
        "page", "pages", "p", "pg", "of", "slide", "seite", "von", "folie", "página", "pagina", "pág", "de", "di",
        "sur",
        "diapositiva", "strona", "z", "sida", "av", "stránka", "страница", "из", "стр",
    ]

    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        (0x30...0x39).contains(scalar.value) ? Int(scalar.value) - 0x30 : nil
    }

    private static func isTrimmed(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "0" && !scalar.properties.isAlphabetic && !scalar.properties.isIdeographic
            && scalar.properties.numericType == nil
    }

    /// The value of a line that is one small roman number, as on the first pages of books.
    private static func romanValue(_ line: String) -> Int? {
        let values: [Character: Int] = ["i": 1, "v": 5, "x": 10, "l": 50, "c": 100]
        guard (1...8).contains(line.utf8.count) else { return nil }
        var total = 0
        var previous = 0
        for character in line.reversed() {
            guard let value = values[character] else { return nil }
            total += value < previous ? -value : value
            previous = max(previous, value)
        }
        return total > 0 ? total : nil
    }
}
