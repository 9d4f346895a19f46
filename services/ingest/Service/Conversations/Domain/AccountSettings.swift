import Contracts
import HTTPMessages
import JSONCoding
import ObjectStore
import Platform

/// How the conversations of one account are worked on.
struct AccountSettings: Sendable, Hashable {
    struct Limits: Sendable, Hashable {
        /// A larger recording or report makes the conversation fail.
        var fileBytesMax: Int64 = 10 << 20
        /// Conversations begun per day and month, in UTC; nil for no limit.
        var conversationsPerDay: Int?
        var conversationsPerMonth: Int?
    }

    struct Timeouts: Sendable, Hashable {
        /// Between two pieces of an answer of the provider.
        var providerSeconds = 30
        /// How long the provider may take to finish a conversation, or ask to be left alone.
        var providerWaitSeconds = 1_800
        /// How long the language model may take; then the built-in engine makes the summary.
        var modelSeconds = 180

        /// With it a conversation is still done within five minutes.
        static let modelSecondsMax = 240
        /// What docs may take beyond the model's time: the built-in engine and a long conversation's way there and back.
        static let summaryGrace = Duration.seconds(40)
        /// How long docs may take for the summary.
        var summary: Duration { .seconds(modelSeconds) + Self.summaryGrace }
    }

    /// The name of a template of notify.
    var emailTemplate = "conversation_report"
    var emailSubject: String?
    /// Who gets the reports of conversations that nobody asked for by name (webhook, reconciliation).
    var defaultEmail: String?
    /// Instead of `prompts/summarization.txt`.
    var prompt: String?
    var model: String?
    /// Where files are kept; nil for the service's own bucket.
    var bucket: String?
    /// The provider's agents whose calls belong to this account; empty for no restriction and no webhooks.
    var agentIDs: [String] = []
    var limits = Limits()
    var timeouts = Timeouts()
    /// Whether card numbers are taken out of what is stored as text, summarised, reported and sent.
    var redactsCardNumbers = true
    /// How long links to files are good.
    var linkSeconds = 3_600

    static let agentsMax = 200

    var json: JSONValue {
        [
            "email_template": .string(emailTemplate), "email_subject": .optional(emailSubject),
            "default_email": .optional(defaultEmail), "prompt": .optional(prompt), "model": .optional(model),
            "bucket": .optional(bucket), "agent_ids": .array(agentIDs.map { .string($0) }),
            "limits": [
                "file_bytes_max": .integer(limits.fileBytesMax),
                "conversations_per_day": .optional(limits.conversationsPerDay),
                "conversations_per_month": .optional(limits.conversationsPerMonth),
            ],
            "timeouts": [
                "provider_seconds": .integer(Int64(timeouts.providerSeconds)),
                "provider_wait_seconds": .integer(Int64(timeouts.providerWaitSeconds)),
                "model_seconds": .integer(Int64(timeouts.modelSeconds)),
            ],
            "redact_card_numbers": .bool(redactsCardNumbers), "link_seconds": .integer(Int64(linkSeconds)),
        ]
    }

    /// Reads what ``schema`` has let through; what is missing has its default.
    init(json: JSONValue) {
        emailTemplate = json["email_template"]?.string ?? emailTemplate
        emailSubject = json["email_subject"]?.string
        defaultEmail = json["default_email"]?.string
        prompt = json["prompt"]?.string
        model = json["model"]?.string
        bucket = json["bucket"]?.string
        agentIDs = json["agent_ids"]?.array?.compactMap(\.string) ?? []
        let limits = json["limits"]
        self.limits.fileBytesMax = limits?["file_bytes_max"]?.integer ?? self.limits.fileBytesMax
        self.limits.conversationsPerDay = limits?["conversations_per_day"]?.integer.map { Int(clamping: $0) }
        self.limits.conversationsPerMonth = limits?["conversations_per_month"]?.integer.map { Int(clamping: $0) }
        let timeouts = json["timeouts"]
        self.timeouts.providerSeconds =
            timeouts?["provider_seconds"]?.integer.map { Int(clamping: $0) } ?? self.timeouts.providerSeconds
        self.timeouts.providerWaitSeconds =
            timeouts?["provider_wait_seconds"]?.integer.map { Int(clamping: $0) } ?? self.timeouts.providerWaitSeconds
        self.timeouts.modelSeconds =
            timeouts?["model_seconds"]?.integer.map { min(Int(clamping: $0), Timeouts.modelSecondsMax) }
            ?? self.timeouts.modelSeconds
        redactsCardNumbers = json["redact_card_numbers"]?.bool ?? true
        linkSeconds = json["link_seconds"]?.integer.map { Int(clamping: $0) } ?? linkSeconds
    }

    init() {}

    static let schema = JSONSchema.object([
        (
            "email_template",
            JSONSchema.string(minLength: 1, maxLength: 64).described("A template of notify")
                .example("conversation_report")
        ),
        ("email_subject", .nullable(.string(minLength: 1, maxLength: 200))),
        (
            "default_email",
            JSONSchema.nullable(.string(format: .email)).described("For conversations that came by webhook")
        ),
        (
            "prompt",
            JSONSchema.nullable(.string(minLength: 1, maxLength: ConversationSummaryOrder.promptLengthMax))
                .described("Instead of prompts/summarization.txt")
        ),
        ("model", .nullable(.string(minLength: 1, maxLength: 200))),
        (
            "bucket",
            JSONSchema.nullable(.string(minLength: 3, maxLength: 63)).described("A bucket's name by S3's rules")
        ),
        (
            "agent_ids",
            JSONSchema.array(of: .string(minLength: 1, maxLength: 128), maxItems: agentsMax)
                .described("The provider's agents that belong to the account").example(["agent_1"])
        ),
        (
            "limits",
            .object([
                ("file_bytes_max", JSONSchema.integer(min: 1, max: 2 << 30).example(10_485_760)),
                ("conversations_per_day", .nullable(.integer(min: 0, max: 1_000_000))),
                ("conversations_per_month", .nullable(.integer(min: 0, max: 10_000_000))),
            ])
        ),
        (
            "timeouts",
            .object([
                ("provider_seconds", JSONSchema.integer(min: 1, max: 300).example(30)),
                ("provider_wait_seconds", JSONSchema.integer(min: 1, max: 86_400).example(1_800)),
                (
                    "model_seconds",
                    JSONSchema.integer(min: 5, max: Int64(Timeouts.modelSecondsMax))
                        .described("Then the built-in engine makes the summary").example(180)
                ),
            ])
        ),
        ("redact_card_numbers", .boolean),
        ("link_seconds", JSONSchema.integer(min: 1, max: 604_800).example(3_600)),
    ])

    /// What the schema cannot say: names, buckets, lines, each agent once.
    static func problems(in json: JSONValue) -> [FieldProblem] {
        var problems: [FieldProblem] = []
        func check(_ field: String, _ isGood: (String) -> Bool, _ message: String) {
            if let text = json[field]?.string, !isGood(text) {
                problems.append(FieldProblem(field: field, message: message))
            }
        }
        check("email_template", Conversation.isName, Conversation.nameRule)
        check("bucket", S3Configuration.isBucketName, "must be a bucket's name by S3's rules")
        for field in ["email_subject", "model"] {
            check(field, { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }, "must be one line")
        }
        var seen: Set<String> = []
        for (index, agent) in (json["agent_ids"]?.array ?? []).compactMap(\.string).enumerated() {
            if !Conversation.isName(agent) {
                problems.append(FieldProblem(field: "agent_ids[\(index)]", message: Conversation.nameRule))
            } else if !seen.insert(agent).inserted {
                problems.append(FieldProblem(field: "agent_ids[\(index)]", message: "must be named once"))
            }
        }
        return problems
    }
}
