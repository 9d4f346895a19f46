/// Finds the letters that stand for bullets: fonts of symbols name their bullets after letters (`n` is a square, `l` a
/// dot, `r` a box with a shadow), and a page's text then begins its items with that letter.
///
/// Fed with one page after the other. A small Latin letter is a bullet when it begins items again and again, hardly ever
/// stands alone anywhere else, and is none of `a`, `b`, `c`, …: words of one letter (`a`, `y`, `w`), names of variables and
/// numbering stay.
struct BulletLetters: Sendable {
    /// Fewer items than this prove nothing.
    private static let itemsMin = 3
    /// So many items there must be for each time that the letter stands alone elsewhere.
    private static let itemsPerOther = 4
    private static let letters = UInt8(ascii: "a")...UInt8(ascii: "z")

    private struct Count {
        /// Lines that begin with the letter and look like items.
        var items = 0
        /// Items whose text begins with a capital.
        var capitalItems = 0
        var others = 0
    }

    private var counts = [Count](repeating: Count(), count: 26)

    mutating func add(_ page: CleaningPage) {
        for line in page.lines { add(line) }
    }

    private mutating func add(_ line: CleaningPage.Line) {
        let mark = Self.item(of: line)
        if let mark {
            counts[mark.index].items += 1
            if mark.hasCapital { counts[mark.index].capitalItems += 1 }
        }
        var previous = UInt8(ascii: " ")
        var lone: Int?
        for byte in line.text.utf8 {
            if byte == UInt8(ascii: " ") {
                if let lone { counts[lone].others += 1 }
                lone = nil
            } else if previous == UInt8(ascii: " "), Self.letters.contains(byte) {
                lone = Self.index(of: byte)
            } else {
                lone = nil
            }
            previous = byte
        }
        if let lone { counts[lone].others += 1 }
        // The item's own letter was counted, too.
        if let mark { counts[mark.index].others -= 1 }
    }

    /// The letters that are bullets in the pages added.
    func found() -> Set<Character> {
        var found: Set<Character> = []
        for (index, count) in counts.enumerated()
        where count.items >= Self.itemsMin && 2 * count.capitalItems >= count.items
            && count.items >= Self.itemsPerOther * count.others && !isNumbering(index)
        {
            found.insert(Character(Unicode.Scalar(Self.letters.lowerBound + UInt8(index))))
        }
        return found
    }

    /// Whether the letter numbers items: all letters before it do so, too. `a` and `i` are never anything but words,
    /// variables and numbers.
    private func isNumbering(_ index: Int) -> Bool {
        if index == Self.index(of: UInt8(ascii: "a")) || index == Self.index(of: UInt8(ascii: "i")) { return true }
        return counts[..<index].allSatisfy { $0.items > 0 }
    }

    private static func index(of letter: UInt8) -> Int { Int(letter - letters.lowerBound) }

    /// The letter that a line begins with when the line could be an item: a word of two letters or more follows, in a new
    /// block or with a capital.
    private static func item(of line: CleaningPage.Line) -> (index: Int, hasCapital: Bool)? {
        let bytes = line.text.utf8
        guard let letter = bytes.first, letters.contains(letter), bytes.dropFirst().first == UInt8(ascii: " ") else {
            return nil
        }
        let word = line.text.dropFirst(2).prefix { $0.isLetter }
        guard word.count >= 2, let first = word.unicodeScalars.first else { return nil }
        let hasCapital = !first.properties.isLowercase
        guard hasCapital || line.startsBlock else { return nil }
        return (index(of: letter), hasCapital)
    }
}

extension GlyphRepair {
    /// The line with a bullet in place of the letter that stands for one.
    static func withBullet(_ line: String, for letters: Set<Character>) -> String {
        guard let first = line.first, letters.contains(first), line.dropFirst().first == " " else { return line }
        return String(bullet) + line.dropFirst()
    }
}
