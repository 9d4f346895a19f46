/// The text recognised in a picture, in reading order.
package struct RecognizedPage: Sendable {
    /// A word and its box in pixels of the picture.
    package struct Word: Sendable {
        /// Offsets in bytes into ``RecognizedPage/text``.
        package var textRange: Range<Int>
        package var left, top, right, bottom: Int
        /// 0 to 1.
        package var confidence: Double
    }

    /// UTF-8. Lines end with one newline, paragraphs with two.
    package var text: [UInt8] = []
    package var words: [Word] = []
    /// Indices into ``words``.
    package var lines: [Range<Int>] = []
    /// Indices into ``lines``.
    package var paragraphs: [Range<Int>] = []

    /// The mean of the words' confidence, by their length; 0 without words.
    package var confidence: Double {
        let length = words.reduce(0) { $0 + $1.textRange.count }
        guard length > 0 else { return 0 }
        return words.reduce(0) { $0 + $1.confidence * Double($1.textRange.count) } / Double(length)
    }
}
