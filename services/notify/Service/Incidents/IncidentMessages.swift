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
            variables: ["opened_at": .string(incident.createdAt.spoken)])
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

extension Timestamp {
    /// For people: `2 January 2026, 03:03 UTC`.
    fileprivate var spoken: String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ]
        let minutes = Int64((Double(millisecondsSince1970) / 60_000).rounded(.down))
        let day = Int64((Double(minutes) / 1_440).rounded(.down))
        let date = CivilDate(daysSince1970: day)
        let time = minutes - day * 1_440
        func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date.day) \(months[date.month - 1]) \(date.year), \(twoDigits(time / 60)):\(twoDigits(time % 60)) UTC"
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
