/// The documents of one lecture, subject or user, searchable by words and by meaning.
///
/// A value: copying is cheap, since documents are shared, and a search works on the copy it was started on, whatever is
/// added or removed meanwhile. A search takes a few milliseconds and must not run on an event loop.
package struct SearchIndex: Sendable {
    private var documents: [IndexedDocument] = []

    /// An index of these documents; of two with the same id the later one counts.
    package init(documents: [IndexedDocument] = []) {
        for document in documents { add(document) }
    }

    /// How many documents are in the index.
    package var count: Int { documents.count }

    /// Adds a document; takes the place of one with the same id.
    package mutating func add(_ document: IndexedDocument) {
        remove(id: document.id)
        documents.append(document)
    }

    /// Removes a document.
    /// - Returns: whether it was there.
    @discardableResult
    package mutating func remove(id: String) -> Bool {
        guard let index = documents.firstIndex(where: { $0.id == id }) else { return false }
        documents.remove(at: index)
        return true
    }

    /// The passages that fit a question best, best first; none overlaps another.
    /// - Parameters:
    ///   - query: the question, as the user wrote it.
    ///   - queryVector: its vector from the same embedder as the documents'; without it only words count.
    ///   - limit: how many passages at most.
    ///   - documentIDs: the documents to search, or `nil` for all.
    package func search(
        query: String, queryVector: [Float]?, limit: Int = 5, documentIDs: Set<String>? = nil
    ) -> [ScoredPassage] {
        []
    }
}
