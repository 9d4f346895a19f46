internal import Embeddings

/// Puts the chunks of a document together again and takes their terms, one chunk at a time, so that none is held twice.
package struct IndexedDocumentBuilder {
    private(set) var text: [UInt8] = []
    private(set) var pages: [PageSpan] = []
    private(set) var sources: [IndexedDocument.Source] = []
    private(set) var sentences: [IndexedDocument.Sentence] = []
    private(set) var postings = PostingTable.Builder()
    private(set) var headings = PostingTable.Builder()
    private(set) var vectors = LayeredVectors(dimension: 0)

    private let splitter = SentenceSplitter()
    private var scanner = TermScanner()
    private var previousEnd: Int?

    package init() {}

    /// Adds the next chunk, in the order of ``Chunk/index``; only its core, since what stands before is in the chunk before.
    package mutating func add(_ stored: IndexedDocument.StoredChunk) {
        let chunk = stored.chunk
        let bytes = Array(chunk.text.utf8)
        let core = min(chunk.coreOffset, bytes.count)..<bytes.count
        let sourceStart = chunk.characterRange.lowerBound + core.lowerBound
        if let previousEnd, sourceStart != previousEnd {
            text.append(contentsOf: sourceStart == previousEnd + 1 ? "\n".utf8 : "\n\n".utf8)
        }
        previousEnd = chunk.characterRange.upperBound
        let start = text.count
        text.append(contentsOf: bytes[core])
        addPages(of: chunk, core: core, at: start)
        let firstSentence = sentences.count
        addSentences(of: stored, core: core, at: start)
        sources.append(
            IndexedDocument.Source(
                id: stored.id, headingPath: chunk.headingPath, sentences: firstSentence..<sentences.count,
                shift: sourceStart - start))
        for heading in chunk.headingPath {
            let letters = Array(heading.utf8)
            scanner.scan(0..<letters.count, of: letters) { term, _ in
                headings.add(term, sentence: sources.count - 1)
            }
        }
    }

    private mutating func addPages(of chunk: Chunk, core: Range<Int>, at start: Int) {
        for page in chunk.pages {
            let part = page.range.clamped(to: core)
            guard !part.isEmpty else { continue }
            let range = (start + part.lowerBound - core.lowerBound)..<(start + part.upperBound - core.lowerBound)
            if let last = pages.last, last.number == page.number {
                pages[pages.count - 1] = PageSpan(number: page.number, range: last.range.lowerBound..<range.upperBound)
            } else {
                pages.append(PageSpan(number: page.number, range: range))
            }
        }
    }

    private mutating func addSentences(of stored: IndexedDocument.StoredChunk, core: Range<Int>, at start: Int) {
        let firstVector = addVectors(of: stored)
        var units = stored.chunk.units.enumerated().makeIterator()
        var unit = units.next()
        for range in splitter.ranges(in: text, within: start..<text.count) {
            var terms = 0
            scanner.scan(range, of: text) { term, _ in
                postings.add(term, sentence: sentences.count)
                terms += 1
            }
            // Units follow each other as sentences do; the one that a sentence ends in stands for it.
            let end = range.upperBound - start + core.lowerBound
            while let current = unit, current.element.upperBound < end { unit = units.next() }
            let vector = firstVector.flatMap { first in unit.map { Int32(first + $0.offset) } } ?? -1
            sentences.append(
                IndexedDocument.Sentence(
                    start: UInt32(range.lowerBound), end: UInt32(range.upperBound), chunk: UInt32(sources.count),
                    vector: vector, words: UInt32(UTF8Text.wordCount(range, in: text)), terms: UInt32(terms)))
        }
    }

    private mutating func addVectors(of stored: IndexedDocument.StoredChunk) -> Int? {
        let block = stored.vectors
        guard block.count > 0, block.count == stored.chunk.units.count else { return nil }
        if vectors.count == 0 { vectors = LayeredVectors(dimension: block.dimension) }
        guard vectors.dimension == block.dimension else { return nil }
        defer { vectors.append(block) }
        return vectors.count
    }
}
