import Testing
import Typesetting

/// Numbers that look random and are the same in every run (SplitMix64).
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func roll(_ range: ClosedRange<Int>) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return range.lowerBound + Int(z % UInt64(range.count))
    }
}

private func paginate(_ items: [FlowItem], height: Double) -> [PageLayout] {
    var paginator = Paginator(pageHeight: height)
    var pages: [PageLayout] = []
    for item in items { pages += paginator.add(item) }
    return pages + paginator.finish()
}

private func paragraph(_ lines: Int, height: Double = 10, orphans: Int = 2, widows: Int = 2) -> FlowItem {
    var item = FlowItem(columns: [[Double](repeating: height, count: lines)])
    item.splitting = .byLines(orphans: orphans, widows: widows)
    return item
}

private func block(_ height: Double) -> FlowItem { FlowItem(columns: [[height]]) }

/// Which lines of each item stand on each page, such as `[[0: 0..<3]]`.
private func lines(_ pages: [PageLayout]) -> [[Int: Range<Int>]] {
    pages.map { page in
        var found: [Int: Range<Int>] = [:]
        for fragment in page.fragments where !fragment.isRepeated { found[fragment.item] = fragment.lines[0] }
        return found
    }
}

@Suite struct PaginatorTests {
    @Test func `a document without anything has one empty page`() {
        #expect(paginate([], height: 100) == [PageLayout()])
    }

    @Test func `a page is filled to the last point and not beyond`() {
        #expect(paginate([block(40), block(60)], height: 100).count == 1)
        #expect(paginate([block(40), block(60.1)], height: 100).count == 2)
    }

    @Test func `the larger of two distances counts, and none at the top of a page`() {
        var (a, b, c) = (block(10), block(10), block(90))
        a.above = 30
        a.below = 5
        b.above = 8
        c.above = 20
        let pages = paginate([a, b, c], height: 100)
        #expect(pages.map { $0.fragments.map(\.y) } == [[0, 18], [0]])
    }

    @Test func `a paragraph leaves at least two lines behind and takes at least two along`() {
        // Room for 9 of 10 lines: one must not stand alone on the next page.
        #expect(lines(paginate([paragraph(10)], height: 90)) == [[0: 0..<8], [0: 8..<10]])
        // Room for one line only: it goes along.
        #expect(lines(paginate([block(90), paragraph(5)], height: 100)) == [[0: 0..<1], [1: 0..<5]])
        // Three lines have no place for a cut.
        #expect(lines(paginate([block(80), paragraph(3)], height: 100)) == [[0: 0..<1], [1: 0..<3]])
    }

    @Test func `lines taller than the page go on one by one and are never lost`() {
        let pages = paginate([paragraph(3, height: 120)], height: 100)
        #expect(lines(pages) == [[0: 0..<1], [0: 1..<2], [0: 2..<3]])
    }

    @Test func `a heading stays with what follows`() {
        var heading = block(20)
        heading.keepsWithNext = true
        let pages = paginate([block(70), heading, paragraph(4)], height: 100)
        #expect(lines(pages) == [[0: 0..<1], [1: 0..<1, 2: 0..<4]])
        // With room for two of its lines, it need not go along.
        let fitting = paginate([block(60), heading, paragraph(4)], height: 100)
        #expect(lines(fitting) == [[0: 0..<1, 1: 0..<1, 2: 0..<2], [2: 2..<4]])
    }

    @Test func `a chain of headings is not kept together when it takes half a page`() {
        var heading = block(20)
        heading.keepsWithNext = true
        // Together with the lines they need all of a page; so the first one stays where there is room for it.
        let pages = paginate([block(70)] + [FlowItem](repeating: heading, count: 4) + [paragraph(2)], height: 100)
        #expect(lines(pages) == [[0: 0..<1, 1: 0..<1], [2: 0..<1, 3: 0..<1, 4: 0..<1, 5: 0..<2]])
    }

    @Test func `an item that begins a page does, once`() {
        var item = block(10)
        item.startsPage = true
        #expect(paginate([item, item], height: 100).count == 2)
        #expect(paginate([block(10), item], height: 100).count == 2)
    }

    @Test func `a row stays whole when a page can hold it`() {
        var row = FlowItem(columns: [[10, 10, 10], [10]])
        row.splitting = .whenTooTall
        #expect(lines(paginate([block(80), row], height: 100)) == [[0: 0..<1], [1: 0..<3]])
    }

    @Test func `a row that no page can hold is cut in all its columns`() {
        var row = FlowItem(columns: [[Double](repeating: 10, count: 25), [30, 30, 30, 30]])
        row.splitting = .whenTooTall
        row.insetTop = 5
        row.insetBottom = 5
        let pages = paginate([row], height: 100)
        let parts = pages.map { $0.fragments.map(\.lines) }
        #expect(parts == [[[0..<9, 0..<3]], [[9..<18, 3..<4]], [[18..<25, 4..<4]]])
    }

    @Test func `a table's header is repeated above its rows, but not above itself`() {
        var header = block(10)
        header.keepsWithNext = true
        var row = block(30)
        row.splitting = .whenTooTall
        row.header = 1
        let pages = paginate([block(10), header] + [FlowItem](repeating: row, count: 6), height: 100)
        #expect(pages.count == 3)
        #expect(pages.map { $0.fragments.filter(\.isRepeated).map(\.item) } == [[], [1], [1]])
        #expect(pages[1].fragments.map(\.y) == [0, 10, 40, 70])
        // What comes after the table has no header above it.
        let after = paginate([block(10), header, row, row, block(95)], height: 100)
        #expect(after[1].fragments.map(\.isRepeated) == [false])
    }

    @Test func `a header that would take too much of the page is shown once`() {
        var row = block(30)
        row.header = 0
        let pages = paginate([block(40), row, row, row], height: 100)
        #expect(pages.flatMap(\.fragments).filter(\.isRepeated).isEmpty)
    }

    @Test(arguments: 0..<200)
    func `no line is lost, none stands twice, the order is kept and pages are not overfull`(seed: Int) {
        var dice = Dice(seed: UInt64(seed))
        let height = Double(dice.roll(60...200))
        var items: [FlowItem] = []
        var header: Int?
        for number in 0..<dice.roll(1...60) {
            var item = FlowItem(
                columns: (0..<(dice.roll(0...3) == 0 ? dice.roll(0...3) : 1)).map { _ in
                    (0..<dice.roll(0...12)).map { _ in Double(dice.roll(1...40)) / 2 }
                })
            switch dice.roll(0...2) {
            case 0 where item.columns.count == 1:
                item.splitting = .byLines(orphans: dice.roll(0...3), widows: dice.roll(0...3))
            case 1: item.splitting = .whenTooTall
            default: item.columns = item.columns.map { Array($0.prefix(3)) }
            }
            item.insetTop = Double(dice.roll(0...4))
            item.insetBottom = Double(dice.roll(0...4))
            item.above = Double(dice.roll(0...12))
            item.below = Double(dice.roll(0...12))
            item.keepsWithNext = dice.roll(0...4) == 0
            item.startsPage = dice.roll(0...20) == 0
            if dice.roll(0...6) == 0 { header = number } else { item.header = dice.roll(0...1) == 0 ? header : nil }
            items.append(item)
        }
        let pages = paginate(items, height: height)
        var seen = items.map { $0.columns.map { _ in 0 } }
        var last = 0
        for page in pages {
            var bottom = 0.0
            for fragment in page.fragments {
                #expect(fragment.y >= bottom - 0.1)
                bottom = fragment.y + fragment.height
                let isTooTall = items[fragment.item].splitting == .never || fragment.lines.allSatisfy { $0.count <= 1 }
                #expect(bottom <= height + 0.1 || isTooTall)
                guard !fragment.isRepeated else { continue }
                #expect(fragment.item >= last)
                last = fragment.item
                for (column, range) in fragment.lines.enumerated() {
                    #expect(range.lowerBound == seen[fragment.item][column])
                    seen[fragment.item][column] = range.upperBound
                }
            }
        }
        #expect(seen == items.map { $0.columns.map(\.count) })
    }
}
