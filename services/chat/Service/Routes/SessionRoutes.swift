import HTTPMessages
import HTTPServer
import JSONCoding
import ServiceKit
import Tokens

/// `/api/v1/sessions`: what was said in a conversation.
struct SessionRoutes: Sendable {
    let sessions: StudySessions

    private static let citation = JSONSchema.object([
        ("number", .integer(min: 1)), ("chunk_id", .identifier), ("lecture_id", .identifier),
        ("lecture_name", .string()), ("page", .integer(min: 1)), ("quote", .string()),
    ])
    private static let message = JSONSchema.object([
        ("id", .identifier), ("role", .string(allowed: ["user", "assistant"])),
        ("status", .string(allowed: ["running", "complete", "interrupted", "failed"])), ("text", .string()),
        ("citations", .array(of: citation)), ("engine", .nullable(.string())), ("model", .nullable(.string())),
        ("created_at", .timestamp),
    ])
    private static let session = JSONSchema.object([
        ("session_id", .identifier), ("user_id", .identifier),
        ("conversation_stage", .string(allowed: ["initial", "active", "expired"])),
        ("lecture_id", .nullable(.identifier)), ("subject_id", .nullable(.identifier)),
        ("conversation_history", .array(of: message)), ("last_interaction", .timestamp), ("created_at", .timestamp),
        ("updated_at", .timestamp),
    ])

    func add(to api: inout API) {
        api.get(
            "/api/v1/sessions/{id}", access: .user, summary: "A conversation of yours with its history",
            answers: [.json(200, "The conversation", Self.session), .problem(404, "Unknown, or not yours")]
        ) { request in
            .json(try await sessions.history(request.identifier(), userID: request.user.subject))
        }
        api.delete(
            "/api/v1/sessions/{id}", access: .user,
            summary: "Deletes a conversation of yours and all that was said in it",
            answers: [.empty(204, "Deleted"), .problem(404, "Unknown, or not yours")]
        ) { request in
            try await sessions.delete(request.identifier(), userID: request.user.subject)
            return .empty(.noContent)
        }
    }
}
