import JSONCoding
import Platform

/// Something that a customer reported, with what has become of it.
struct Incident: Sendable, Hashable {
    let id: Identifier
    /// The account of the API key that reported it.
    let accountID: String?
    let customerID: String
    let channel: IncidentChannel
    let message: String
    let email: String?
    let phone: String?
    var triage: Triage
    /// What the customer was told.
    let ticketID: String
    var externalTicketID: String?
    var status: IncidentStatus
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var resolvedAt: Timestamp?
    var isReminderSent: Bool
    var repeats: Int

    /// As staff and machines see it.
    var json: JSONObject {
        [
            "id": .identifier(id), "account_id": .optional(accountID), "customer_id": .string(customerID),
            "channel": .string(channel.rawValue), "message": .string(message), "email": .optional(email),
            "phone": .optional(phone), "classification": .string(triage.judgement.category.rawValue),
            "confidence": .number(triage.judgement.confidence.roundedToHundredths),
            "second_best": triage.judgement.secondBest.map {
                [
                    "classification": .string($0.rawValue),
                    "confidence": .number(triage.judgement.secondConfidence.roundedToHundredths),
                ]
            } ?? .null,
            "reason": .string(triage.judgement.reason), "engine": .string(triage.judgement.engine),
            "needs_review": .bool(triage.needsReview), "provisional": .bool(triage.isProvisional),
            "ticket_id": .string(ticketID), "external_ticket_id": .optional(externalTicketID),
            "status": .string(status.rawValue), "created_at": .timestamp(createdAt),
            "updated_at": .timestamp(updatedAt), "resolved_at": .optional(resolvedAt),
            // A number, as the systems before had it.
            "reminder_sent": .integer(isReminderSent ? 1 : 0), "repeats": .integer(Int64(repeats)),
        ]
    }
}

/// What an incident is about, as far as it is known.
struct Triage: Sendable, Hashable {
    var judgement: IncidentClassification
    /// Whether a person should look at it.
    var needsReview: Bool
    /// Whether a slower and better judgement is still to come.
    var isProvisional: Bool
}

extension Double {
    /// For people and programs: two digits say all that a confidence knows.
    var roundedToHundredths: Double { (self * 100).rounded() / 100 }
}
