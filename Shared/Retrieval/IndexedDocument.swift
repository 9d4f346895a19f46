package import Embeddings

/// A document made ready for searching: its text, its terms and its vectors; never changes.
///
/// Making one takes about ten milliseconds for a lecture of 50 pages; keep it and put it into as many ``SearchIndex``es
/// as needed, they share it.
package final class IndexedDocument: Sendable {
    /// One chunk of the document with what the store keeps of it.
    package struct StoredChunk: Sendable {
        /// The chunk's id in the store.
        package let id: String
        package let chunk: Chunk
        /// The vectors of the chunk's units, in their order; empty if it has not been embedded.
        package let vectors: VectorBlock

        package init(id: String, chunk: Chunk, vectors: VectorBlock) {
            self.id = id
            self.chunk = chunk
            self.vectors = vectors
        }
    }

    /// A sentence of the text.
    struct Sentence: Sendable {
        /// Where it begins and ends in ``text``.
        let start: UInt32
        let end: UInt32
        let chunk: UInt32
        /// Which vector stands for it, or -1.
        let vector: Int32
        let words: UInt32
        let terms: UInt32

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    /// What is known of a chunk beside its text.
    struct Source: Sendable {
        let id: String
        let headingPath: [String]
        /// The sentences of the chunk's core.
        let sentences: Range<Int>
        /// What to add to an offset in ``text`` for the offset in the document.
        let shift: Int
    }

    /// The document's id, for example that of the lecture.
    package let id: String

    /// The document's title.
    package let title: String

    /// The terms of the title.
    let titleTerms: Set<[UInt8]>
    /// The cores of the chunks, one behind the other.
    let text: [UInt8]
    let pages: [PageSpan]
    let sources: [Source]
    let sentences: [Sentence]
    let postings: PostingTable
    /// For each term, by its place in `postings`, how many windows have it.
    let windowsHaving: [UInt32]
    /// The postings of headings: the "sentence" is the chunk under them.
    let headings: PostingTable
    let vectors: LayeredVectors
    /// For each sentence the end of the window that begins with it, and the first window that has it.
    let windowEnds: [UInt32]
    let windowStarts: [UInt32]
    /// For each chunk the vectors that stand for the sentences of the windows that begin in it.
    let windowVectors: [Range<Int32>]
    /// How many terms each window has, and all of them together.
    let windowLengths: [UInt32]
    let windowTerms: Int

    /// A document of chunks as ``Chunker`` made them, in any order.
    ///
    /// Chunks whose vectors do not fit their units, or the vectors of the others, are searched by words only.
    package convenience init(id: String, title: String, chunks: [StoredChunk]) {
        var builder = IndexedDocumentBuilder()
        for chunk in chunks.sorted(by: { ($0.chunk.index, $0.id) < ($1.chunk.index, $1.id) }) { builder.add(chunk) }
        self.init(id: id, title: title, builder)
    }

    /// A document of the chunks that a builder was given.
    package init(id: String, title: String, _ builder: IndexedDocumentBuilder) {
        self.id = id
        self.title = title
        titleTerms = Set(QueryTerms(title).terms.map(\.letters))
        text = builder.text
        pages = builder.pages
        sources = builder.sources
        sentences = builder.sentences
        postings = builder.postings.table()
        headings = builder.headings.table()
        vectors = builder.vectors
        let (windowEnds, windowStarts) = Self.windows(of: sentences)
        (self.windowEnds, self.windowStarts) = (windowEnds, windowStarts)
        windowsHaving = Self.windowCounts(of: postings, windowStarts: windowStarts)
        windowVectors = Self.vectors(of: sources, sentences, windowEnds: windowEnds)
        windowLengths = Self.lengths(of: sentences, windowEnds: windowEnds)
        windowTerms = windowLengths.reduce(0) { $0 + Int($1) }
    }

    /// How many bytes the document takes in memory, about.
    package var byteCount: Int {
        text.count + vectors.byteCount + sentences.count * (MemoryLayout<Sentence>.stride + 8)
            + postings.byteCount + windowsHaving.count * 4 + headings.byteCount
    }

    private static func lengths(of sentences: [Sentence], windowEnds: [UInt32]) -> [UInt32] {
        windowEnds.enumerated().map { start, end in sentences[start..<Int(end)].reduce(0) { $0 + $1.terms } }
    }

    private static func windowCounts(of postings: PostingTable, windowStarts: [UInt32]) -> [UInt32] {
        (0..<postings.termCount).map { term in
            var count = 0
            var next = 0
            for posting in postings.postings(at: term) {
                let sentence = Int(posting.sentence)
                count += sentence + 1 - max(Int(windowStarts[sentence]), next)
                next = sentence + 1
            }
            return UInt32(count)
        }
    }

    private static func vectors(
        of sources: [Source], _ sentences: [Sentence], windowEnds: [UInt32]
    ) -> [Range<Int32>] {
        sources.map { source in
            guard let last = source.sentences.last else { return 0..<0 }
            let reached = sentences[source.sentences.lowerBound..<Int(windowEnds[last])].map(\.vector)
            guard let low = reached.first(where: { $0 >= 0 }), let high = reached.last(where: { $0 >= 0 }) else {
                return 0..<0
            }
            return low..<(high + 1)
        }
    }

    /// Windows of whole sentences, as many as fit into ``SearchTuning/windowWords``, at least one.
    private static func windows(of sentences: [Sentence]) -> (ends: [UInt32], starts: [UInt32]) {
        var ends: [UInt32] = []
        var starts = [UInt32](repeating: 0, count: sentences.count)
        var end = 0
        var words = 0
        for start in sentences.indices {
            if end == start {
                words = Int(sentences[end].words)
                starts[end] = UInt32(start)
                end += 1
            }
            while end < sentences.count, words + Int(sentences[end].words) <= SearchTuning.windowWords {
                words += Int(sentences[end].words)
                starts[end] = UInt32(start)
                end += 1
            }
            ends.append(UInt32(end))
            words -= Int(sentences[start].words)
        }
        return (ends, starts)
    }
}
