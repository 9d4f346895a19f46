import Contracts
import JSONCoding
import Platform

/// What customers are told about their incidents, as orders for the notification desk. Each event has its own key, so that
/// telling it twice tells it once.
enum IncidentMessages {
    static func created(_ incident: Incident, ladders: [[NotificationChannel]]) -> NotificationOrder {
        order("incident_created", incident, key: "created", ladders)
    }

    /// - Parameter event: The change, by its id.
    static func status(
        _ incident: Incident, event: Identifier, ladders: [[NotificationChannel]]
    ) -> NotificationOrder {
        // What staff noted stays among staff.
        order(
            "incident_status", incident, key: "status:\(event)", ladders,
            variables: ["status_text": .string(incident.status.text)])
    }

    static func reminder(_ incident: Incident, ladders: [[NotificationChannel]]) -> NotificationOrder {
        order(
            "incident_reminder", incident, key: "reminder", ladders,
            variables: ["opened_at": .string(incident.createdAt.rfc3339)])
    }

    private static func order(
        _ template: String, _ incident: Incident, key: String, _ ladders: [[NotificationChannel]],
        variables more: JSONObject = [:]
    ) -> NotificationOrder {
        var variables = more
        variables["ticket_id"] = .string(incident.ticketID)
        variables["incident_id"] = .identifier(incident.id)
        variables["message"] = .string(incident.message)
        return NotificationOrder(
            idempotencyKey: "incident:\(incident.id):\(key)", template: template, variables: variables,
            recipient: NotificationRecipient(email: incident.email, phone: incident.phone), channels: ladders,
            reference: NotificationReference(
                kind: NotificationReference.incidentKind, id: incident.id.description))
    }
}

extension Incident {
    /// The ways on which the customer is told something: email, and SMS or, if that is how he wrote, WhatsApp before it.
    var ladders: [[NotificationChannel]] {
        var ladders: [[NotificationChannel]] = []
        if email != nil { ladders.append([.email]) }
        if phone != nil { ladders.append(channel == .whatsapp ? [.whatsapp, .sms] : [.sms]) }
        return ladders
    }
}
