import JSONCoding
import ServiceKit

/// What requests and answers about incidents look like.
enum IncidentSchemas {
    static let category = JSONSchema.string(allowed: IncidentCategory.allCases.map(\.rawValue))
    static let status = JSONSchema.string(allowed: IncidentStatus.allCases.map(\.rawValue))
    static let channel = JSONSchema.string(allowed: IncidentChannel.allCases.map(\.rawValue))
    private static let confidence = JSONSchema.number(min: 0, max: 1)
    static let noteLengthMax = 2_000

    static let report = JSONSchema.object(
        [
            (
                "customer_id",
                .string(minLength: 1, maxLength: IncidentReport.customerLengthMax).example("CUST-10042")
            ),
            ("channel", channel.described("Where the customer wrote; upper case is taken, too").example("email")),
            (
                "message",
                .string(minLength: 1, maxLength: IncidentReport.messageLengthMax)
                    .example("I was charged twice for my order.")
            ),
            ("email", .nullable(.string().described("Where the customer is answered").example("ada@example.org"))),
            ("phone", .nullable(.string().described("With its country code").example("+15005550006"))),
        ], required: ["customer_id", "channel", "message"])

    static let receipt = JSONSchema.object(
        [
            ("incident_id", .identifier), ("ticket_id", .string().example("TKT-98042a72")), ("status", status),
            ("classification", category), ("confidence", confidence),
            (
                "message",
                .string().example(
                    "Incident received and ticket created. Acknowledgments sent via email and SMS.")
            ),
            (
                "joined",
                JSONSchema.boolean.described(
                    "True when the same message of the same customer came within ten minutes; otherwise not there")
            ),
        ], required: ["incident_id", "ticket_id", "status", "classification", "confidence", "message"])

    static let incident = JSONSchema.object(members, required: members.map(\.0))
    static let dossier = JSONSchema.object(
        members + [("notifications", .array(of: .object([]))), ("history", .array(of: event))],
        required: members.map(\.0) + ["notifications", "history"])

    static let change = JSONSchema.object([
        ("status", status), ("note", .string(minLength: 1, maxLength: noteLengthMax).described("For the history")),
        ("classification", category.described("The right category, by a person who has looked")),
    ])

    static let figures = JSONSchema.object(
        [
            ("total_incidents", .integer(min: 0)), ("by_classification", .object([])), ("by_status", .object([])),
            ("by_channel", .object([])), ("mean_confidence", .nullable(confidence)),
            ("mean_confidence_by_classification", .object([])), ("needs_review", .integer(min: 0)),
            ("time_to_resolve", .object([])), ("deliveries", .object([])), ("by_day", .array(of: .object([]))),
        ], required: ["total_incidents", "by_classification", "by_status", "by_channel", "mean_confidence"])

    private static let members: [(String, JSONSchema)] = [
        ("id", .identifier), ("account_id", .nullable(.string())), ("customer_id", .string()), ("channel", channel),
        ("message", .string()), ("email", .nullable(.string())), ("phone", .nullable(.string())),
        ("classification", category), ("confidence", confidence), ("second_best", .nullable(.object([]))),
        ("reason", .string()), ("engine", .string().example("built-in")), ("needs_review", .boolean),
        ("provisional", JSONSchema.boolean.described("Whether a slower and better judgement is still to come")),
        ("ticket_id", .string()), ("external_ticket_id", .nullable(.string())), ("status", status),
        ("created_at", .timestamp), ("updated_at", .timestamp), ("resolved_at", .nullable(.timestamp)),
        ("reminder_sent", .integer(min: 0, max: 1)), ("repeats", .integer(min: 0)),
    ]

    private static let event = JSONSchema.object(
        [
            ("id", .identifier), ("kind", .string(allowed: IncidentEvent.Kind.allCases.map(\.rawValue))),
            ("from", .nullable(.string())), ("to", .nullable(.string())), ("note", .nullable(.string())),
            ("actor", .string()), ("created_at", .timestamp),
        ], required: ["id", "kind", "from", "to", "note", "actor", "created_at"])
}
