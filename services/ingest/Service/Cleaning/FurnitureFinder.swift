/// Finds what recurs at the edges of a document's pages: running heads, footers, page and slide numbers.
///
/// Fed with one page after the other; keeps only the lines near the upper and the lower edge. What recurs is judged by
/// three things together: the same words (numbers aside), the same height on the page, and on enough pages. Numbers
/// must stand still or count with the pages, so that `Exercise 1`, `Exercise 2` are not taken for furniture.
struct FurnitureFinder: Sendable {
    /// The parts of the page, in thousandths of its height, in which furniture can stand.
    private static let upperEdge = 140
    private static let lowerEdge = 860
    private static let linesPerEdgeMax = 6
    /// More kinds of lines than this are not followed, so that memory stays bounded whatever the document.
    static let groupsMax = 40_000
    /// When more than this share of all text would go, it is not furniture, and only page numbers are taken out.
    private static let removedShareMax = 0.6

    private struct GroupKey: Hashable {
        let isUpper: Bool
        let key: String
    }

    private var groups: [GroupKey: Group] = [:]
    private var pagesWithText = 0
    private var textLength = 0

    mutating func add(_ page: CleaningPage) {
        guard !page.lines.isEmpty else { return }
        pagesWithText += 1
        textLength += page.lines.reduce(0) { $0 + $1.text.utf8.count }
        let upper = page.lines.filter { $0.middle < Self.upperEdge }.prefix(Self.linesPerEdgeMax)
        let lower = page.lines.filter { $0.middle > Self.lowerEdge }.suffix(Self.linesPerEdgeMax)
        for line in upper { add(line, isUpper: true, page: page.number) }
        for line in lower { add(line, isUpper: false, page: page.number) }
    }

    private mutating func add(_ line: CleaningPage.Line, isUpper: Bool, page: Int) {
        guard let shape = LineShape(line.text) else { return }
        let key = GroupKey(isUpper: isUpper, key: shape.key)
        guard groups[key] != nil || groups.count < Self.groupsMax else { return }
        groups[key, default: Group(shape: shape, isUpper: isUpper, places: [])].places.append(
            Place(
                page: page, line: line.index, middle: line.middle, length: line.text.utf8.count, numbers: shape.numbers)
        )
    }

    /// The furniture of the pages added.
    func furniture() -> Furniture {
        var all: [Place] = []
        var marks: [Place] = []
        for group in groups.values {
            let found = group.furniture(pagesWithText: pagesWithText)
            all += found
            if group.shape.isPageMark { marks += found }
        }
        let removed = all.reduce(0) { $0 + $1.length }
        let isTooMuch = Double(removed) > Double(textLength) * Self.removedShareMax
        return Furniture(lines: Set((isTooMuch ? marks : all).map { Furniture.Line(page: $0.page, index: $0.line) }))
    }
}

/// Which lines of which pages are furniture.
struct Furniture: Sendable {
    struct Line: Sendable, Hashable {
        let page: Int
        let index: Int
    }

    fileprivate(set) var lines: Set<Line> = []

    func contains(_ line: CleaningPage.Line, on page: Int) -> Bool {
        lines.contains(Line(page: page, index: line.index))
    }
}

/// One line near an edge.
private struct Place {
    let page: Int
    let line: Int
    let middle: Int
    let length: Int
    let numbers: [Int]
}

/// Lines of the same shape at the same edge.
private struct Group {
    let shape: LineShape
    let isUpper: Bool
    var places: [Place]

    /// How far, in thousandths of the page's height, a line may stand from the others of its kind.
    private static let spread = 15
    /// The share of places whose number must fit.
    private static let numberShare = 0.8

    /// The places that are furniture in a document with so many pages with text.
    func furniture(pagesWithText: Int) -> [Place] {
        let aligned = alignedPlaces()
        guard aligned.count >= 2 else { return [] }
        switch numberBehaviour(of: aligned) {
        case .still: return recurring(aligned, isCounting: false, pagesWithText: pagesWithText)
        case .counting: return recurring(aligned, isCounting: true, pagesWithText: pagesWithText)
        case .neither:
            // `Chapter 3` on twenty pages and `Chapter 4` on the next twenty: each is judged on its own.
            return Dictionary(grouping: aligned, by: \.numbers).values.flatMap {
                recurring($0, isCounting: false, pagesWithText: pagesWithText)
            }
        }
    }

    /// One place for each page, at about the height of most.
    private func alignedPlaces() -> [Place] {
        let heights = places.map(\.middle).sorted()
        let median = heights[heights.count / 2]
        var aligned: [Place] = []
        for place in places.sorted(by: { ($0.page, $0.line) < ($1.page, $1.line) })
        where abs(place.middle - median) <= Self.spread && aligned.last?.page != place.page {
            aligned.append(place)
        }
        return aligned
    }

    private enum NumberBehaviour {
        case still, counting, neither
    }

    private func numberBehaviour(of places: [Place]) -> NumberBehaviour {
        var isCounting = false
        for position in shape.numbers.indices {
            let values = places.map { $0.numbers[position] }
            let offsets = places.map { $0.numbers[position] - $0.page }
            if Self.mostCommonShare(offsets) >= Self.numberShare, Set(values).count > 1 {
                isCounting = true
            } else if Self.mostCommonShare(values) < Self.numberShare {
                return .neither
            }
        }
        return isCounting ? .counting : .still
    }

    private static func mostCommonShare(_ values: [Int]) -> Double {
        let counts = values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return Double(counts.values.max() ?? 0) / Double(max(values.count, 1))
    }

    private func recurring(_ places: [Place], isCounting: Bool, pagesWithText: Int) -> [Place] {
        let count = places.count
        let middle = places[count / 2].middle
        let isAtVeryEdge = middle < 60 || middle > 900
        if isCounting, !shape.isPageMark, isUpper, shape.wordCount < 2 { return [] }
        switch pagesWithText {
        case ...2:
            // Two pages prove nothing; only a mark that names the very page goes.
            guard count == pagesWithText, shape.isPageMark, shape.isExplicitPageMark || isAtVeryEdge,
                places.allSatisfy({ $0.numbers.first == $0.page })
            else { return [] }
            return places
        case 3...5:
            guard count >= max(3, pagesWithText - 1), shape.isPageMark && isCounting || isAtVeryEdge else { return [] }
            return places
        default:
            let share = Double(count) / Double(pagesWithText)
            if count >= 4, share >= (isAtVeryEdge ? 0.5 : 0.6) { return places }
            if count >= 4, shape.isPageMark, isCounting, share >= 0.2 { return places }
            return isAtVeryEdge ? run(places) : []
        }
    }

    /// What stands on a dense run of pages, such as the title of a chapter. Its first place stays: it may be the only
    /// one where the title is said.
    private func run(_ places: [Place]) -> [Place] {
        guard places.count >= 5, let first = places.first, let last = places.last else { return [] }
        let span = last.page - first.page + 1
        guard Double(places.count) >= 0.35 * Double(span) else { return [] }
        return isUpper && shape.wordCount > 0 ? Array(places.dropFirst()) : places
    }
}
