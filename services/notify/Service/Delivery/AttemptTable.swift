import Contracts
import JSONCoding
import Jobs
import Platform
import SQL

/// The audit: attempts and reports, only ever added to.
enum AttemptTable {
    static func insert(_ attempt: DeliveryAttempt, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            INSERT INTO delivery_attempts (notification_id, number, channel, recipient, outcome, provider_id,
                provider_code, error, started_at, duration_ms, boot, machine_at)
            VALUES (\(attempt.notificationID), \(attempt.number), \(attempt.channel), \(attempt.recipient),
                \(attempt.outcome), \(attempt.providerID), \(attempt.providerCode), \(attempt.error),
                \(attempt.startedAt), \(attempt.durationMilliseconds), \(attempt.machineMoment?.boot),
                \(attempt.machineMoment?.nanoseconds))
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

    /// How long ago the last messages to a recipient on a channel were sent, the latest first, at most `limit` and none
    /// older than `window`; those that are under way count as of now.
    ///
    /// By the machine's own clock, so that setting the time of day neither holds messages back nor lets more through;
    /// what was sent before a reboot is counted by the wall clock.
    static func recentAges(
        to rung: LadderRung, within window: Duration, limit: Int, clock: MachineClock, in connection: any SQLConnection
    ) throws -> [Duration] {
        let (channel, recipient, wall) = (rung.channel.rawValue, rung.recipient, clock.time.wall)
        let underWay = try connection.first(
            """
            SELECT COUNT(*) AS number FROM notifications
            WHERE channel = \(channel) AND recipient = \(recipient) AND begun_at IS NOT NULL
            """)?.get("number", as: Int.self)
        let outcomes: SQLQuery = "outcome IN ('sent', 'simulated', 'unknown')"
        let own = try connection.query(
            """
            SELECT machine_at FROM delivery_attempts
            WHERE channel = \(channel) AND recipient = \(recipient) AND boot = \(clock.boot)
                AND machine_at > \(clock.nanoseconds(after: .zero - window)) AND \(outcomes)
            ORDER BY machine_at DESC LIMIT \(limit)
            """
        ).map { Duration.nanoseconds(clock.now - (try $0.get("machine_at", as: Int64.self))) }
        let earlier = try connection.query(
            """
            SELECT started_at FROM delivery_attempts
            WHERE channel = \(channel) AND recipient = \(recipient) AND started_at > \(wall - window)
                AND started_at <= \(wall) AND (boot IS NULL OR boot <> \(clock.boot)) AND \(outcomes)
            ORDER BY started_at DESC LIMIT \(limit)
            """
        ).map { wall.duration(since: try $0.get("started_at", as: Timestamp.self)) }
        return Array((Array(repeating: .zero, count: underWay ?? 0) + own + earlier).sorted().prefix(limit))
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
    /// The same on the machine's own clock; nil when that is not known any more.
    var machineMoment: MachineMoment?
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

/// A moment on the machine's own clock, which nobody sets: the boot it counts from, and nanoseconds since.
struct MachineMoment: Sendable, Hashable {
    let boot: String
    let nanoseconds: Int64
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
        _ notification: Notification, on rung: LadderRung, _ outcome: DeliveryOutcome, began: Timestamp,
        machine: MachineMoment? = nil, took: Duration?
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
        machineMoment = machine
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
