import HTTPMessages
import HTTPServer
import JSONCoding
import ServiceKit

/// `/subjects`.
struct SubjectRoutes: Sendable {
    let subjects: SubjectLibrary

    private static let name = JSONSchema.string(minLength: 1, maxLength: Subject.nameLengthMax).example("Algebra II")
    private static let color = JSONSchema.string(minLength: 1, maxLength: Subject.colorLengthMax)
        .described("#rrggbb or the name of a colour").example("#4f46e5")

    static let schema = JSONSchema.object(
        [
            ("id", .identifier), ("name", name), ("color", color),
            ("lecture_count", JSONSchema.integer(min: 0).example(3)), ("created_at", .timestamp),
            ("updated_at", .timestamp),
        ],
        required: ["id", "name", "color", "lecture_count", "created_at", "updated_at"])

    func add(to api: inout API) {
        let newSubject = JSONSchema.object([("name", Self.name), ("color", Self.color)], required: ["name"])
        api.post(
            "/subjects", access: .user, summary: "Make a subject", body: .json(newSubject),
            answers: [.json(201, "The subject", Self.schema)], isIdempotent: true
        ) { request in
            let json = try await request.json(newSubject)
            let subject = try await subjects.create(
                name: try Self.name(in: json) ?? "", color: try Self.color(in: json) ?? Subject.colorDefault,
                userID: request.userID)
            return .json(subject.json, status: .created)
        }
        api.get(
            "/subjects", access: .user, summary: "Your subjects, the newest first",
            parameters: Parameters.paging, answers: [.json(200, "Subjects", .array(of: Self.schema))]
        ) { request in
            let page = try PageRequest(request)
            let isUsual = page.before == nil && page.limit == PageRequest.limitDefault
            let list = try await subjects.list(
                userID: request.userID, before: page.before, limit: page.fetchCount, isCacheable: isUsual)
            return page.response(list, of: request, id: \.id, json: \.json)
        }
        addSingle(to: &api)
    }

    private func addSingle(to api: inout API) {
        api.get(
            "/subjects/{id}", access: .user, summary: "One subject",
            answers: [.json(200, "The subject", Self.schema), .notFound]
        ) { request in
            let subject = try await subjects.subject(request.identifier(), userID: request.userID)
            return .json(subject.json)
        }
        let change = JSONSchema.object([("name", Self.name), ("color", Self.color)])
        api.patch(
            "/subjects/{id}", access: .user, summary: "Rename or recolour a subject", body: .json(change),
            answers: [.json(200, "The subject", Self.schema), .notFound]
        ) { request in
            let id = try request.identifier()
            let json = try await request.json(change)
            let subject = try await subjects.update(
                id, userID: request.userID, name: try Self.name(in: json), color: try Self.color(in: json))
            return .json(subject.json)
        }
        api.delete(
            "/subjects/{id}", access: .user, summary: "Delete a subject with all its lectures",
            answers: [.empty(204, "It is gone"), .notFound]
        ) { request in
            try await subjects.delete(request.identifier(), userID: request.userID)
            return .empty(.noContent)
        }
    }

    private static func name(in json: JSONValue) throws -> String? {
        try FieldText.trimmed("name", in: json)
    }

    private static func color(in json: JSONValue) throws -> String? {
        try FieldText.trimmed("color", in: json)
    }
}
