package import Retrieval

/// Summarises a text by its own sentences: those that are most central, without repetitions, in the order of the text.
///
/// Needs no model and works in any language whose sentences `SentenceSplitter` finds. Time and memory grow with the text; call it on
/// a thread that may be busy: a book takes a good part of a second.
package struct TextSummariser: Sendable {
    /// Of a longer text the beginning is summarised.
    package static let sentencesMax = 50_000
    /// A sentence with fewer words that carry meaning stands for nothing on its own.
    package static let informationMin = 3

    private let splitter: SentenceSplitter

    package init(splitter: SentenceSplitter = SentenceSplitter()) { self.splitter = splitter }

    /// At most `count` sentences of the text, white space made uniform.
    package func sentences(_ count: Int, of text: String) -> [String] {
        let sentences = splitter.sentences(in: text).prefix(Self.sentencesMax).map(PassageSentence.normalised)
        let lists = sentences.map { WordList($0) }
        var vocabulary = SummaryVocabulary(lists)
        let graph = SentenceGraph(lists.map { vocabulary.numbers(of: $0) })
        let ranks = graph.ranks()
        let scores = ranks.indices.map { index in
            // What opens a text often says what it is about.
            graph.informationCounts[index] < Self.informationMin ? 0 : ranks[index] * (index < 3 ? 1.2 : 1)
        }
        return SummarySelection.pick(count, by: scores, from: graph).map { sentences[$0] }
    }
}
