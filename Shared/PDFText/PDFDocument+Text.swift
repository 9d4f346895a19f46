internal import CPoppler

extension PDFDocument {
    /// The text layer of a page, or nil when there is no such page or memory ran out.
    package func text(ofPage number: Int) -> PDFPageText? {
        guard let collected = lectern_pdf_text(handle, Int32(clamping: number)) else { return nil }
        defer { lectern_pdf_text_free(collected) }
        var count = 0
        let characters = UnsafeBufferPointer(start: lectern_pdf_text_characters(collected, &count), count: count)
        let words = UnsafeBufferPointer(start: lectern_pdf_text_words(collected, &count), count: count)
        let lines = UnsafeBufferPointer(start: lectern_pdf_text_lines(collected, &count), count: count)
        var composer = TextComposer(characters: characters, words: words)
        for block in Self.blocksInOrder(lines, words) { for line in block { composer.append(lines[line]) } }
        let glyphs = lectern_pdf_text_glyphs(collected)
        return composer.finish(
            glyphs: PDFPageText.GlyphCounts(
                all: Int(glyphs.glyphs), invisible: Int(glyphs.invisible), unmapped: Int(glyphs.unmapped),
                outsidePage: Int(glyphs.outside), type3: Int(glyphs.type3)))
    }
}

extension PDFDocument {
    /// Lines shorter than that, in units of their font's size, are no running text.
    private static let runningLineLength = 12.0

    /// The lines of each block, blocks in reading order.
    private static func blocksInOrder(
        _ lines: UnsafeBufferPointer<LecternPDFLine>, _ words: UnsafeBufferPointer<LecternPDFWord>
    ) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for (index, line) in lines.enumerated() {
            if line.startsBlock != 0 || ranges.isEmpty {
                ranges.append(index..<index + 1)
            } else {
                ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<index + 1
            }
        }
        let blocks = ranges.map { range in
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
                if right - left > runningLineLength * fontSize { block.runningCharacterCount += characters }
            }
            return block
        }
        return ReadingOrder.order(blocks).map { ranges[$0] }
    }
}

/// Puts the words poppler found together to text with lines and blocks.
private struct TextComposer {
    let characters: UnsafeBufferPointer<UInt32>
    let source: UnsafeBufferPointer<LecternPDFWord>
    var text: UTF8Text
    var words: [PDFPageText.Word] = []
    var lines: [PDFPageText.Line] = []
    var blocks: [Range<Int>] = []
    private var needsSpace = false

    init(characters: UnsafeBufferPointer<UInt32>, words: UnsafeBufferPointer<LecternPDFWord>) {
        self.characters = characters
        source = words
        text = UTF8Text(reserving: characters.count + characters.count / 2 + 64)
        self.words.reserveCapacity(words.count)
    }

    /// Lines of a block follow each other.
    mutating func append(_ line: LecternPDFLine) {
        let startsBlock = line.startsBlock != 0 || lines.isEmpty
        if !lines.isEmpty {
            text.appendByte(0x0A)
            if startsBlock { text.appendByte(0x0A) }
        }
        let firstWord = words.count
        let lineStart = text.bytes.count
        var boldCharacters = 0
        var allCharacters = 0
        var fontSize = 0.0
        let found = source[Int(line.firstWord)..<Int(line.firstWord) + Int(line.wordCount)]
        let isRightToLeft = found.contains { isRightToLeftWord($0) }
        for offset in found.indices {
            let word = source[isRightToLeft ? found.endIndex - 1 - (offset - found.startIndex) : offset]
            if words.count > firstWord, needsSpace { text.appendByte(0x20) }
            let start = text.bytes.count
            append(word)
            needsSpace = isRightToLeft || word.hasSpaceAfter != 0
            guard text.bytes.count > start else { continue }
            words.append(
                PDFPageText.Word(
                    textRange: start..<text.bytes.count, left: Double(word.x0), top: Double(word.y0),
                    right: Double(word.x1), bottom: Double(word.y1)))
            allCharacters += Int(word.characterCount)
            if word.isBold != 0 { boldCharacters += Int(word.characterCount) }
            fontSize = max(fontSize, Double(word.fontSize))
        }
        guard words.count > firstWord else {
            text.truncate(to: lineStart - (lines.isEmpty ? 0 : startsBlock ? 2 : 1))
            return
        }
        lines.append(
            PDFPageText.Line(
                words: firstWord..<words.count, fontSize: fontSize, isBold: 2 * boldCharacters > allCharacters))
        if startsBlock || blocks.isEmpty {
            blocks.append(lines.count - 1..<lines.count)
        } else {
            blocks[blocks.count - 1] = blocks[blocks.count - 1].lowerBound..<lines.count
        }
    }

    consuming func finish(glyphs: PDFPageText.GlyphCounts) -> PDFPageText {
        if !lines.isEmpty { text.appendByte(0x0A) }
        return PDFPageText(
            text: text.bytes, words: words, lines: lines, blocks: blocks, glyphs: glyphs,
            meaninglessCount: text.meaninglessCount)
    }

    /// poppler keeps words as they stand on the page, from left to right, whatever their script.
    private mutating func append(_ word: LecternPDFWord) {
        let range = Int(word.firstCharacter)..<Int(word.firstCharacter) + Int(word.characterCount)
        if isRightToLeftWord(word) {
            for character in characters[range].reversed() { text.append(character) }
        } else {
            let isProse = UTF8Text.isProse(characters[range])
            for character in characters[range] { text.append(character, inProse: isProse) }
        }
    }

    private func isRightToLeftWord(_ word: LecternPDFWord) -> Bool {
        let range = Int(word.firstCharacter)..<Int(word.firstCharacter) + Int(word.characterCount)
        return characters[range].contains { (0x590...0x8FF).contains($0) || (0xFB1D...0xFEFC).contains($0) }
    }
}
