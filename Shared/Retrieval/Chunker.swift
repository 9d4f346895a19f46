/// Cuts a document into ``Chunk``s of about 500 tokens.
///
/// A chunk ends, in this order of liking, before a heading, between two paragraphs, or between two sentences; never
/// inside a sentence. Small sections are put together, so that slides of a few words do not become chunks of a few
/// words.
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
    private let splitter = SentenceSplitter()

    package init(options: Options = Options()) {
        self.options = options
    }

    /// The chunks of a document; none if its pages have no text.
    package func chunks(of pages: [SourcePage]) -> [Chunk] {
        chunks(of: SourceText(pages: pages))
    }

    /// The chunks of a document whose pages have been put together.
    package func chunks(of source: SourceText) -> [Chunk] {
        let pieces = pieces(of: source.bytes)
        var chunks: [Chunk] = []
        var first = 0
        while first < pieces.count {
            let end = endOfCore(from: first, in: pieces)
            let overlap = chunks.isEmpty || pieces[first].isHeading ? first : startOfOverlap(before: first, in: pieces)
            chunks.append(chunk(index: chunks.count, core: first..<end, overlap: overlap, pieces: pieces, of: source))
            first = end
        }
        return chunks
    }

    // MARK: Pieces

    /// A sentence or a heading, with what is over it.
    private struct Piece {
        let range: Range<Int>
        let tokens: Int
        let isHeading: Bool
        let startsParagraph: Bool
        /// The tokens of the whole paragraph from here on; 0 unless it starts one.
        var paragraphTokens = 0
        let headingPath: [String]
    }

    private func pieces(of bytes: [UInt8]) -> [Piece] {
        var pieces: [Piece] = []
        var path: [(level: Int, title: String)] = []
        for block in TextBlock.blocks(of: bytes) {
            if case .heading(let level, let title) = block.kind {
                path.removeAll { $0.level >= level }
                path.append((level, title))
            }
            let headingPath = path.map(\.title)
            let isHeading = block.kind != .paragraph
            let firstOfBlock = pieces.count
            for range in splitter.ranges(in: bytes, within: block.range) {
                let tokens = TokenEstimate.count(range, in: bytes)
                pieces.append(
                    Piece(
                        range: range, tokens: tokens, isHeading: isHeading,
                        startsParagraph: pieces.count == firstOfBlock,
                        headingPath: headingPath))
            }
            if firstOfBlock < pieces.count {
                pieces[firstOfBlock].paragraphTokens = pieces[firstOfBlock...].reduce(0) { $0 + $1.tokens }
            }
        }
        return pieces
    }

    // MARK: Borders

    private func endOfCore(from first: Int, in pieces: [Piece]) -> Int {
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
        // A heading stays with what it is over.
        var end = index
        while end < pieces.count, end - 1 > first, pieces[end - 1].isHeading { end -= 1 }
        return end
    }

    private func startOfOverlap(before first: Int, in pieces: [Piece]) -> Int {
        var start = first
        var tokens = 0
        while start > 0, !pieces[start - 1].isHeading, tokens + pieces[start - 1].tokens <= options.overlapTokens {
            start -= 1
            tokens += pieces[start].tokens
        }
        return start
    }

    // MARK: Making a chunk

    private func chunk(index: Int, core: Range<Int>, overlap: Int, pieces: [Piece], of source: SourceText) -> Chunk {
        let range = pieces[overlap].range.lowerBound..<pieces[core.upperBound - 1].range.upperBound
        let body = core.first { !pieces[$0].isHeading } ?? core.lowerBound
        return Chunk(
            index: index,
            text: source.text(in: range),
            characterRange: range,
            coreOffset: pieces[core.lowerBound].range.lowerBound - range.lowerBound,
            pages: source.pages(in: range),
            headingPath: pieces[body].headingPath,
            units: units(of: pieces[core], in: source.bytes).map {
                ($0.lowerBound - range.lowerBound)..<($0.upperBound - range.lowerBound)
            })
    }

    /// Puts sentences together to units of about the wanted number of words, all of about the same size.
    private func units(of pieces: ArraySlice<Piece>, in bytes: [UInt8]) -> [Range<Int>] {
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
