/// Decides what stands on which page. Items go in, in order; finished pages come out.
///
/// Nothing is lost, shown twice (but for repeated headers) or put out of order, and no page is fuller than it may be,
/// unless something that cannot be cut is taller than a page.
package struct Paginator: Sendable {
    private let pageHeight: Double
    private var page = PageLayout()
    private var done: [PageLayout] = []
    private var y = 0.0
    /// White space that the last item wants below it.
    private var below = 0.0
    /// Items that must stay together with the one that is still to come.
    private var chain: [(number: Int, item: FlowItem)] = []
    private var count = 0
    /// The header that may be repeated.
    private var header: (number: Int, item: FlowItem)?
    /// How many of the fragments on the page are repeated headers: a page with nothing else counts as empty.
    private var repeated = 0

    /// Measured heights are sums of fractions, so that "exactly full" needs some play.
    private static let play = 0.01

    /// - Parameter pageHeight: The height of the text's box; positive.
    package init(pageHeight: Double) {
        self.pageHeight = pageHeight
    }

    /// Takes the next item; returns the pages that are now full.
    package mutating func add(_ item: FlowItem) -> [PageLayout] {
        if item.startsPage {
            placeChain()
            endPage()
        }
        chain.append((count, item))
        count += 1
        if !item.keepsWithNext {
            placeChain()
        } else if chain.reduce(0, { $0 + $1.item.height }) > pageHeight / 2 {
            // A chain that is taller than half a page is not worth a hole of that size.
            placeChain(keepsTogether: false)
        }
        return takeDone()
    }

    /// Ends the document; returns the last pages. There is always at least one.
    package mutating func finish() -> [PageLayout] {
        placeChain()
        done.append(page)
        return takeDone()
    }

    private mutating func takeDone() -> [PageLayout] {
        defer { done = [] }
        return done
    }

    // MARK: Placing

    private var isPageEmpty: Bool { page.fragments.count == repeated }

    private mutating func placeChain(keepsTogether: Bool = true) {
        guard let last = chain.last else { return }
        if keepsTogether, chain.count > 1, !isPageEmpty {
            var needed = 0.0
            var space = below
            for (_, item) in chain.dropLast() {
                needed += max(space, item.above) + item.height
                space = item.below
            }
            needed += max(space, last.item.above) + leastHeight(of: last.item)
            if y + needed > pageHeight + Self.play { endPage() }
        }
        for (number, item) in chain { place(item, number) }
        chain = []
    }

    /// What must fit on a page for the item to begin on it.
    private func leastHeight(of item: FlowItem) -> Double {
        switch item.splitting {
        case .never: return item.height
        case .whenTooTall: return min(item.height, pageHeight / 3)
        case .byLines(let orphans, let widows):
            guard let lines = item.columns.first, lines.count >= orphans + widows else { return item.height }
            return item.insetTop + lines.prefix(max(orphans, 1)).reduce(0, +) + item.insetBottom
        }
    }

    private mutating func place(_ item: FlowItem, _ number: Int) {
        if item.header == nil { header = (number, item) }
        var starts = item.columns.map { _ in 0 }
        while true {
            let gap = isPageEmpty ? 0 : max(below, item.above)
            let room = pageHeight - y - gap + Self.play
            let rest = item.height(from: starts)
            if rest <= room {
                put(item, number, from: starts, to: item.columns.map(\.count), height: rest, gap: gap)
                return
            }
            guard let ends = cut(item, from: starts, room: room) else {
                endPage(continuing: item)
                continue
            }
            let isWhole = zip(ends, item.columns).allSatisfy { $0 == $1.count }
            var part = item
            part.columns = zip(item.columns, ends).map { Array($0.prefix($1)) }
            put(item, number, from: starts, to: ends, height: part.height(from: starts), gap: gap)
            if isWhole { return }
            starts = ends
            endPage(continuing: item)
        }
    }

    /// Where the item is cut so that its first part fits; nil for "not on this page". On an empty page there is always an
    /// answer, and it always moves on.
    private func cut(_ item: FlowItem, from starts: [Int], room: Double) -> [Int]? {
        let inner = room - item.insetTop - item.insetBottom
        switch item.splitting {
        case .never:
            return isPageEmpty ? item.columns.map(\.count) : nil
        case .byLines(let orphans, let widows):
            guard item.columns.count == 1 else { return isPageEmpty ? item.columns.map(\.count) : nil }
            let (start, end) = (starts[0], item.columns[0].count)
            var cut = fitting(item.columns[0], from: start, room: inner)
            if end - cut < widows { cut = end - widows }
            if cut - start >= (start == 0 ? max(orphans, 1) : 1) { return [cut] }
            guard isPageEmpty else { return nil }
            return [max(fitting(item.columns[0], from: start, room: inner), start + 1)]
        case .whenTooTall:
            let isFresh = starts.allSatisfy { $0 == 0 }
            if isFresh, !isPageEmpty, item.height <= pageHeight - repeatedHeight(for: item) + Self.play { return nil }
            // A sliver at the foot of a page helps nobody.
            if isFresh, !isPageEmpty, room < pageHeight / 5 { return nil }
            let ends = zip(item.columns, starts).map { fitting($0, from: $1, room: inner) }
            if ends != starts { return ends }
            guard isPageEmpty else { return nil }
            return zip(item.columns, starts).map { min($0.count, $1 + 1) }
        }
    }

    /// The first line that no longer fits.
    private func fitting(_ lines: [Double], from start: Int, room: Double) -> Int {
        var left = room
        var end = start
        while end < lines.count, lines[end] <= left {
            left -= lines[end]
            end += 1
        }
        return end
    }

    private mutating func put(
        _ item: FlowItem, _ number: Int, from starts: [Int], to ends: [Int], height: Double, gap: Double
    ) {
        let lines = zip(starts, ends).map { $0..<$1 }
        page.fragments.append(PageLayout.Fragment(item: number, lines: lines, y: y + gap, height: height))
        y += gap + height
        below = item.below
    }

    /// Ends the page, unless there is nothing on it.
    ///
    /// - Parameter item: What goes on at the top of the next one, below its header if it has one.
    private mutating func endPage(continuing item: FlowItem? = nil) {
        guard !isPageEmpty else { return }
        done.append(page)
        page = PageLayout()
        (y, below, repeated) = (0, 0, 0)
        guard let item, let header, header.number == item.header, repeatedHeight(for: item) > 0 else { return }
        let height = header.item.height
        page.fragments.append(
            PageLayout.Fragment(
                item: header.number, lines: header.item.columns.map { 0..<$0.count }, y: 0, height: height,
                isRepeated: true))
        y = height
        repeated = 1
    }

    /// The height that a repeated header takes above the item; a header that is too tall is not repeated.
    private func repeatedHeight(for item: FlowItem) -> Double {
        guard let header, header.number == item.header, header.item.height <= pageHeight / 3 else { return 0 }
        return header.item.height
    }
}
