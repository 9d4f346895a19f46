internal import CPoppler

/// The lines poppler found, as blocks in reading order.
///
/// poppler makes a block of its own of every cell of a table. Cells that stand beside each other become one row, and rows
/// below each other one block, so that a table is read row by row and keeps together.
struct TextBlocks {
    /// Indices of lines, from left to right; more than one only in tables.
    typealias Row = [Int]

    /// Lines shorter than that, in units of their font's size, are no running text.
    private static let runningLineLength = 12.0

    private let lines: UnsafeBufferPointer<LecternPDFLine>
    private let words: UnsafeBufferPointer<LecternPDFWord>
    private var ranges: [Range<Int>] = []
    private var blocks: [ReadingOrder.Block] = []

    static func inOrder(
        _ lines: UnsafeBufferPointer<LecternPDFLine>, _ words: UnsafeBufferPointer<LecternPDFWord>
    ) -> [[Row]] {
        TextBlocks(lines, words).joiningTables()
    }

    private init(_ lines: UnsafeBufferPointer<LecternPDFLine>, _ words: UnsafeBufferPointer<LecternPDFWord>) {
        self.lines = lines
        self.words = words
        for (index, line) in lines.enumerated() {
            if line.startsBlock != 0 || ranges.isEmpty {
                ranges.append(index..<index + 1)
            } else {
                ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<index + 1
            }
        }
        blocks = ranges.map(measured)
    }

    private func measured(_ range: Range<Int>) -> ReadingOrder.Block {
        var block = ReadingOrder.Block(
            left: .infinity, top: .infinity, right: -.infinity, bottom: -.infinity, lineCount: range.count,
            characterCount: 0, runningCharacterCount: 0)
        for line in lines[range] {
            var characters = 0
            var (left, right) = (Double.infinity, -Double.infinity)
            var fontSize = 1.0
            for word in words[Int(line.firstWord)..<Int(line.firstWord + line.wordCount)] {
                characters += Int(word.characterCount)
                left = min(left, Double(word.x0))
                right = max(right, Double(word.x1))
                block.top = min(block.top, Double(word.y0))
                block.bottom = max(block.bottom, Double(word.y1))
                fontSize = max(fontSize, Double(word.fontSize))
            }
            block.left = min(block.left, left)
            block.right = max(block.right, right)
            block.characterCount += characters
            if right - left > Self.runningLineLength * fontSize { block.runningCharacterCount += characters }
        }
        return block
    }

    private func joiningTables() -> [[Row]] {
        var result: [[Row]] = []
        var lastOfRow: Int?
        for index in ReadingOrder.order(blocks) {
            let isSingle = ranges[index].count == 1
            if let last = lastOfRow, isSingle, standsBeside(last, index) {
                // The row's first cell made a block; with a second it is a row, and may continue a table.
                result[result.count - 1][result[result.count - 1].count - 1].append(ranges[index].lowerBound)
                if continuesTable(result) { result[result.count - 2] += result.removeLast() }
            } else {
                result.append(ranges[index].map { [$0] })
            }
            lastOfRow = isSingle ? index : nil
        }
        return result
    }

    /// Whether the second block stands right of the first, at the same height.
    private func standsBeside(_ first: Int, _ second: Int) -> Bool {
        let (left, right) = (blocks[first], blocks[second])
        let overlap = min(left.bottom, right.bottom) - max(left.top, right.top)
        return right.left >= left.right - 1 && overlap > 0.6 * min(left.bottom - left.top, right.bottom - right.top)
    }

    /// Whether the last block is a row of two cells now, close below a block that ends with a row of several.
    private func continuesTable(_ result: [[Row]]) -> Bool {
        guard result.count >= 2, let row = result[result.count - 1].last, row.count == 2,
            result[result.count - 1].count == 1, let above = result[result.count - 2].last, above.count >= 2,
            let first = row.first, let firstAbove = above.first
        else { return false }
        let (upper, lower) = (measured(firstAbove..<firstAbove + 1), measured(first..<first + 1))
        return lower.top - upper.bottom < 2 * (lower.bottom - lower.top) && lower.top > upper.top
    }
}
