/// The documents of one lecture, subject or user, searchable by words and by meaning.
///
/// A value: copying is cheap, since documents are shared, and a search works on the copy it was started on, whatever is
/// added or removed meanwhile. A search takes a few milliseconds of processor time on the caller's thread and must not
/// run on an event loop.
package struct SearchIndex: Sendable {
    /// In the order of their ids, so that the order of adding does not matter.
    private var documents: [IndexedDocument] = []

    /// An index of these documents; of two with the same id the later one counts.
    package init(documents: [IndexedDocument] = []) {
        for document in documents { add(document) }
    }

    /// How many documents are in the index.
    package var count: Int { documents.count }

    /// About how many bytes the documents take in memory, those shared with other indexes counted in full.
    package var byteCount: Int { documents.reduce(0) { $0 + $1.byteCount } }

    /// Adds a document; takes the place of one with the same id.
    package mutating func add(_ document: IndexedDocument) {
        let index = firstIndex(notBefore: document.id)
        if index < documents.count, documents[index].id == document.id {
            documents[index] = document
        } else {
            documents.insert(document, at: index)
        }
    }

    /// Removes a document.
    /// - Returns: whether it was there.
    @discardableResult
    package mutating func remove(id: String) -> Bool {
        let index = firstIndex(notBefore: id)
        guard index < documents.count, documents[index].id == id else { return false }
        documents.remove(at: index)
        return true
    }

    private func firstIndex(notBefore id: String) -> Int {
        var low = 0
        var high = documents.count
        while low < high {
            let middle = (low + high) / 2
            if documents[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The passages that fit a question best, best first; none overlaps another, and of those that say nearly the same
    /// only the best is given.
    ///
    /// The same index, question and vector always give the same answer. A question without a word that the documents
    /// have, and without a vector, finds nothing.
    /// - Parameters:
    ///   - query: the question, as the user wrote it.
    ///   - queryVector: its vector from the same embedder as the documents'; without it only words count.
    ///   - limit: how many passages at most.
    ///   - documentIDs: the documents to search, or `nil` for all.
    package func search(
        query: String, queryVector: [Float]?, limit: Int = 5, documentIDs: Set<String>? = nil
    ) -> [ScoredPassage] {
        let scope = documents.filter { !$0.sentences.isEmpty && documentIDs?.contains($0.id) != false }
        guard !scope.isEmpty, limit > 0 else { return [] }
        var terms = QueryTerms(query)
        terms.mend(for: scope)
        let vector = queryVector.flatMap { $0.allSatisfy(\.isFinite) ? $0 : nil }
        let scores = WindowScores(documents: scope, query: terms, vector: vector)
        let maker = PassageMaker(documents: scope, query: terms, rarities: scores.rarities)
        var selection = PassageSelection(scores: scores)
        var drafts: [PassageMaker.Draft] = []
        while drafts.count < limit, let pick = selection.next() {
            let draft = maker.draft(pick)
            if !drafts.contains(where: { $0.isNearDuplicate(of: draft) }) { drafts.append(draft) }
        }
        guard let first = drafts.first else { return [] }
        // The best passage's own fit sets the scale, the ranking sets the rest.
        let fit = first.fit
        return drafts.map { maker.passage($0, score: Double(fit * $0.pick.score / first.pick.score)) }
    }
}

extension PassageMaker.Draft {
    /// How well the passage fits by itself, from 0 to 1: how much of the question's weight in words it has, and how near
    /// its nearest sentence is.
    fileprivate var fit: Float {
        guard let similarity else { return coverage }
        return (coverage + max(0, min(1, similarity))) / 2
    }

    fileprivate func isNearDuplicate(of other: Self) -> Bool {
        fingerprint.overlap(with: other.fingerprint) > SearchTuning.duplicateOverlap
    }
}
