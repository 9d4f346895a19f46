/// Cuts a document into ``Chunk``s of about 500 tokens.
///
/// A chunk ends, in this order of liking, before a heading, between two paragraphs, or between two sentences; never
/// inside a sentence. Small sections are put together, so that slides of a few words do not become chunks of a few
/// words.
///
/// Fed page by page; a chunk comes out as soon as no further page can change it. Between two pages it holds the text of
/// one unfinished chunk, what that one repeats of the chunk before, and the paragraph that is still open, however long
/// the document is.
package struct Chunker: Sendable {
    package struct Options: Sendable {
        /// How many tokens (``TokenEstimate``) a chunk's core should have at most.
        package var tokensMax = 500
        /// How many tokens a chunk repeats of the chunk before.
        package var overlapTokens = 60
        /// A heading begins a new chunk when the current one has at least this many tokens.
        package var tokensBeforeHeading = 150
        /// A paragraph that does not fit begins a new chunk when the current one has at least this many tokens.
        package var tokensBeforeParagraph = 300
        /// How many words a unit, the part with a vector of its own, should have.
        package var unitWords = 60

        package init() {}
    }

    private let options: Options
    private var reader: PieceReader
    /// Where the next core begins in the reader's pieces; those before it may be repeated.
    private var first = 0
    /// How many chunks have been cut.
    private var count = 0

    package init(options: Options = Options()) {
        self.init(options: options, reader: PieceReader(tokensMax: options.tokensMax))
    }

    init(options: Options, reader: PieceReader) {
        self.options = options
        self.reader = reader
    }

    /// Takes the next page of the document.
    /// - Returns: the chunks that no further page can change, in order.
    package mutating func append(_ page: SourcePage) -> [Chunk] {
        reader.append(page)
        return cut(isEnd: false)
    }

    /// Ends the document.
    /// - Returns: the chunks that are left.
    package mutating func finish() -> [Chunk] {
        reader.finish()
        return cut(isEnd: true)
    }

    /// The first 5,000 headings of what has been read, in order.
    package var headings: [DocumentHeading] { reader.headings }

    /// How many bytes of text are held.
    var heldBytes: Int { reader.text.bytes.count }

    private mutating func cut(isEnd: Bool) -> [Chunk] {
        var chunks: [Chunk] = []
        while first < reader.pieces.count, let end = endOfCore(in: reader.pieces, isEnd: isEnd) {
            let start = count == 0 || reader.pieces[first].isHeading ? first : startOfOverlap(in: reader.pieces)
            chunks.append(chunk(core: first..<end, overlap: start))
            first = end
            count += 1
        }
        let kept = startOfOverlap(in: reader.pieces)
        reader.removeFirst(kept)
        first -= kept
        return chunks
    }

    // MARK: Borders

    /// Where the core that begins at `first` ends; nil when pieces to come may belong to it.
    private func endOfCore(in pieces: [PieceReader.Piece], isEnd: Bool) -> Int? {
        var tokens = pieces[first].tokens
        var index = first + 1
        while index < pieces.count {
            let next = pieces[index]
            if next.isHeading, !pieces[index - 1].isHeading, tokens >= options.tokensBeforeHeading { break }
            if next.startsParagraph, tokens >= options.tokensBeforeParagraph,
                tokens + next.paragraphTokens > options.tokensMax
            {
                break
            }
            if tokens + next.tokens > options.tokensMax { break }
            tokens += next.tokens
            index += 1
        }
        guard index < pieces.count else { return isEnd ? index : nil }
        // A heading stays with what it is over.
        var end = index
        while end - 1 > first, pieces[end - 1].isHeading { end -= 1 }
        return end
    }

    /// Where the sentences begin that a chunk repeats before `first`.
    private func startOfOverlap(in pieces: [PieceReader.Piece]) -> Int {
        var start = first
        var tokens = 0
        while start > 0, !pieces[start - 1].isHeading, tokens + pieces[start - 1].tokens <= options.overlapTokens {
            start -= 1
            tokens += pieces[start].tokens
        }
        return start
    }

    // MARK: Making a chunk

    private func chunk(core: Range<Int>, overlap: Int) -> Chunk {
        let (pieces, text) = (reader.pieces, reader.text)
        let range = pieces[overlap].range.lowerBound..<pieces[core.upperBound - 1].range.upperBound
        let body = core.first { !pieces[$0].isHeading } ?? core.lowerBound
        return Chunk(
            index: count,
            text: text.text(in: range),
            characterRange: range.moved(by: text.start),
            coreOffset: pieces[core.lowerBound].range.lowerBound - range.lowerBound,
            pages: text.pages(in: range),
            headingPath: pieces[body].headingPath,
            units: units(of: pieces[core], in: text.bytes).map { $0.moved(by: -range.lowerBound) })
    }

    /// Puts sentences together to units of about the wanted number of words, all of about the same size.
    private func units(of pieces: ArraySlice<PieceReader.Piece>, in bytes: [UInt8]) -> [Range<Int>] {
        var units: [Range<Int>] = []
        var current: Range<Int>?
        var words = 0
        for piece in pieces {
            let count = UTF8Text.wordCount(piece.range, in: bytes)
            if let range = current, words > 0, words + count / 2 > options.unitWords {
                units.append(range)
                current = nil
                words = 0
            }
            current = (current?.lowerBound ?? piece.range.lowerBound)..<piece.range.upperBound
            words += count
        }
        if let range = current { units.append(range) }
        return units
    }
}

extension Chunker {
    /// The chunks of a whole document; none if its pages have no text.
    package func chunks(of pages: [SourcePage]) -> [Chunk] {
        var chunker = self
        var chunks = pages.flatMap { chunker.append($0) }
        chunks += chunker.finish()
        return chunks
    }
}
