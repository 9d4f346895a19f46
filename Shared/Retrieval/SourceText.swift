/// The pages of a document as one text, with the place of each page in it.
///
/// Pages are parted by an empty line, or by a single line break where a sentence runs on to the next page, so that
/// what reads on is not torn apart. All offsets here and in what is made of it (``Chunk``, ``ScoredPassage``) count
/// UTF-8 bytes.
package struct SourceText: Sendable, Hashable {
    /// The text as UTF-8, always well-formed.
    package let bytes: [UInt8]

    /// Where each page is, in order; together they cover everything but the line breaks between two pages.
    package let pages: [PageSpan]

    package init(pages: [SourcePage]) {
        var bytes: [UInt8] = []
        var spans: [PageSpan] = []
        bytes.reserveCapacity(pages.reduce(0) { $0 + $1.text.utf8.count + 2 })
        for page in pages {
            if !bytes.isEmpty {
                let runsOn = Self.runsOn(from: bytes, to: page.text)
                bytes.append(contentsOf: runsOn ? "\n".utf8 : "\n\n".utf8)
            }
            let start = bytes.count
            bytes.append(contentsOf: page.text.utf8)
            spans.append(PageSpan(number: page.number, range: start..<bytes.count))
        }
        self.bytes = bytes
        self.pages = spans
    }

    /// The text of a part.
    package func text(in range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// The pages that a part touches, with offsets from the beginning of that part.
    package func pages(in range: Range<Int>) -> [PageSpan] {
        PageSpan.spans(of: pages, in: range)
    }

    /// Whether the text so far stops in the middle of a sentence that the next page goes on with: no closing
    /// punctuation, and the next page begins with a small letter.
    private static func runsOn(from bytes: [UInt8], to next: String) -> Bool {
        guard let last = bytes.last(where: { !UTF8Text.isSpace($0) }) else { return false }
        let closing: [UInt8] = [.fullStop, .questionMark, .exclamationMark, .colon]
        guard !closing.contains(last) else { return false }
        guard let first = next.unicodeScalars.first(where: { !$0.properties.isWhitespace }) else { return false }
        return first.properties.isLowercase
    }
}
