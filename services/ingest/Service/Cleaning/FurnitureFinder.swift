/// Finds what recurs at the edges of a document's pages: running heads, footers, page and slide numbers.
///
/// Fed with one page after the other; keeps about 40 bytes for each line near the upper and the lower edge. What recurs
/// is judged by three things together: the same words (numbers aside), the same height on the page, and on enough pages.
/// Numbers must stand still or count with the pages, so that `Exercise 1`, `Exercise 2` are not taken for furniture.
struct FurnitureFinder: Sendable {
    /// The parts of the page, in thousandths of its height, in which furniture can stand.
    private static let upperEdge = 140
    private static let lowerEdge = 860
    private static let linesPerEdgeMax = 6
    /// When more than this share of all text would go, it is not furniture, and only page numbers are taken out.
    private static let removedShareMax = 0.6

    private var edgeLines = EdgeLines()
    private var pagesWithText = 0
    private var textLength = 0

    mutating func add(_ page: CleaningPage) {
        guard !page.lines.isEmpty else { return }
        pagesWithText += 1
        textLength += page.lines.reduce(0) { $0 + $1.text.utf8.count }
        let upper = page.lines.filter { $0.middle < Self.upperEdge }.prefix(Self.linesPerEdgeMax)
        let lower = page.lines.filter { $0.middle > Self.lowerEdge }.suffix(Self.linesPerEdgeMax)
        for line in upper { edgeLines.add(line, isUpper: true, page: page.number) }
        for line in lower { edgeLines.add(line, isUpper: false, page: page.number) }
    }

    /// The furniture of the pages added.
    func furniture() -> Furniture {
        var all: [FurnitureGroup.Place] = []
        var marks: [FurnitureGroup.Place] = []
        edgeLines.forEachGroup { group in
            let found = group.furniture(pagesWithText: pagesWithText)
            all += found
            if group.kind.isPageMark { marks += found }
        }
        let length = all.reduce(0) { $0 + $1.length }
        let isTooMuch = Double(length) > Double(textLength) * Self.removedShareMax
        var furniture = Furniture()
        for place in isTooMuch ? marks : all { furniture.add(place) }
        return furniture
    }
}

/// Which lines of which pages are furniture.
struct Furniture: Sendable {
    struct Line: Sendable, Hashable {
        let page: Int
        let index: Int
    }

    private var lines: Set<Line> = []
    /// The sizes of the text that goes.
    private(set) var sizes = LetterSizes()

    mutating func add(_ place: FurnitureGroup.Place) {
        lines.insert(Line(page: place.page, index: place.line))
        if let size = place.halfPoints { sizes.add(place.length, halfPoints: size) }
    }

    func contains(_ line: CleaningPage.Line, on page: Int) -> Bool {
        lines.contains(Line(page: page, index: line.index))
    }
}
