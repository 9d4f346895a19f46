import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import ServiceKit
import Typesetting

/// Reports as PDF, for the other services.
struct ReportRoutes: Sendable {
    let typesetter: Typesetter

    private static let bodyBytesMax = ConversationTurn.orderBytesMax

    func add(to api: inout API) {
        api.post(
            "/internal/reports/conversation", access: .service,
            summary: "The report of a recorded conversation as a PDF file", body: .json(Self.order),
            answers: [
                .other(200, "The report", contentType: "application/pdf"),
                .problem(413, "The conversation is too long for a report"),
                .problem(503, "The libraries or fonts for reports are not installed"),
            ], bodyBytesMax: Self.bodyBytesMax
        ) { request in
            let json = try await request.json(Self.order, bytesMax: Self.bodyBytesMax)
            let order: ConversationReportOrder
            do {
                order = try ConversationReportOrder(json: json)
            } catch let error as WireError {
                throw Problem.unprocessable([FieldProblem(field: error.field, message: "is not valid")])
            }
            try order.turns.checkTextBytes()
            return try await pdf(ConversationReport(order).document)
        }
    }

    private func pdf(_ document: Document) async throws -> HTTPResponse {
        do {
            return .bytes(try await typesetter.pdf(of: document), contentType: "application/pdf")
        } catch {
            switch error.code {
            case .tooLarge: throw Problem.tooLarge("The document is too large: \(error.description).")
            case .libraryUnavailable, .fontsMissing:
                throw Problem.unavailable(retryAfter: 300, "Reports cannot be made: \(error.description).")
            case .cancelled: throw CancellationError()
            case .pageUnusable, .pictureUnreadable, .failed: throw error
            }
        }
    }

    // MARK: Schema

    private static let text = JSONSchema.string(maxLength: 200_000)
    private static let name = JSONSchema.string(minLength: 1, maxLength: 500)

    private static let summary = JSONSchema.object(
        [
            ("text", text.described("Paragraphs are separated by an empty line.")),
            (
                "key_points",
                .array(
                    of: .object(
                        [("text", text), ("quote", text), ("at_seconds", .number(min: 0))],
                        required: ["text", "quote", "at_seconds"]), maxItems: 500)
            ),
            ("action_items", .array(of: text, maxItems: 500)), ("engine", name),
            ("input_tokens", .integer(min: 0)), ("output_tokens", .integer(min: 0)),
        ], required: ["text", "key_points", "action_items", "engine", "input_tokens", "output_tokens"])

    private static let turn = JSONSchema.object(
        [
            ("speaker", .string(allowed: ConversationTurn.Speaker.allCases.map(\.rawValue))),
            ("text", .string()), ("at_seconds", .number(min: 0)),
        ], required: ["speaker", "text", "at_seconds"])

    private static let order = JSONSchema.object(
        [
            ("title", name), ("account_id", name), ("conversation_id", name),
            ("agent_name", .string(maxLength: 500)), ("started_at", .timestamp),
            ("duration_seconds", .number(min: 0)), ("status", name),
            (
                "metadata",
                .array(
                    of: .object([("name", .string(maxLength: 500)), ("value", text)], required: ["name", "value"]),
                    maxItems: ConversationReportOrder.metadataMax)
            ),
            ("summary", summary), ("turns", .array(of: turn, maxItems: ConversationTurn.turnsMax)),
            ("generated_at", .timestamp),
        ],
        required: [
            "title", "account_id", "conversation_id", "status", "metadata", "summary", "turns", "generated_at",
        ])
}
