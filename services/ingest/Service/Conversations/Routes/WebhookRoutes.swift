import HTTPMessages
import HTTPServer
import JSONCoding
import Logs
import Platform
import ServiceKit
import Settings

/// `POST /api/v1/postprocess/webhook/elevenlabs`: the provider says that a conversation has ended.
///
/// Nobody is signed in here: the signature alone counts. It is checked before the body is looked into.
struct WebhookRoutes: Sendable {
    /// Enough for the transcript of a day. The recording comes by an event of its own, which is larger and not needed.
    static let bodyBytesMax = 8 << 20
    private static let signature: HTTPFieldName = "ElevenLabs-Signature"

    let desk: ConversationDesk
    /// Nil when none is configured.
    let secret: Secret?
    let time: any TimeSource
    let logger: Logger

    func add(to api: inout API) {
        api.post(
            "/api/v1/postprocess/webhook/elevenlabs", access: .open, summary: "ElevenLabs' post-call webhook",
            parameters: [.header("ElevenLabs-Signature", .string(), required: true, "t=<unix seconds>,v0=<hex>")],
            body: .json(.object([("type", .string()), ("data", .object([]))])),
            answers: [
                .json(
                    200, "Taken, or of no interest",
                    .object([("status", .string(allowed: ["accepted", "known", "ignored"]))])),
                .problem(401, "The signature is missing, wrong or too old"), .problem(409, "It was here before"),
                .problem(503, "No secret is configured"),
            ], bodyBytesMax: Self.bodyBytesMax
        ) { request in
            guard let secret else {
                throw Problem.unavailable(
                    retryAfter: 3_600, "Webhooks of ElevenLabs are not configured.", code: "webhook_not_configured")
            }
            let signature = try Self.signature(of: request, at: time.wall)
            let body = try await request.body.collect(upTo: Self.bodyBytesMax)
            guard signature.isValid(body: body, secret: secret.revealed) else { throw Self.unauthorized }
            return try await answer(to: body, signature)
        }
    }

    /// The signature, if its time is near: what is not worth checking is not read.
    private static func signature(of request: HTTPRequest, at now: Timestamp) throws -> WebhookSignature {
        let fields = request.fields.all(Self.signature)
        guard fields.count == 1, let signature = fields.first.flatMap({ WebhookSignature($0) }),
            signature.isTimely(at: now)
        else { throw unauthorized }
        return signature
    }

    /// The same for every reason.
    private static var unauthorized: Problem {
        .unauthorized(code: "signature_invalid", "The signature is missing, wrong or too old.")
    }

    private func answer(to body: [UInt8], _ signature: WebhookSignature) async throws -> HTTPResponse {
        guard let json = try? JSONValue(parsing: body) else {
            throw Problem.badRequest(code: "malformed_json", detail: "The body is not JSON.")
        }
        let isTranscript = json["type"]?.string == "post_call_transcription"
        let conversation = isTranscript ? ProviderConversation(json: json["data"] ?? .null) : nil
        if isTranscript, conversation == nil {
            throw Problem.unprocessable([FieldProblem(field: "data", message: "must be a conversation")])
        }
        let reception = try await desk.receive(
            ConversationDesk.Delivery(signature: signature, conversation: conversation))
        switch reception {
        case .begun(let receipt):
            return .json([
                "status": receipt.isNew ? "accepted" : "known",
                "processing_id": .string(receipt.conversation.processingID),
            ])
        case .ignored(let reason):
            logger.info("a webhook began nothing", [("reason", reason)])
            return .json(["status": "ignored"])
        case .repeated:
            throw Problem.conflict(code: "webhook_repeated", "This delivery was here before.")
        }
    }
}
