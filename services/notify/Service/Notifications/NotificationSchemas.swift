import Contracts
import JSONCoding

/// What requests and answers about notifications look like.
enum NotificationSchemas {
    private static let channel = JSONSchema.string(allowed: NotificationChannel.allCases.map(\.rawValue))

    private static let recipient = JSONSchema.object([
        ("name", .nullable(.string(maxLength: OrderCheck.nameLengthMax))),
        ("email", .nullable(.string(maxLength: 254))), ("phone", .nullable(.string(maxLength: 16))),
        ("webhook_url", .nullable(.string(maxLength: WebhookURL.bytesMax))),
    ]).example(["name": "Ana Pérez", "email": "ana@example.org", "phone": "+15005550006"])

    private static let attachment = JSONSchema.object(
        [("name", .string(minLength: 1)), ("content_type", .string(minLength: 3)), ("content_base64", .string())],
        required: ["name", "content_type", "content_base64"])

    private static let reference = JSONSchema.object(
        [("kind", .string(minLength: 1)), ("id", .string(minLength: 1))], required: ["kind", "id"])

    private static let ladders = JSONSchema.array(
        of: .array(of: channel, minItems: 1, maxItems: NotificationChannel.allCases.count), minItems: 1,
        maxItems: NotificationOrder.laddersMax
    )
    .described("One notification for each inner list; its channels are tried in order until one succeeds")
    .example([["email"], ["whatsapp", "sms"]])

    /// `NotificationOrder`.
    static let order = JSONSchema.object(
        orderFields + [("idempotency_key", .string(minLength: 1, maxLength: NotificationOrder.keyLengthMax))],
        required: ["idempotency_key", "template", "recipient", "channels"])

    /// The same from a machine, whose key may be in the `Idempotency-Key` header instead.
    static let machineOrder = JSONSchema.object(
        orderFields + [("idempotency_key", .string(minLength: 1, maxLength: NotificationOrder.keyLengthMax))],
        required: ["template", "recipient", "channels"])

    private static let orderFields: [(String, JSONSchema)] = [
        ("template", JSONSchema.string(minLength: 1, maxLength: 100).example("incident_created")),
        ("variables", .object([])), ("recipient", recipient), ("channels", ladders),
        ("subject", .nullable(.string(minLength: 1, maxLength: MessageTemplate.subjectLengthMax))),
        ("attachments", .array(of: attachment, maxItems: NotificationOrder.attachmentsMax)),
        ("reference", .nullable(reference)), ("unsubscribe_url", .nullable(.string(maxLength: 900))),
        ("urgent", JSONSchema.boolean.described("Sent within quiet hours, too")),
    ]

    static let receipt = JSONSchema.object(
        [("notification_ids", .array(of: .identifier))], required: ["notification_ids"])

    static let notification = JSONSchema.object(
        [
            ("id", .identifier), ("incident_id", .nullable(.string())), ("reference", .nullable(reference)),
            ("template", .string()), ("channel", channel), ("channels", .array(of: channel)),
            ("recipient", .string()), ("subject", .string()), ("message", .string()),
            ("status", .string(allowed: NotificationStatus.allCases.map(\.rawValue))),
            ("attempts", .integer(min: 0)), ("provider_id", .nullable(.string())), ("error", .nullable(.string())),
            ("created_at", .timestamp), ("updated_at", .timestamp), ("next_attempt_at", .nullable(.timestamp)),
            ("sent_at", .nullable(.timestamp)), ("delivered_at", .nullable(.timestamp)),
        ],
        required: ["id", "channel", "message", "status", "created_at"])
}
