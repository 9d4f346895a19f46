import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import SQL
import ServiceKit

/// What docs asks for: the whole content of a lecture.
struct InternalRoutes: Sendable {
    let database: any SQLDatabase

    /// How many pages or chunks are read from the database at a time.
    private static let batch = 100

    func add(to api: inout API) {
        api.get(
            "/internal/lectures/{id}/content", access: .service,
            summary: "All text of a lecture, by pages and by chunks",
            parameters: [.query("user_id", .identifier, required: true, "On whose behalf")],
            answers: [.json(200, "The content"), .notFound]
        ) { request in
            let id = try request.identifier()
            guard let userID = request.query.first("user_id").flatMap({ Identifier($0) }) else {
                throw Problem.unprocessable([FieldProblem(field: "user_id", message: "must be the id of a user")])
            }
            let found = try await database.read { connection in
                try LectureTable.find(id, userID: userID, in: connection).map { lecture in
                    (lecture, try LectureTable.outline(of: id, userID: userID, in: connection))
                }
            }
            guard let (lecture, outline) = found else { throw LibraryError.notFound }
            return .stream(contentType: "application/json") { writer in
                try await write(lecture, outline: outline ?? "[]", to: writer)
            }
        }
    }

    /// Writes the document piece by piece: a book has more text than one answer should hold in memory.
    private func write(_ lecture: Lecture, outline: String, to writer: HTTPBodyWriter) async throws {
        let head: JSONObject = [
            "lecture_id": .identifier(lecture.id), "subject_id": .identifier(lecture.subjectID),
            "name": .string(lecture.name), "status": .string(lecture.status.rawValue),
            "page_count": .integer(Int64(lecture.pageCount ?? 0)),
            "content_version": .string("lecture-\(lecture.contentVersion)"),
        ]
        try await writer.write(String(JSONValue.object(head).text.dropLast()) + ",\"outline\":\(outline),\"pages\":[")
        let id = lecture.id
        var last = 0
        while true {
            let after = last
            let pages = try await database.read {
                try PageTable.cleanedTexts(of: id, after: after, limit: Self.batch, in: $0)
            }
            guard let end = pages.last?.number else { break }
            let texts = pages.map {
                JSONValue.object(["number": .integer(Int64($0.number)), "text": .string($0.text)]).text
            }
            try await writer.write((last == 0 ? "" : ",") + texts.joined(separator: ","))
            last = end
        }
        try await writer.write("],\"chunks\":[")
        var position = -1
        while true {
            let after = position
            let chunks = try await database.read {
                try ChunkTable.summaries(of: id, after: after, limit: Self.batch, in: $0)
            }
            guard let end = chunks.last?.position else { break }
            try await writer.write((position < 0 ? "" : ",") + chunks.map(\.json.text).joined(separator: ","))
            position = end
        }
        try await writer.write("]}")
    }
}
