import Contracts
import JSONCoding
import Platform
import SQL

/// The audit: attempts and reports, only ever added to.
enum AttemptTable {
    static func insert(_ attempt: DeliveryAttempt, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            INSERT INTO delivery_attempts (notification_id, number, channel, recipient, outcome, provider_id,
                provider_code, error, started_at, duration_ms)
            VALUES (\(attempt.notificationID), \(attempt.number), \(attempt.channel), \(attempt.recipient),
                \(attempt.outcome), \(attempt.providerID), \(attempt.providerCode), \(attempt.error),
                \(attempt.startedAt), \(attempt.durationMilliseconds))
            """)
    }

    static func list(of notification: Identifier, in connection: any SQLConnection) throws -> [DeliveryAttempt] {
        try connection.query(
            """
            SELECT notification_id, number, channel, recipient, outcome, provider_id, provider_code, error, started_at,
                duration_ms
            FROM delivery_attempts WHERE notification_id = \(notification) ORDER BY number
            """
        ).map { try DeliveryAttempt(row: $0) }
    }

    /// When the first attempt on this rung began of which nobody knows how it ended, after the last that is known to have
    /// failed for good; nil when there is none.
    static func uncertainSince(
        _ notification: Identifier, channel: NotificationChannel, in connection: any SQLConnection
    ) throws -> Timestamp? {
        try connection.first(
            """
            SELECT MIN(started_at) AS since FROM delivery_attempts
            WHERE notification_id = \(notification) AND channel = \(channel.rawValue)
                AND outcome IN ('unknown', 'interrupted')
            """)?.get("since", as: Timestamp?.self)
    }

    static func isKnown(providerID: String, in connection: any SQLConnection) throws -> Bool {
        try connection.first(
            "SELECT 1 AS known FROM delivery_attempts WHERE provider_id = \(providerID) LIMIT 1") != nil
    }

    /// The moments of the last messages to a recipient on a channel since `moment`, newest first, at most `limit`; those
    /// that are under way count as of now.
    static func recent(
        to rung: LadderRung, since moment: Timestamp, limit: Int, now: Timestamp, in connection: any SQLConnection
    ) throws -> [Timestamp] {
        let underWay = try connection.first(
            """
            SELECT COUNT(*) AS number FROM notifications
            WHERE channel = \(rung.channel.rawValue) AND recipient = \(rung.recipient) AND begun_at IS NOT NULL
            """)?.get("number", as: Int.self)
        let sent = try connection.query(
            """
            SELECT started_at FROM delivery_attempts
            WHERE channel = \(rung.channel.rawValue) AND recipient = \(rung.recipient) AND started_at > \(moment)
                AND outcome IN ('sent', 'simulated', 'unknown')
            ORDER BY started_at DESC LIMIT \(limit)
            """
        ).map { try $0.get("started_at", as: Timestamp.self) }
        return Array(repeating: now, count: underWay ?? 0) + sent
    }

    // MARK: Suppressed recipients

    static func suppress(
        _ rung: LadderRung, reason: String, at now: Timestamp, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO suppressed_recipients (channel, recipient, reason, created_at)
            VALUES (\(rung.channel.rawValue), \(rung.recipient), \(reason), \(now))
            ON CONFLICT (channel, recipient) DO NOTHING
            """)
    }

    static func suppression(of rung: LadderRung, in connection: any SQLConnection) throws -> String? {
        try connection.first(
            """
            SELECT reason FROM suppressed_recipients
            WHERE channel = \(rung.channel.rawValue) AND recipient = \(rung.recipient)
            """)?.get("reason")
    }

    // MARK: Reports

    static func insert(_ report: DeliveryReport, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            INSERT INTO delivery_reports (id, notification_id, provider_id, provider_status, provider_code, counted,
                received_at)
            VALUES (\(Identifier.make()), \(report.notificationID), \(report.providerID), \(report.providerStatus),
                \(report.providerCode), \(report.counted), \(report.receivedAt))
            """)
    }

    static func reports(of notification: Identifier, in connection: any SQLConnection) throws -> [DeliveryReport] {
        try connection.query(
            """
            SELECT notification_id, provider_id, provider_status, provider_code, counted, received_at
            FROM delivery_reports WHERE notification_id = \(notification) ORDER BY id
            """
        ).map { try DeliveryReport(row: $0) }
    }
}

/// One attempt as it ended.
struct DeliveryAttempt: Sendable {
    let notificationID: Identifier
    let number: Int
    let channel: String
    let recipient: String
    let outcome: String
    let providerID: String?
    let providerCode: String?
    let error: String?
    let startedAt: Timestamp
    /// Nil when the attempt was cut off.
    let durationMilliseconds: Int?

    var json: JSONValue {
        [
            "number": .integer(Int64(number)), "channel": .string(channel), "recipient": .string(recipient),
            "outcome": .string(outcome), "provider_id": .optional(providerID),
            "provider_code": .optional(providerCode), "error": .optional(error),
            "started_at": .timestamp(startedAt), "duration_ms": .optional(durationMilliseconds),
        ]
    }
}

/// What a provider reported afterwards.
struct DeliveryReport: Sendable {
    let notificationID: Identifier
    let providerID: String
    let providerStatus: String
    let providerCode: String?
    let counted: Bool
    let receivedAt: Timestamp

    var json: JSONValue {
        [
            "provider_id": .string(providerID), "status": .string(providerStatus), "code": .optional(providerCode),
            "counted": .bool(counted), "received_at": .timestamp(receivedAt),
        ]
    }
}

extension DeliveryAttempt {
    /// An attempt of `notification` as it stands, before anything follows from the outcome.
    init(
        _ notification: Notification, on rung: LadderRung, _ outcome: DeliveryOutcome, began: Timestamp, took: Duration?
    ) {
        notificationID = notification.id
        number = notification.attempts
        channel = rung.channel.rawValue
        recipient = rung.recipient
        self.outcome = outcome.kind.rawValue
        providerID = outcome.providerID
        providerCode = outcome.providerCode
        error = outcome.error
        startedAt = began
        durationMilliseconds = took.map { Int($0.wholeMilliseconds) }
    }

    fileprivate init(row: SQLRow) throws {
        notificationID = try row.get("notification_id")
        number = try row.get("number")
        channel = try row.get("channel")
        recipient = try row.get("recipient")
        outcome = try row.get("outcome")
        providerID = try row.get("provider_id")
        providerCode = try row.get("provider_code")
        error = try row.get("error")
        startedAt = try row.get("started_at")
        durationMilliseconds = try row.get("duration_ms")
    }
}

extension DeliveryReport {
    fileprivate init(row: SQLRow) throws {
        notificationID = try row.get("notification_id")
        providerID = try row.get("provider_id")
        providerStatus = try row.get("provider_status")
        providerCode = try row.get("provider_code")
        counted = try row.get("counted")
        receivedAt = try row.get("received_at")
    }
}
