import Contracts
import JSONCoding
import Platform
import SQL

/// One message to one person, on the channel of its ladder that is at work.
struct Notification: Sendable {
    let id: Identifier
    let orderID: Identifier
    let accountID: String?
    let reference: NotificationReference?
    let template: String
    var ladder: [LadderRung]
    var rung: Int
    var status: NotificationStatus
    let isUrgent: Bool
    /// In all, and those that count on the present rung.
    var attempts: Int
    var rungAttempts: Int
    var begunAt: Timestamp?
    var jobID: Identifier?
    var nextAttemptAt: Timestamp?
    var providerID: String?
    var error: String?
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var sentAt: Timestamp?
    var deliveredAt: Timestamp?

    /// What is being sent. A ladder is never empty and `rung` stays within it; a damaged row gives nil.
    var current: LadderRung? { ladder.indices.contains(rung) ? ladder[rung] : nil }
    var hasNextRung: Bool { rung + 1 < ladder.count }

    /// The record as people and machines see it; `id, incident_id, channel, message, status, sent_at` are what the systems
    /// before had.
    var json: JSONValue {
        let isIncident = reference?.kind == NotificationReference.incidentKind
        return [
            "id": .identifier(id), "incident_id": isIncident ? .optional(reference?.id) : .null,
            "reference": reference?.json ?? .null, "template": .string(template),
            "channel": .optional(current?.channel.rawValue),
            "channels": .array(ladder.map { .string($0.channel.rawValue) }),
            "recipient": .optional(current?.recipient), "subject": .optional(current?.message.subject),
            "message": .optional(current?.message.text), "status": .string(status.rawValue),
            "attempts": .integer(Int64(attempts)), "provider_id": .optional(providerID), "error": .optional(error),
            "created_at": .timestamp(createdAt), "updated_at": .timestamp(updatedAt),
            "next_attempt_at": .optional(nextAttemptAt), "sent_at": .optional(sentAt),
            "delivered_at": .optional(deliveredAt),
        ]
    }
}

extension NotificationReference {
    /// The kind whose id is also the `incident_id` of the notification.
    static let incidentKind = "incident"
}

/// One channel of a ladder with what will be sent on it.
struct LadderRung: Sendable, Hashable {
    let channel: NotificationChannel
    /// Address, number or URL, checked.
    let recipient: String
    let message: RenderedMessage

    init(channel: NotificationChannel, recipient: String, message: RenderedMessage) {
        self.channel = channel
        self.recipient = recipient
        self.message = message
    }

    init(json: JSONValue) throws {
        guard let channel = NotificationChannel(rawValue: try json.required("channel")) else {
            throw WireError(field: "channel")
        }
        self.channel = channel
        recipient = try json.required("recipient")
        message = RenderedMessage(
            subject: try json.required("subject"), text: try json.required("text"), html: try json.optional("html"),
            contentVariables: (json["content_variables"]?.array ?? []).compactMap(\.string))
    }

    var json: JSONValue {
        var object: JSONObject = [
            "channel": .string(channel.rawValue), "recipient": .string(recipient), "subject": .string(message.subject),
            "text": .string(message.text), "html": .optional(message.html),
        ]
        if !message.contentVariables.isEmpty {
            object["content_variables"] = .array(message.contentVariables.map { .string($0) })
        }
        return .object(object)
    }
}
