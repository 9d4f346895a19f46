import Contracts
import JSONCoding
import Platform
import SQL

/// Orders and their notifications. What belongs to single attempts is in `AttemptTable`.
enum NotificationTable {
    private static let columns: SQLQuery = """
        n.id, n.order_id, n.account_id, n.reference_kind, n.reference_id, o.template, n.ladder, n.rung, n.status,
        n.is_urgent, n.attempts, n.rung_attempts, n.begun_at, n.job_id, n.next_attempt_at, n.provider_id, n.error,
        n.created_at, n.updated_at, n.sent_at, n.delivered_at
        """
    private static let source: SQLQuery = "notifications n JOIN notification_orders o ON o.id = n.order_id"

    // MARK: Orders

    /// The order that this key stands for: its id and what it was made of.
    static func order(
        scope: String, key: String, in connection: any SQLConnection
    ) throws -> (id: Identifier, fingerprint: [UInt8])? {
        try connection.first(
            """
            SELECT id, fingerprint FROM notification_orders WHERE scope = \(scope) AND idempotency_key = \(key)
            """
        ).map { (try $0.get("id"), try $0.get("fingerprint")) }
    }

    /// The notifications of an order, in the order of its ladders.
    static func ids(ofOrder orderID: Identifier, in connection: any SQLConnection) throws -> [Identifier] {
        try connection.query("SELECT id FROM notifications WHERE order_id = \(orderID) ORDER BY id")
            .map { try $0.get("id") }
    }

    static func insert(
        _ order: NotificationOrder, id: Identifier, scope: String, fingerprint: [UInt8], at now: Timestamp,
        in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO notification_orders (id, scope, idempotency_key, fingerprint, template, recipient_name,
                unsubscribe_url, created_at)
            VALUES (\(id), \(scope), \(order.idempotencyKey), \(fingerprint), \(order.template),
                \(order.recipient.name), \(order.unsubscribeURL), \(now))
            """)
        for (position, attachment) in order.attachments.enumerated() {
            try connection.execute(
                """
                INSERT INTO notification_attachments (order_id, position, name, content_type, content)
                VALUES (\(id), \(position), \(attachment.name), \(attachment.contentType), \(attachment.content))
                """)
        }
    }

    /// What goes with every notification of an order.
    static func enclosure(of orderID: Identifier, in connection: any SQLConnection) throws -> Enclosure {
        let order = try connection.first(
            "SELECT recipient_name, unsubscribe_url FROM notification_orders WHERE id = \(orderID)")
        let files = try connection.query(
            """
            SELECT name, content_type, content FROM notification_attachments WHERE order_id = \(orderID)
            ORDER BY position
            """)
        return Enclosure(
            recipientName: try order?.get("recipient_name"), unsubscribeURL: try order?.get("unsubscribe_url"),
            attachments: try files.map {
                NotificationAttachment(
                    name: try $0.get("name"), contentType: try $0.get("content_type"), content: try $0.get("content"))
            })
    }

    // MARK: Notifications

    static func insert(_ notification: Notification, in connection: any SQLConnection) throws {
        guard let rung = notification.current else { return }
        let reference = notification.reference
        let incidentID = reference?.kind == NotificationReference.incidentKind ? reference?.id : nil
        try connection.execute(
            """
            INSERT INTO notifications (id, order_id, account_id, reference_kind, reference_id, incident_id, ladder, rung,
                channel, recipient, subject, message, status, is_urgent, job_id, next_attempt_at, created_at, updated_at)
            VALUES (\(notification.id), \(notification.orderID), \(notification.accountID), \(reference?.kind),
                \(reference?.id), \(incidentID), \(JSONValue.array(notification.ladder.map(\.json)).text),
                \(notification.rung), \(rung.channel.rawValue), \(rung.recipient), \(rung.message.subject),
                \(rung.message.text), \(notification.status), \(notification.isUrgent), \(notification.jobID),
                \(notification.nextAttemptAt), \(notification.createdAt), \(notification.updatedAt))
            """)
    }

    /// Writes back everything that can change.
    static func update(_ notification: Notification, in connection: any SQLConnection) throws {
        guard let rung = notification.current else { return }
        try connection.execute(
            """
            UPDATE notifications SET rung = \(notification.rung), channel = \(rung.channel.rawValue),
                recipient = \(rung.recipient), subject = \(rung.message.subject), message = \(rung.message.text),
                status = \(notification.status), attempts = \(notification.attempts),
                rung_attempts = \(notification.rungAttempts), begun_at = \(notification.begunAt),
                job_id = \(notification.jobID), next_attempt_at = \(notification.nextAttemptAt),
                provider_id = \(notification.providerID), error = \(notification.error),
                updated_at = \(notification.updatedAt), sent_at = \(notification.sentAt),
                delivered_at = \(notification.deliveredAt)
            WHERE id = \(notification.id)
            """)
    }

    static func find(_ id: Identifier, in connection: any SQLConnection) throws -> Notification? {
        try connection.first("SELECT \(columns) FROM \(source) WHERE n.id = \(id)").map { try Notification(row: $0) }
    }

    /// Newest first.
    static func list(_ filter: NotificationFilter, in connection: any SQLConnection) throws -> [Notification] {
        var query: SQLQuery = "SELECT \(columns) FROM \(source) WHERE 1 = 1"
        if let incident = filter.incidentID { query.append(" AND n.incident_id = \(incident)") }
        if let status = filter.status { query.append(" AND n.status = \(status)") }
        if let channel = filter.channel { query.append(" AND n.channel = \(channel.rawValue)") }
        if let account = filter.accountID { query.append(" AND n.account_id = \(account)") }
        if let before = filter.before { query.append(" AND n.id < \(before)") }
        query.append(" ORDER BY n.id DESC LIMIT \(filter.limit)")
        return try connection.query(query).map { try Notification(row: $0) }
    }

    /// Pending notifications whose job is neither waiting nor running, at most `limit` of them.
    static func abandoned(limit: Int, in connection: any SQLConnection) throws -> [Notification] {
        try connection.query(
            """
            SELECT \(columns) FROM \(source)
            WHERE n.status = \(NotificationStatus.pending) AND NOT EXISTS (
                SELECT 1 FROM jobs j WHERE j.id = n.job_id AND j.state IN ('queued', 'running'))
            ORDER BY n.id LIMIT \(limit)
            """
        ).map { try Notification(row: $0) }
    }
}

/// What goes with every notification of an order.
struct Enclosure: Sendable {
    var recipientName: String?
    var unsubscribeURL: String?
    var attachments: [NotificationAttachment]
}

/// Which notifications to list.
struct NotificationFilter: Sendable {
    var incidentID: String?
    var status: NotificationStatus?
    var channel: NotificationChannel?
    /// Set for API keys that are bound to an account.
    var accountID: String?
    var before: Identifier?
    var limit: Int
}

extension Notification {
    fileprivate init(row: SQLRow) throws {
        let ladder = try JSONValue(parsing: row.get("ladder", as: String.self))
        var reference: NotificationReference?
        if let kind = try row.get("reference_kind", as: String?.self),
            let id = try row.get("reference_id", as: String?.self)
        {
            reference = NotificationReference(kind: kind, id: id)
        }
        self.init(
            id: try row.get("id"), orderID: try row.get("order_id"), accountID: try row.get("account_id"),
            reference: reference, template: try row.get("template"),
            ladder: try (ladder.array ?? []).map { try LadderRung(json: $0) }, rung: try row.get("rung"),
            status: try row.get("status"), isUrgent: try row.get("is_urgent"), attempts: try row.get("attempts"),
            rungAttempts: try row.get("rung_attempts"), begunAt: try row.get("begun_at"), jobID: try row.get("job_id"),
            nextAttemptAt: try row.get("next_attempt_at"), providerID: try row.get("provider_id"),
            error: try row.get("error"), createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"),
            sentAt: try row.get("sent_at"), deliveredAt: try row.get("delivered_at"))
    }
}
