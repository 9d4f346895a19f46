import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import ServiceKit

/// `/search` for people, `/internal/search` for chat and docs.
struct SearchRoutes: Sendable {
    let search: LectureSearch

    static let limitDefault = 10
    static let limitMax = 50

    private static let query = JSONSchema.string(minLength: 1, maxLength: PassageQuery.queryLengthMax)
        .example("When does gradient descent converge?")
    private static let scope: [(String, JSONSchema)] = [
        ("query", query), ("lecture_id", .nullable(.identifier)), ("subject_id", .nullable(.identifier)),
        ("limit", .nullable(.integer(min: 1, max: Int64(limitMax)))),
    ]
    private static let passageFields: [(String, JSONSchema)] = [
        ("chunk_id", .identifier), ("lecture_id", .identifier), ("lecture_name", .string()),
        ("page_from", .integer(min: 1)), ("page_to", .integer(min: 1)), ("heading", .string()), ("text", .string()),
        ("score", .number()),
        ("pages", .array(of: .object([("number", .integer(min: 1)), ("offset", .integer(min: 0))]))),
        ("highlights", .array(of: .array(of: .integer(min: 0)))),
    ]
    private static let passages = JSONSchema.array(of: .object(passageFields))
    private static let internalAnswer = JSONSchema.object(
        [
            ("content_version", .string()),
            ("passages", .array(of: .object(passageFields + [("nearness", .array(of: .array(of: .number())))]))),
        ], required: ["content_version", "passages"])

    func add(to api: inout API) {
        let question = JSONSchema.object(Self.scope, required: ["query"])
        api.post(
            "/search", access: .user,
            summary: "The passages of your lectures that fit a question best, within one lecture, one subject or all",
            body: .json(question),
            answers: [
                .json(200, "Passages, the best first", Self.passages),
                .problem(404, "There is no such lecture or subject"),
            ]
        ) { request in
            let json = try await request.json(question)
            let passages = try await answer(json, userID: request.userID).passages
            return .json(.array(passages.map(\.publicJSON)))
        }
        let internalQuestion = JSONSchema.object(
            [("user_id", .identifier)] + Self.scope, required: ["user_id", "query"])
        api.post(
            "/internal/search", access: .service, summary: "The same on behalf of a user",
            body: .json(internalQuestion),
            answers: [.json(200, "Passages, the best first, and what changes with the material", Self.internalAnswer)]
        ) { request in
            let json = try await request.json(internalQuestion)
            guard let userID = FieldText.identifier("user_id", in: json) else { throw Problem.notFound() }
            return .json(try await answer(json, userID: userID).json)
        }
    }

    private func answer(_ json: JSONValue, userID: Identifier) async throws -> PassageAnswer {
        let limit = json["limit"]?.integer.flatMap { Int(exactly: $0) } ?? Self.limitDefault
        let query = PassageQuery(
            userID: userID, query: try FieldText.trimmed("query", in: json) ?? "",
            lectureID: FieldText.identifier("lecture_id", in: json),
            subjectID: FieldText.identifier("subject_id", in: json), limit: limit)
        guard let answer = try await search.answer(query) else { throw Problem.notFound() }
        return answer
    }
}
