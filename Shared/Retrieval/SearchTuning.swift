/// The numbers behind the ranking, all in one place.
///
/// Chosen by trying on one half of a set of articles and checked on the other; each lies on a wide plateau, where a
/// quarter more or less changes less than one question in a hundred.
enum SearchTuning {
    /// How many words a window, the part of a text that is scored, has at most: two to five sentences. Small enough that
    /// words near to each other count, large enough for an answer to stand beside what was asked.
    static let windowWords = 80
    /// How many words a passage has at most.
    static let passageWords = 300
    /// BM25: how soon more of the same word stops to count, and how much long windows are held back.
    static let saturation: Float = 1.2
    static let lengthWeight: Float = 0.75
    /// How much a word in a heading over the window counts beside one in it.
    static let headingWeight: Float = 0.5
    /// How much a word in the document's title counts beside one in the window.
    static let titleWeight: Float = 0.25
    /// How much nearness in meaning counts beside words.
    static let vectorWeight: Float = 1
    /// Two passages with more than this part of their words in common say the same.
    static let duplicateOverlap = 0.85
    /// The most words of a question that count, the rarest first being of no matter: what is longer is cut.
    static let queryTermsMax = 64
}
