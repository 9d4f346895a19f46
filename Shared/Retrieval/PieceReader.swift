/// Takes a document apart into sentences and headings, page by page: the first half of ``Chunker``.
///
/// Holds the text of the pieces that have not been let go and of the paragraph that is still open, of which at most
/// about ``paragraphBytesMax`` and a page. What comes out does not depend on how long a paragraph runs on over pages,
/// except where more white space than ``marginBytes`` stands between two words of one that is longer than that.
struct PieceReader: Sendable {
    /// A sentence or a heading, with what is over it.
    struct Piece: Sendable, Hashable {
        /// Where it is in ``PieceReader/text``.
        fileprivate(set) var range: Range<Int>
        /// ``TokenEstimate``; at least one.
        let tokens: Int
        let isHeading: Bool
        let startsParagraph: Bool
        /// The tokens of the whole paragraph from here on, or more than the reader's `tokensMax` when it has so many; 0
        /// unless it starts one.
        fileprivate(set) var paragraphTokens = 0
        let headingPath: [String]
    }

    /// Headings told; further ones only begin chunks.
    static let headingsMax = 5_000

    /// Of a longer paragraph sentences are given before its end has come,
    private let paragraphBytesMax: Int
    /// once it is known to have more tokens than this.
    private let tokensMax: Int
    /// A sentence counts as ended when so many bytes after it are known; none of the splitter's rules looks further.
    private let marginBytes: Int
    private let splitter = SentenceSplitter()

    private(set) var text = SourceText()
    /// In order; those at the end of an open paragraph have not come yet.
    private(set) var pieces: [Piece] = []
    private(set) var headings: [DocumentHeading] = []

    /// The headings over the next paragraph, outermost first.
    private var path: [(level: Int, title: String)] = []
    /// Where the next line begins.
    private var nextLine = 0
    private var paragraph: Paragraph?

    /// A paragraph that may go on.
    private struct Paragraph {
        /// What is held of it.
        var range: Range<Int>
        /// Where its next sentence begins; behind the beginning when there have been some.
        var nextSentence: Int
        var isBegun = false
    }

    init(tokensMax: Int, paragraphBytesMax: Int = 16_384) {
        self.tokensMax = tokensMax
        self.paragraphBytesMax = paragraphBytesMax
        marginBytes = 2 * splitter.bytesMax
    }

    /// Adds the next page.
    mutating func append(_ page: SourcePage) {
        text.append(page)
        // The line at a page's end is complete: the next page begins with a line break.
        while nextLine < text.bytes.count {
            let end = text.bytes[nextLine...].firstIndex(of: .lineFeed) ?? text.bytes.count
            read(line: UTF8Text.trimmed(nextLine..<end, in: text.bytes))
            nextLine = end + 1
        }
        giveSureSentences()
    }

    /// Ends the document: all pieces are there.
    mutating func finish() {
        endParagraph()
    }

    /// Lets pieces go, and the text that nothing needs any more.
    mutating func removeFirst(_ count: Int) {
        pieces.removeFirst(count)
        var first = min(nextLine, text.bytes.count)
        if let piece = pieces.first { first = min(first, piece.range.lowerBound) }
        if let paragraph {
            first = min(first, max(paragraph.range.lowerBound, paragraph.nextSentence - SentenceSplitter.lookBehind))
        }
        guard first > 0 else { return }
        text.removeFirst(first)
        nextLine -= first
        for index in pieces.indices { pieces[index].range = pieces[index].range.moved(by: -first) }
        if var open = paragraph {
            open.range = max(0, open.range.lowerBound - first)..<(open.range.upperBound - first)
            open.nextSentence -= first
            paragraph = open
        }
    }

    // MARK: Blocks

    private mutating func read(line: Range<Int>) {
        if line.isEmpty {
            endParagraph()
        } else if let heading = TextBlock.markedHeading(line, in: text.bytes) {
            endParagraph()
            add(TextBlock(kind: heading, range: line))
        } else {
            var open = paragraph ?? Paragraph(range: line, nextSentence: line.lowerBound)
            open.range = open.range.lowerBound..<line.upperBound
            paragraph = open
        }
    }

    private mutating func endParagraph() {
        guard let open = paragraph else { return }
        paragraph = nil
        if open.isBegun {
            let rest = splitter.ranges(in: text.bytes, within: open.range, from: open.nextSentence)
            addSentences(rest, startsParagraph: false)
        } else {
            add(TextBlock(paragraph: open.range, in: text.bytes))
        }
    }

    private mutating func add(_ block: TextBlock) {
        var isHeading = false
        if case .heading(let level, let title) = block.kind {
            isHeading = true
            path.removeAll { $0.level >= level }
            path.append((level, title))
            if headings.count < Self.headingsMax {
                let page = text.pages(in: block.range).first?.number ?? 1
                headings.append(DocumentHeading(title: title, level: level, page: page))
            }
        }
        addSentences(splitter.ranges(in: text.bytes, within: block.range), isHeading: isHeading, startsParagraph: true)
    }

    // MARK: Sentences

    /// Takes from a paragraph that has become long the sentences that nothing to come can change.
    private mutating func giveSureSentences() {
        guard var open = paragraph, open.range.upperBound - open.nextSentence > paragraphBytesMax else { return }
        let sure = splitter.ranges(in: text.bytes, within: open.range, from: open.nextSentence)
            .prefix { $0.upperBound + marginBytes <= open.range.upperBound }
        guard let last = sure.last else { return }
        if !open.isBegun {
            let tokens = sure.reduce(0) { $0 + TokenEstimate.count($1, in: text.bytes) }
            guard tokens > tokensMax else { return }
        }
        addSentences(Array(sure), startsParagraph: !open.isBegun)
        open.isBegun = true
        open.nextSentence = last.upperBound
        paragraph = open
    }

    private mutating func addSentences(_ ranges: [Range<Int>], isHeading: Bool = false, startsParagraph: Bool) {
        let headingPath = path.map(\.title)
        let first = pieces.count
        for (index, range) in ranges.enumerated() {
            pieces.append(
                Piece(
                    range: range, tokens: TokenEstimate.count(range, in: text.bytes), isHeading: isHeading,
                    startsParagraph: startsParagraph && index == 0, headingPath: headingPath))
        }
        if startsParagraph, first < pieces.count {
            pieces[first].paragraphTokens = pieces[first...].reduce(0) { $0 + $1.tokens }
        }
    }
}

extension Range<Int> {
    func moved(by distance: Int) -> Range<Int> {
        (lowerBound + distance)..<(upperBound + distance)
    }
}
