import ReaderProtocol

/// One page as cleaning sees it: its lines, and where on the page each stands.
struct CleaningPage: Sendable {
    struct Line: Sendable, Hashable {
        /// With its characters put right; never empty.
        var text: String
        /// The place among the lines of the page, from 0.
        var index: Int
        /// The middle of the line in thousandths of the page's height.
        var middle: Int
        /// An empty line stands before it.
        var startsBlock: Bool
        /// In points; 0 when it is not known.
        var fontSize = 0.0
    }

    let number: Int
    let lines: [Line]

    init(number: Int, lines: [Line]) {
        self.number = number
        self.lines = lines
    }

    /// - Parameters:
    ///   - height: The page's height in points.
    ///   - text: The page's text as read.
    ///   - layout: Where its lines stand; an empty one when that is not known, and the lines then count as spread evenly.
    init(number: Int, height: Double, text: String, layout: PageLayout) {
        let lines =
            layout.lines.isEmpty || !(height > 0)
            ? Self.lines(of: text) : Self.lines(of: Array(text.utf8), layout, height: height)
        self.init(number: number, lines: lines)
    }

    private static func lines(of bytes: [UInt8], _ layout: PageLayout, height: Double) -> [Line] {
        var lines: [Line] = []
        lines.reserveCapacity(layout.lines.count)
        for block in layout.blocks {
            var startsBlock = true
            for index in block {
                let line = layout.lines[index]
                let text = GlyphRepair.repaired(String(decoding: bytes[layout.textRange(of: line)], as: UTF8.self))
                guard !text.isEmpty else { continue }
                let box = layout.box(of: line)
                let share = min(max((box.top + box.bottom) / 2 / height, 0), 1)
                let middle = share.isFinite ? Int((share * 1_000).rounded()) : 500
                lines.append(
                    Line(
                        text: text, index: index, middle: middle, startsBlock: startsBlock,
                        fontSize: layout.lines[index].fontSize))
                startsBlock = false
            }
        }
        return lines
    }

    private static func lines(of text: String) -> [Line] {
        let source = text.split(separator: "\n", omittingEmptySubsequences: false).map { GlyphRepair.repaired($0) }
        let count = source.count { !$0.isEmpty }
        var lines: [Line] = []
        var startsBlock = true
        for text in source {
            if text.isEmpty {
                startsBlock = true
                continue
            }
            let middle = (2 * lines.count + 1) * 500 / count
            lines.append(Line(text: text, index: lines.count, middle: middle, startsBlock: startsBlock))
            startsBlock = false
        }
        return lines
    }
}
