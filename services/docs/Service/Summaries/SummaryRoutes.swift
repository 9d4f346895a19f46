import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import ServiceKit

/// `/internal/summaries/conversation`: what ingest asks for.
struct SummaryRoutes: Sendable {
    let desk: SummaryDesk

    private static let bodyBytesMax = ConversationTurn.orderBytesMax

    private static let turn = JSONSchema.object(
        [
            ("speaker", .string(allowed: ConversationTurn.Speaker.allCases.map(\.rawValue))), ("text", .string()),
            ("at_seconds", .number(min: 0)),
        ], required: ["speaker", "text", "at_seconds"])

    private static let order = JSONSchema.object(
        [
            ("account_id", .string(minLength: 1, maxLength: 200)),
            ("conversation_id", .string(minLength: 1, maxLength: 200)),
            ("turns", .array(of: turn, maxItems: ConversationTurn.turnsMax)),
            ("prompt", .nullable(.string(maxLength: ConversationSummaryOrder.promptLengthMax))),
            ("model", .nullable(.string(minLength: 1, maxLength: 200))),
            (
                "model_seconds",
                JSONSchema.nullable(.integer(min: 1, max: 3_600))
                    .described("How long the model may take; SUMMARY_TIMEOUT holds, too")
            ),
        ], required: ["account_id", "conversation_id", "turns"])

    private static let point = JSONSchema.object([
        ("text", .string()), ("quote", .string().described("Stands word for word in a turn")),
        ("at_seconds", .number(min: 0)),
    ])
    private static let summary = JSONSchema.object([
        ("text", .string()), ("key_points", .array(of: point)), ("action_items", .array(of: .string())),
        ("engine", .string().example("built-in")), ("input_tokens", .integer(min: 0)),
        ("output_tokens", .integer(min: 0)),
    ])

    func add(to api: inout API) {
        api.post(
            "/internal/summaries/conversation", access: .service, summary: "The summary of a recorded conversation",
            body: .json(Self.order),
            answers: [.json(200, "The summary", Self.summary), .problem(413, "The conversation is too long")],
            bodyBytesMax: Self.bodyBytesMax
        ) { request in
            let json = try await request.json(Self.order, bytesMax: Self.bodyBytesMax)
            let order: ConversationSummaryOrder
            do {
                order = try ConversationSummaryOrder(json: json)
            } catch let error as WireError {
                throw Problem.unprocessable([FieldProblem(field: error.field, message: "is missing or malformed")])
            }
            try order.turns.checkTextBytes()
            return .json(try await desk.summary(of: order).json)
        }
    }
}
