/// Puts the blocks of a page into the order in which they are read when the page has columns.
///
/// poppler goes down a page by rows of blocks and mixes columns whose paragraphs stand at different heights. Here a page
/// is cut along a gutter first: what crosses it (a title, a wide figure's caption) separates the page into bands, and in
/// each band the left column is read before the right one. Where there are no columns of running text, the order stays as
/// it was: cells of a table or labels of a drawing are not columns.
struct ReadingOrder: Sendable {
    /// What has to be known of a block.
    struct Block: Sendable {
        var left, top, right, bottom: Double
        var lineCount: Int
        var characterCount: Int
        /// Of these, characters in lines long enough to be running text.
        var runningCharacterCount: Int

        var middle: Double { (top + bottom) / 2 }
    }

    /// A side with fewer lines is no column.
    private static let linesOfColumn = 4
    /// Columns in columns in columns are enough.
    private static let depthMax = 3
    /// The page is searched for gutters in steps of so many points.
    private static let step = 3.0

    private let blocks: [Block]

    /// The indices of the blocks in reading order.
    static func order(_ blocks: [Block]) -> [Int] {
        ReadingOrder(blocks: blocks).order(Array(blocks.indices), depth: 0)
    }

    private func order(_ indices: [Int], depth: Int) -> [Int] {
        guard depth < Self.depthMax, indices.count >= 3, let gutter = gutter(among: indices) else { return indices }
        guard depth == 0 else { return cut(indices, along: gutter, depth: depth) }
        var body = indices
        let headers = (0..<2).flatMap { _ in takeMarginRow(from: &body, atTop: true) }
        let footers = (0..<2).map { _ in takeMarginRow(from: &body, atTop: false) }.reversed().flatMap { $0 }
        return headers + cut(body, along: gutter, depth: depth) + footers
    }

    /// Takes away the highest (or lowest) row of single lines, if it keeps a line's distance from everything else, as
    /// running headers and footers do and headings do not.
    private func takeMarginRow(from indices: inout [Int], atTop: Bool) -> [Int] {
        let edge = { (index: Int) in atTop ? blocks[index].middle : -blocks[index].middle }
        guard let outermost = indices.min(by: { edge($0) < edge($1) }) else { return [] }
        let row = indices.filter { abs(blocks[$0].middle - blocks[outermost].middle) < 4 }
        let rest = indices.filter { !row.contains($0) }
        let height = blocks[outermost].bottom - blocks[outermost].top
        let distance =
            atTop
            ? (rest.map { blocks[$0].top }.min() ?? 0) - blocks[outermost].bottom
            : blocks[outermost].top - (rest.map { blocks[$0].bottom }.max() ?? .infinity)
        guard row.allSatisfy({ blocks[$0].lineCount == 1 }), distance >= height else { return [] }
        indices = rest
        return row.sorted { blocks[$0].left < blocks[$1].left }
    }

    private func cut(_ indices: [Int], along gutter: Double, depth: Int) -> [Int] {
        let columns = indices.filter { !crosses($0, gutter) && blocks[$0].runningCharacterCount > 0 }
        let columnTop = columns.map { blocks[$0].top }.min() ?? 0
        let columnBottom = columns.map { blocks[$0].bottom }.max() ?? 0
        let left = columns.map { blocks[$0].left }.min() ?? 0
        let right = columns.map { blocks[$0].right }.max() ?? 0

        // What crosses the gutter parts the page, if it is wide or stands above or below the columns.
        let separators =
            indices
            .filter { index in
                let block = blocks[index]
                guard crosses(index, gutter) else { return false }
                let reach = min(gutter - block.left, block.right - gutter)
                return reach > 0.15 * (right - left) || block.middle < columnTop || block.middle > columnBottom
            }
            .sorted { blocks[$0].middle < blocks[$1].middle }
        let isSeparator = Set(separators)

        var result: [Int] = []
        var above = -Double.infinity
        for separator in separators + [-1] {
            let below = separator < 0 ? Double.infinity : blocks[separator].middle
            let band = indices.filter { index in
                !isSeparator.contains(index) && blocks[index].middle >= above && blocks[index].middle < below
            }
            let isLeft = { (index: Int) in (blocks[index].left + blocks[index].right) / 2 < gutter }
            result += order(band.filter(isLeft), depth: depth + 1)
            result += order(band.filter { !isLeft($0) }, depth: depth + 1)
            if separator >= 0 { result.append(separator) }
            above = below
        }
        return result
    }

    private func crosses(_ index: Int, _ gutter: Double) -> Bool {
        blocks[index].left < gutter - 1 && blocks[index].right > gutter + 1
    }

    /// The middle of the widest empty strip with a column of running text on either side, if there is one.
    private func gutter(among indices: [Int]) -> Double? {
        let left = indices.map { blocks[$0].left }.min() ?? 0
        let right = indices.map { blocks[$0].right }.max() ?? 0
        let total = indices.reduce(0) { $0 + blocks[$1].characterCount }
        guard right - left > 100, right - left < 20_000 else { return nil }
        var best: (crossing: Int, middle: Double, width: Double)?
        var run: (crossing: Int, start: Double)?
        func close(at end: Double) {
            defer { run = nil }
            guard let run, end - run.start >= Self.step else { return }
            let middle = (run.start + end - Self.step) / 2
            let isBetter = best.map { (run.crossing, $0.width) < ($0.crossing, end - run.start) } ?? true
            if isBetter, separatesColumns(middle, indices) { best = (run.crossing, middle, end - run.start) }
        }
        for x in stride(from: left + 0.15 * (right - left), through: right - 0.15 * (right - left), by: Self.step) {
            let crossing = indices.reduce(0) { crosses($1, x) ? $0 + blocks[$1].characterCount : $0 }
            if run?.crossing != crossing {
                close(at: x)
                if crossing * 5 <= total * 3 { run = (crossing, x) }
            }
        }
        close(at: right)
        return best?.middle
    }

    /// Whether there is running text on both sides, side by side.
    private func separatesColumns(_ gutter: Double, _ indices: [Int]) -> Bool {
        var sides = [Side(), Side()]
        for index in indices where !crosses(index, gutter) {
            sides[(blocks[index].left + blocks[index].right) / 2 < gutter ? 0 : 1].add(blocks[index])
        }
        guard sides.allSatisfy({ $0.lines >= Self.linesOfColumn && 2 * $0.running >= $0.characters }) else {
            return false
        }
        let overlap = min(sides[0].bottom, sides[1].bottom) - max(sides[0].top, sides[1].top)
        return overlap > 0.3 * min(sides[0].bottom - sides[0].top, sides[1].bottom - sides[1].top)
    }

    private struct Side {
        var lines = 0
        var characters = 0
        var running = 0
        var top = Double.infinity
        var bottom = -Double.infinity

        mutating func add(_ block: Block) {
            lines += block.lineCount
            characters += block.characterCount
            running += block.runningCharacterCount
            top = min(top, block.top)
            bottom = max(bottom, block.bottom)
        }
    }
}
