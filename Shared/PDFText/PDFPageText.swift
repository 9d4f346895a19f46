/// The text layer of a page in reading order, columns respected.
package struct PDFPageText: Sendable {
    /// A word and where it stands, in points from the top left of the page as shown.
    package struct Word: Sendable {
        /// Offsets in bytes into ``PDFPageText/text``.
        package var textRange: Range<Int>
        package var left, top, right, bottom: Double
    }

    /// Words beside each other.
    package struct Line: Sendable {
        package var words: Range<Int>
        /// That of most of its characters.
        package var fontSize: Double
        /// Whether most of its characters are bold.
        package var isBold: Bool
    }

    /// What kinds of glyphs the page shows; an "invisible" one is the usual form of a recognition over a scan.
    package struct GlyphCounts: Sendable {
        package var all = 0
        package var invisible = 0
        /// Without any meaning the font would tell.
        package var unmapped = 0
        package var outsidePage = 0
        /// Drawn by little programs inside the file; their meaning is often invented.
        package var type3 = 0
    }

    /// UTF-8. Lines end with one newline, blocks with two.
    package var text: [UInt8]
    package var words: [Word]
    package var lines: [Line]
    /// Indices into ``lines``.
    package var blocks: [Range<Int>]
    package var glyphs: GlyphCounts
    /// Code points without meaning that were left out of the text.
    package var meaninglessCount: Int
}
