/// Finds the headings of a document by the size of their letters: what is set clearly larger than most of the text.
///
/// Fed with the pages in order, after furniture has been taken out; keeps only what looks like a heading.
struct HeadingFinder: Sendable {
    /// How much larger than the body text a heading is, at least.
    private static let ratioMin = 1.18
    /// Sizes closer than this are one level.
    private static let levelRatio = 1.08
    private static let levelsMax = 3
    private static let lengthRange = 3...160
    /// Candidates kept, so that memory stays bounded whatever the document.
    private static let candidatesMax = 20_000
    /// A document with more headings than this for each page has no headings, only large letters.
    private static let headingsPerPageMax = 8

    private struct Candidate: Sendable {
        var title: String
        let size: Double
        let page: Int
    }

    /// Headings are at least this large; nil when no size is known.
    private let sizeMin: Double?
    private var candidates: [Candidate] = []
    private var pageCount = 0

    /// - Parameter sizes: Those of the whole document without its furniture.
    init(_ sizes: LetterSizes) {
        sizeMin = sizes.body.map { $0 * Self.ratioMin }
    }

    /// Takes the lines of a page that are no furniture into account.
    mutating func add(_ lines: [CleaningPage.Line], page: Int) {
        pageCount += 1
        let firstOfPage = candidates.count
        var previous: CleaningPage.Line?
        for line in lines {
            guard line.fontSize > 0 else { continue }
            if let previous, !line.startsBlock, Self.isSameSize(previous.fontSize, line.fontSize),
                let last = candidates.indices.last, last >= firstOfPage,
                candidates[last].title.hasSuffix(previous.text)
            {
                // A heading of two lines; one of many is none, and becomes too long for one.
                candidates[last].title += " " + line.text
            } else if candidates.count < Self.candidatesMax, line.startsBlock || previous?.fontSize != line.fontSize {
                candidates.append(Candidate(title: line.text, size: line.fontSize, page: page))
            }
            previous = line
        }
        // What cannot be a heading is forgotten with its page.
        let titles = candidates[firstOfPage...].filter { $0.size >= sizeMin ?? 0 && Self.looksLikeTitle($0.title) }
        candidates.replaceSubrange(firstOfPage..., with: titles)
    }

    /// The headings, in order; none when the document does not tell them by size.
    func headings() -> [OutlineItem] {
        var found = candidates
        guard found.count <= pageCount * Self.headingsPerPageMax else { return [] }
        // What stands on most pages is a running head that the document was too short to prove.
        let pages = Dictionary(grouping: found, by: { LineShape($0.title)?.key ?? $0.title }).mapValues { candidates in
            Set(candidates.map(\.page)).count
        }
        found.removeAll { pages[LineShape($0.title)?.key ?? $0.title, default: 0] > max(1, pageCount / 2) }
        // A slide that is shown in steps repeats its title.
        found = found.indices.filter { $0 == 0 || found[$0].title != found[$0 - 1].title }.map { found[$0] }
        let levels = Self.levels(of: found.map(\.size))
        return found.map { candidate in
            let level = levels.firstIndex { candidate.size >= $0 } ?? levels.count
            return OutlineItem(title: candidate.title, level: min(level + 1, Self.levelsMax), page: candidate.page)
        }
    }

    /// The smallest size of each level, the largest level first.
    private static func levels(of sizes: [Double]) -> [Double] {
        var levels: [Double] = []
        for size in Set(sizes).sorted(by: >) {
            if let last = levels.last, last / size < levelRatio {
                levels[levels.count - 1] = size
            } else {
                levels.append(size)
            }
        }
        return levels
    }

    private static func isSameSize(_ one: Double, _ other: Double) -> Bool {
        abs(one - other) < 0.26
    }

    private static func looksLikeTitle(_ text: String) -> Bool {
        guard lengthRange.contains(text.utf8.count), !text.hasSuffix(","),
            text.unicodeScalars.first != GlyphRepair.bullet
        else { return false }
        let letters = text.count(where: \.isLetter)
        guard letters * 2 >= text.count else { return false }
        // One word at least that is none of a formula's letters; scripts without spaces have words of one letter.
        return text.split(whereSeparator: { !$0.isLetter }).contains { $0.utf8.count >= 3 }
    }
}
