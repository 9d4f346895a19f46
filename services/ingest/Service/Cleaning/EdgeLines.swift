/// The lines near one edge of the pages of a document, each in a few bytes, grouped by their shape.
///
/// Of a shape only a hash is kept: most lines near an edge are text that never comes again.
struct EdgeLines: Sendable {
    /// More kinds of lines than this are not followed, so that memory stays bounded whatever the document.
    static let groupsMax = 40_000

    private struct Entry {
        let page: Int32
        let line: Int32
        let middle: Int16
        let length: Int16
        /// 0 when it is not known.
        let halfPoints: Int16
        /// Where its numbers begin.
        let numbers: Int32
        let numberCount: Int8
        let kind: FurnitureGroup.Kind
        /// The line of the same group before it, or -1.
        let previous: Int32
    }

    private var entries: [Entry] = []
    private var numbers: [Int32] = []
    /// The last entry of each group.
    private var groups: [Int: Int32] = [:]

    /// Adds a line, unless it is too long to be furniture.
    mutating func add(_ line: CleaningPage.Line, isUpper: Bool, page: Int) {
        guard let shape = LineShape(line.text) else { return }
        var hasher = Hasher()
        hasher.combine(isUpper)
        hasher.combine(shape.key)
        let group = hasher.finalize()
        let previous = groups[group]
        guard previous != nil || groups.count < Self.groupsMax else { return }
        groups[group] = Int32(clamping: entries.count)
        entries.append(
            Entry(
                page: Int32(clamping: page), line: Int32(clamping: line.index), middle: Int16(clamping: line.middle),
                length: Int16(clamping: line.text.utf8.count),
                halfPoints: Int16(clamping: LetterSizes.halfPoints(of: line.fontSize) ?? 0),
                numbers: Int32(clamping: numbers.count),
                numberCount: Int8(clamping: shape.numbers.count), kind: kind(of: shape, isUpper: isUpper),
                previous: previous ?? -1))
        numbers += shape.numbers.map { Int32(clamping: $0) }
    }

    /// Hands each group of two lines or more to `body`.
    func forEachGroup(_ body: (FurnitureGroup) -> Void) {
        for last in groups.values where entries[Int(last)].previous >= 0 {
            var places: [FurnitureGroup.Place] = []
            var next = last
            while next >= 0 {
                let entry = entries[Int(next)]
                let first = Int(entry.numbers)
                places.append(
                    FurnitureGroup.Place(
                        page: Int(entry.page), line: Int(entry.line), middle: Int(entry.middle),
                        length: Int(entry.length),
                        halfPoints: entry.halfPoints > 0 ? Int(entry.halfPoints) : nil,
                        numbers: numbers[first..<(first + Int(entry.numberCount))].map(Int.init)))
                next = entry.previous
            }
            body(FurnitureGroup(kind: entries[Int(last)].kind, places: places.reversed()))
        }
    }

    private func kind(of shape: LineShape, isUpper: Bool) -> FurnitureGroup.Kind {
        let words = shape.wordCount
        return FurnitureGroup.Kind(
            isUpper: isUpper, isPageMark: shape.isPageMark, isExplicitPageMark: shape.isExplicitPageMark,
            hasWords: words > 0, hasSeveralWords: words > 1)
    }
}
