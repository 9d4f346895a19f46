import JSONCoding

/// What requests and answers about conversations look like, and how a conversation is shown.
enum ConversationSchemas {
    private static let name = JSONSchema.string(minLength: 1, maxLength: 128)

    static let order = JSONSchema.object(
        [
            (
                "email_id",
                JSONSchema.string(format: .email).described("Who gets the report").example("ops@example.org")
            ),
            ("account_id", name.described("The account").example("acme")),
            ("conversation_id", name.described("The provider's id").example("conv_1")),
            ("force", JSONSchema.boolean.described("Process it anew even if it was before")),
        ],
        required: ["email_id", "account_id", "conversation_id"])

    static let receipt = JSONSchema.object(
        [
            ("success", .boolean),
            ("message", JSONSchema.string().example("Conversation processing started")),
            (
                "data",
                .object(
                    [
                        ("conversation_id", name), ("processing_id", processingID), ("status", status),
                        ("estimated_completion", .timestamp),
                    ], required: ["conversation_id", "processing_id", "status", "estimated_completion"])
            ),
        ], required: ["success", "message", "data"])

    private static let processingID = JSONSchema.string().example("proc_019b76da-a800-7000-8000-000000000001")
    private static let status = JSONSchema.string(allowed: Conversation.Status.allCases.map(\.rawValue))

    private static let fields: [(String, JSONSchema)] = [
        ("processing_id", processingID), ("account_id", name), ("conversation_id", name),
        ("email_id", .nullable(.string(format: .email))), ("status", status),
        ("step", .string(allowed: Conversation.Step.allCases.map(\.rawValue))),
        (
            "progress",
            .object([
                ("completed_steps", .integer(min: 0)), ("steps", .integer(min: 0)),
                ("percent", .integer(min: 0, max: 100)),
            ])
        ),
        ("error_message", .nullable(.string())), ("source", .string()),
        ("provider_status", .nullable(.string())), ("agent_id", .nullable(.string())),
        ("agent_name", .nullable(.string())), ("started_at", .nullable(.timestamp)),
        ("duration_seconds", .nullable(.number(min: 0))), ("notification_ids", .array(of: .identifier)),
        ("created_at", .timestamp), ("updated_at", .timestamp), ("completed_at", .nullable(.timestamp)),
        ("estimated_completion", .timestamp),
    ]

    static let listed = JSONSchema.object(fields, required: ["processing_id", "account_id", "status"])

    static let conversation = JSONSchema.object(
        fields + [
            ("summary", .nullable(.object([("text", .string())]))),
            (
                "files",
                .array(
                    of: .object([
                        ("kind", .string(allowed: ConversationFile.Kind.allCases.map(\.rawValue))),
                        ("file_name", .string()), ("object_key", .string()), ("content_type", .string()),
                        ("byte_count", .integer(min: 0)), ("sha256", .string()),
                        ("url", JSONSchema.string().described("Good until expires_at, for anybody")),
                        ("expires_at", .timestamp),
                    ]))
            ),
        ], required: ["processing_id", "account_id", "status", "files"])

    static let event = JSONSchema.object([
        ("id", .integer(min: 1)), ("event", .string()), ("step", .nullable(.string())),
        ("detail", .nullable(.string())), ("actor", .string()), ("created_at", .timestamp),
    ])
}

extension Conversation {
    /// As the API shows it.
    var json: JSONValue {
        [
            "processing_id": .string(processingID), "account_id": .string(accountID),
            "conversation_id": .string(conversationID), "email_id": .optional(emailID),
            "status": .string(status.rawValue), "step": .string(step.rawValue),
            "progress": [
                "completed_steps": .integer(Int64(step.position)), "steps": .integer(Int64(Step.count)),
                "percent": .integer(Int64(step.position * 100 / Step.count)),
            ],
            "error_message": .optional(errorMessage), "source": .string(source.rawValue),
            "provider_status": .optional(providerStatus), "agent_id": .optional(agentID),
            "agent_name": .optional(agentName), "started_at": .optional(startedAt),
            "duration_seconds": .optional(durationSeconds),
            "notification_ids": .array(notificationIDs.map { .identifier($0) }), "created_at": .timestamp(createdAt),
            "updated_at": .timestamp(updatedAt), "completed_at": .optional(completedAt),
            "estimated_completion": .timestamp(estimatedCompletion),
        ]
    }
}
