/// The pages of a document as one text, of which only the part that is still needed is held.
///
/// Pages are parted by an empty line, or by a single line break where a sentence runs on to the next page, so that
/// what reads on is not torn apart. Offsets here count UTF-8 bytes from the beginning of ``bytes``.
struct SourceText: Sendable, Hashable {
    /// The part that is held; well-formed UTF-8, but for a scalar that ``removeFirst(_:)`` may have cut at the beginning.
    private(set) var bytes: [UInt8] = []

    /// Where each page is, in order; together they cover everything but the line breaks between two pages.
    private(set) var pages: [PageSpan] = []

    /// How much of the document is not held any more: what to add to an offset for the one in the whole document.
    private(set) var start = 0

    /// The last byte of the document so far that is not white space.
    private var lastInk: UInt8?

    /// Adds the next page.
    mutating func append(_ page: SourcePage) {
        if start > 0 || !bytes.isEmpty { bytes.append(contentsOf: runsOn(to: page.text) ? "\n".utf8 : "\n\n".utf8) }
        let first = bytes.count
        bytes.append(contentsOf: page.text.utf8)
        pages.append(PageSpan(number: page.number, range: first..<bytes.count))
        lastInk = page.text.utf8.last { !UTF8Text.isSpace($0) } ?? lastInk
    }

    /// Lets the first bytes go.
    mutating func removeFirst(_ count: Int) {
        bytes.removeFirst(count)
        start += count
        pages = pages.filter { $0.range.upperBound > count }.map { page in
            PageSpan(
                number: page.number, range: max(0, page.range.lowerBound - count)..<(page.range.upperBound - count))
        }
    }

    /// The text of a part.
    func text(in range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// The pages that a part touches, with offsets from the beginning of that part.
    func pages(in range: Range<Int>) -> [PageSpan] {
        PageSpan.spans(of: pages, in: range)
    }

    /// Whether the text so far stops in the middle of a sentence that the next page goes on with: no closing
    /// punctuation, and the next page begins with a small letter.
    private func runsOn(to next: String) -> Bool {
        guard let lastInk else { return false }
        let closing: [UInt8] = [.fullStop, .questionMark, .exclamationMark, .colon]
        guard !closing.contains(lastInk) else { return false }
        guard let first = next.unicodeScalars.first(where: { !$0.properties.isWhitespace }) else { return false }
        return first.properties.isLowercase
    }
}

extension SourceText {
    /// The whole of a document.
    init(pages: [SourcePage]) {
        for page in pages { append(page) }
    }
}
