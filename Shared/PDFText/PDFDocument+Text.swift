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
        for block in TextBlocks.inOrder(lines, words) { composer.append(block, of: lines) }
        let glyphs = lectern_pdf_text_glyphs(collected)
        return composer.finish(
            glyphs: PDFPageText.GlyphCounts(
                all: Int(glyphs.glyphs), invisible: Int(glyphs.invisible), unmapped: Int(glyphs.unmapped),
                outsidePage: Int(glyphs.outside), type3: Int(glyphs.type3)))
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

    init(characters: UnsafeBufferPointer<UInt32>, words: UnsafeBufferPointer<LecternPDFWord>) {
        self.characters = characters
        source = words
        text = UTF8Text(reserving: characters.count + characters.count / 2 + 64)
        self.words.reserveCapacity(words.count)
    }

    /// Adds a block: rows of lines of the source, one line a row but in tables.
    mutating func append(_ block: [TextBlocks.Row], of source: UnsafeBufferPointer<LecternPDFLine>) {
        let firstLine = lines.count
        for row in block {
            let end = text.bytes.count
            if !lines.isEmpty {
                text.appendByte(0x0A)
                if lines.count == firstLine { text.appendByte(0x0A) }
            }
            if !append(row.map { source[$0] }) { text.truncate(to: end) }
        }
        if lines.count > firstLine { blocks.append(firstLine..<lines.count) }
    }

    /// Adds a row as one line; cells are parted by tabs. Returns false when there is no text in it.
    private mutating func append(_ cells: [LecternPDFLine]) -> Bool {
        let firstWord = words.count
        var boldCharacters = 0
        var allCharacters = 0
        var sizes = PrevailingSize()
        for (index, cell) in cells.enumerated() {
            var space: UInt8? = index > 0 ? 0x09 : nil
            let found = source[Int(cell.firstWord)..<Int(cell.firstWord) + Int(cell.wordCount)]
            let isRightToLeft = found.contains { isRightToLeftWord($0) }
            for offset in found.indices {
                let word = source[isRightToLeft ? found.endIndex - 1 - (offset - found.startIndex) : offset]
                let end = text.bytes.count
                if words.count > firstWord, let space { text.appendByte(space) }
                let start = text.bytes.count
                append(word)
                guard text.bytes.count > start else {
                    text.truncate(to: end)
                    continue
                }
                space = isRightToLeft || word.hasSpaceAfter != 0 ? 0x20 : nil
                words.append(
                    PDFPageText.Word(
                        textRange: start..<text.bytes.count, left: Double(word.x0), top: Double(word.y0),
                        right: Double(word.x1), bottom: Double(word.y1)))
                allCharacters += Int(word.characterCount)
                if word.isBold != 0 { boldCharacters += Int(word.characterCount) }
                sizes.add(Double(word.fontSize), characters: Int(word.characterCount))
            }
        }
        guard words.count > firstWord else { return false }
        lines.append(
            PDFPageText.Line(
                words: firstWord..<words.count, fontSize: sizes.value, isBold: 2 * boldCharacters > allCharacters))
        return true
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
