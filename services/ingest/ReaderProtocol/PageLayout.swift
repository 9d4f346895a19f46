/// Where the words of a page stand: blocks of lines of words, in reading order.
///
/// Words do not repeat the text; each names its bytes in ``PageReading/text``, so that a passage found by its place in
/// the text leads straight to the boxes that cover it on the page.
package struct PageLayout: Sendable, Hashable {
    /// One word, number or formula without a space inside.
    package struct Word: Sendable, Hashable {
        /// Offsets in UTF-8 bytes into the page's text.
        package var textRange: Range<Int>
        package var box: PageBox
        /// 0 to 1 where the word was recognised from a picture, nil where it stood in the text layer.
        package var confidence: Double?

        package init(textRange: Range<Int>, box: PageBox, confidence: Double? = nil) {
            self.textRange = textRange
            self.box = box
            self.confidence = confidence
        }
    }

    /// A line of words that stand beside each other.
    package struct Line: Sendable, Hashable {
        /// Indices into ``PageLayout/words``; never empty.
        package var words: Range<Int>
        /// In points; for recognised text estimated from the height of the line.
        package var fontSize: Double
        /// Whether most of the line is set bold; never known for recognised text.
        package var isBold: Bool

        package init(words: Range<Int>, fontSize: Double, isBold: Bool) {
            self.words = words
            self.fontSize = fontSize
            self.isBold = isBold
        }
    }

    /// Indices into ``lines``, one range for each block (a paragraph, heading, list or table cell); none is empty.
    package var blocks: [Range<Int>]
    package var lines: [Line]
    package var words: [Word]

    package init(blocks: [Range<Int>] = [], lines: [Line] = [], words: [Word] = []) {
        self.blocks = blocks
        self.lines = lines
        self.words = words
    }

    /// The box around a line's words.
    package func box(of line: Line) -> PageBox {
        words[line.words].dropFirst().reduce(words[line.words.lowerBound].box) { $0.union($1.box) }
    }

    /// The bytes of the page's text that a line covers, spaces between its words included.
    package func textRange(of line: Line) -> Range<Int> {
        words[line.words.lowerBound].textRange.lowerBound..<words[line.words.upperBound - 1].textRange.upperBound
    }
}
