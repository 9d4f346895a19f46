import Contracts
import HTTPServer
import LanguageModels
import Platform
import ServiceKit

/// What the user's lectures say about a question: ingest's search.
struct Material: Sendable {
    /// How many passages an answer is made from.
    static let passagesMax = 5

    let ingest: PeerClient

    /// - Throws: a 404 problem for a lecture or subject that is not there or not the user's, 503 when ingest is down.
    func passages(
        for query: String, userID: Identifier, lectureID: Identifier?, subjectID: Identifier?, request: HTTPRequest?
    ) async throws -> (passages: [SourcePassage], contentVersion: String) {
        let query = PassageQuery(
            userID: userID, query: String(query.unicodeScalars.prefix(PassageQuery.queryLengthMax)),
            lectureID: lectureID, subjectID: subjectID, limit: Self.passagesMax)
        let json = try await ingest.post("/internal/search", query.json, for: request)
        let answer = try PassageAnswer(json: json)
        return (answer.passages.map(SourcePassage.init), answer.contentVersion)
    }
}

extension SourcePassage {
    /// A passage as the search gave it.
    init(_ passage: Passage) {
        let starts = passage.pageStarts.map { PageStart(page: $0.page, offset: $0.offset) }
        self.init(
            id: passage.chunkID.description, lectureID: passage.lectureID.description, lectureName: passage.lectureName,
            heading: passage.heading, text: passage.text,
            pageStarts: starts.isEmpty ? [PageStart(page: passage.pageFrom, offset: 0)] : starts,
            nearness: passage.nearness.map { Nearness(offset: $0.offset, similarity: $0.similarity) })
    }
}
