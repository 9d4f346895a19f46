import Platform
import SQL

/// The rows of `incidents`.
enum IncidentTable {
    private static let columns: SQLQuery = """
        id, account_id, customer_id, channel, message, email, phone, classification, confidence, second_classification,
        second_confidence, reason, engine, needs_review, is_provisional, ticket_id, external_ticket_id, status,
        created_at, updated_at, resolved_at, reminder_sent, repeats
        """

    static func insert(_ incident: Incident, in connection: any SQLConnection) throws {
        let judgement = incident.triage.judgement
        try connection.execute(
            """
            INSERT INTO incidents (\(columns))
            VALUES (\(incident.id), \(incident.accountID), \(incident.customerID), \(incident.channel.rawValue),
                \(incident.message), \(incident.email), \(incident.phone), \(judgement.category.rawValue),
                \(judgement.confidence), \(judgement.secondBest?.rawValue), \(judgement.secondConfidence),
                \(judgement.reason), \(judgement.engine), \(incident.triage.needsReview),
                \(incident.triage.isProvisional), \(incident.ticketID), \(incident.externalTicketID), \(incident.status),
                \(incident.createdAt), \(incident.updatedAt), \(incident.resolvedAt), \(incident.isReminderSent),
                \(incident.repeats))
            """)
    }

    /// Writes back everything that can change.
    static func update(_ incident: Incident, in connection: any SQLConnection) throws {
        let judgement = incident.triage.judgement
        try connection.execute(
            """
            UPDATE incidents SET classification = \(judgement.category.rawValue), confidence = \(judgement.confidence),
                second_classification = \(judgement.secondBest?.rawValue),
                second_confidence = \(judgement.secondConfidence), reason = \(judgement.reason),
                engine = \(judgement.engine), needs_review = \(incident.triage.needsReview),
                is_provisional = \(incident.triage.isProvisional), external_ticket_id = \(incident.externalTicketID),
                status = \(incident.status), updated_at = \(incident.updatedAt), resolved_at = \(incident.resolvedAt),
                reminder_sent = \(incident.isReminderSent), repeats = \(incident.repeats)
            WHERE id = \(incident.id)
            """)
    }

    static func find(_ id: Identifier, in connection: any SQLConnection) throws -> Incident? {
        try connection.first("SELECT \(columns) FROM incidents WHERE id = \(id)").map { try Incident(row: $0) }
    }

    /// Newest first.
    static func list(_ filter: IncidentFilter, in connection: any SQLConnection) throws -> [Incident] {
        var query: SQLQuery = "SELECT \(columns) FROM incidents WHERE 1 = 1"
        if let status = filter.status { query.append(" AND status = \(status)") }
        if let category = filter.category { query.append(" AND classification = \(category.rawValue)") }
        if let channel = filter.channel { query.append(" AND channel = \(channel.rawValue)") }
        if let customer = filter.customerID { query.append(" AND customer_id = \(customer)") }
        if let needsReview = filter.needsReview { query.append(" AND needs_review = \(needsReview)") }
        if let account = filter.accountID { query.append(" AND account_id = \(account)") }
        if let before = filter.before { query.append(" AND id < \(before)") }
        query.append(" ORDER BY id DESC LIMIT \(filter.limit)")
        return try connection.query(query).map { try Incident(row: $0) }
    }

    /// The oldest incidents that wait for a better judgement.
    static func provisional(
        limit: Int, in connection: any SQLConnection
    ) throws -> [(id: Identifier, message: String)] {
        try connection.query(
            "SELECT id, message FROM incidents WHERE is_provisional = 1 ORDER BY id LIMIT \(limit)"
        ).map { (try $0.get("id"), try $0.get("message")) }
    }

    static func isTaken(ticket: String, in connection: any SQLConnection) throws -> Bool {
        try connection.first("SELECT 1 AS found FROM incidents WHERE ticket_id = \(ticket)") != nil
    }
}

/// Which incidents to list.
struct IncidentFilter: Sendable {
    var status: IncidentStatus?
    var category: IncidentCategory?
    var channel: IncidentChannel?
    var customerID: String?
    var needsReview: Bool?
    /// Set for API keys that are bound to an account.
    var accountID: String?
    var before: Identifier?
    var limit: Int
}

extension Incident {
    fileprivate init(row: SQLRow) throws {
        let second = try row.get("second_classification", as: String?.self)
        let judgement = IncidentClassification(
            category: try Self.name(row, "classification"), confidence: try row.get("confidence"),
            secondBest: second.flatMap(IncidentCategory.init(rawValue:)),
            secondConfidence: try row.get("second_confidence"), reason: try row.get("reason"),
            engine: try row.get("engine"))
        self.init(
            id: try row.get("id"), accountID: try row.get("account_id"), customerID: try row.get("customer_id"),
            channel: try Self.name(row, "channel"), message: try row.get("message"), email: try row.get("email"),
            phone: try row.get("phone"),
            triage: Triage(
                judgement: judgement, needsReview: try row.get("needs_review"),
                isProvisional: try row.get("is_provisional")),
            ticketID: try row.get("ticket_id"), externalTicketID: try row.get("external_ticket_id"),
            status: try row.get("status"), createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"),
            resolvedAt: try row.get("resolved_at"), isReminderSent: try row.get("reminder_sent"),
            repeats: try row.get("repeats"))
    }

    private static func name<Name: RawRepresentable<String>>(_ row: SQLRow, _ column: String) throws -> Name {
        guard let name = Name(rawValue: try row.get(column)) else {
            throw SQLError(.type, "column \(column) of incidents holds no name of its kind")
        }
        return name
    }
}
