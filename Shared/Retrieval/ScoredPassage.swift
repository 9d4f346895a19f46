/// A part of a document, at most 300 words, that was found for a question.
package struct ScoredPassage: Sendable, Hashable {
    package let documentID: String
    package let documentTitle: String

    /// The chunk that the passage's best sentence is in.
    package let chunkID: String

    /// The passage; whole sentences, unless one sentence alone is longer than a passage may be.
    package let text: String

    /// Where the passage is in the document's text, in UTF-8 bytes.
    package let characterRange: Range<Int>

    /// The pages that the passage comes from, with ranges of ``text`` in UTF-8 bytes.
    package let pages: [PageSpan]

    /// The headings over the best sentence, outermost first.
    package let headingPath: [String]

    /// How well it fits, from 0 (not at all) to 1; falls from passage to passage, comparable between questions only roughly.
    package let score: Double

    /// How much of the question's words the passage has, each counted by how rare it is, from 0 to 1.
    package let wordCoverage: Double

    /// How near the passage's nearest sentence is to the question in meaning (cosine), if there are vectors.
    package let similarity: Double?

    /// How near the passage's parts are to the question, in order; empty without vectors.
    package let nearness: [Nearness]

    /// The words of ``text`` that the question asks for, as ranges in UTF-8 bytes, in order.
    package let highlights: [Range<Int>]

    /// The sentence of ``text`` that fits best, in UTF-8 bytes.
    package let bestSentence: Range<Int>

    /// From where on a part of a passage is so near to the question in meaning: some sentences that have one vector.
    package struct Nearness: Sendable, Hashable {
        /// Where the part begins in ``ScoredPassage/text``, in UTF-8 bytes; it ends where the next one begins.
        package let start: Int
        /// The cosine of the two vectors; -1 for sentences without one.
        package let similarity: Double

        package init(start: Int, similarity: Double) {
            self.start = start
            self.similarity = similarity
        }
    }

    package init(
        documentID: String, documentTitle: String, chunkID: String, text: String, characterRange: Range<Int>,
        pages: [PageSpan], headingPath: [String], score: Double, wordCoverage: Double = 0,
        similarity: Double? = nil, nearness: [Nearness] = [], highlights: [Range<Int>], bestSentence: Range<Int>
    ) {
        self.documentID = documentID
        self.documentTitle = documentTitle
        self.chunkID = chunkID
        self.text = text
        self.characterRange = characterRange
        self.pages = pages
        self.headingPath = headingPath
        self.score = score
        self.wordCoverage = wordCoverage
        self.similarity = similarity
        self.nearness = nearness
        self.highlights = highlights
        self.bestSentence = bestSentence
    }

    /// The first page, from 1.
    package var pageFrom: Int { pages.first?.number ?? 1 }

    /// The last page, from 1.
    package var pageTo: Int { pages.last?.number ?? 1 }

    /// A range of ``text`` in UTF-8 bytes as one in Unicode code points, which is what goes out in JSON.
    package func codePoints(of range: Range<Int>) -> Range<Int> {
        var low = 0
        var high = 0
        for (offset, byte) in text.utf8.enumerated() where byte & 0xC0 != 0x80 {
            if offset < range.lowerBound { low += 1 }
            if offset < range.upperBound { high += 1 }
        }
        return low..<high
    }
}
