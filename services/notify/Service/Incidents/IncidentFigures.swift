import JSONCoding
import Platform
import SQL

/// The figures of `GET /api/stats`, counted by the database from indexes that hold all that is counted.
struct IncidentFigures: Sendable {
    /// How many days are listed one by one.
    static let daysMax = 366
    static let daysDefault = 30

    var byCategory: [String: Int] = [:]
    var byStatus: [String: Int] = [:]
    var byChannel: [String: Int] = [:]
    var confidenceSum = 0.0
    var confidenceSums: [String: Double] = [:]
    var needsReview = 0
    var total = 0
    var resolved = 0
    var meanSeconds: Double?
    var medianSeconds: Double?
    /// Notifications about incidents by channel and status.
    var deliveries: [String: [String: Int]] = [:]
    /// The newest day first; days without incidents are not there.
    var days: [(date: String, total: Int, resolved: Int)] = []

    /// - Parameters:
    ///   - since: Incidents reported before it do not count; nil for all.
    ///   - daysSince: Days before it are not listed.
    ///   - accountID: Only this account's; nil for all.
    init(
        since: Timestamp?, daysSince: Timestamp, accountID: String?, in connection: any SQLConnection
    ) throws {
        var condition: SQLQuery = "created_at >= \(since ?? Timestamp(millisecondsSince1970: 0))"
        if let accountID { condition.append(" AND account_id = \(accountID)") }
        try countIncidents(condition, connection)
        try timeResolving(condition, connection)
        try countDeliveries(condition, connection)
        var recent: SQLQuery = "created_at >= \(daysSince)"
        if let accountID { recent.append(" AND account_id = \(accountID)") }
        try countDays(recent, connection)
    }

    private mutating func countIncidents(_ condition: SQLQuery, _ connection: any SQLConnection) throws {
        let rows = try connection.query(
            """
            SELECT classification, status, channel, COUNT(*) AS count, SUM(confidence) AS confidence,
                SUM(needs_review) AS review
            FROM incidents WHERE \(condition) GROUP BY classification, status, channel
            """)
        for row in rows {
            let count: Int = try row.get("count")
            let category: String = try row.get("classification")
            let confidence: Double = try row.get("confidence")
            total += count
            byCategory[category, default: 0] += count
            byStatus[try row.get("status"), default: 0] += count
            byChannel[try row.get("channel"), default: 0] += count
            confidenceSum += confidence
            confidenceSums[category, default: 0] += confidence
            needsReview += try row.get("review", as: Int.self)
        }
    }

    private mutating func timeResolving(_ condition: SQLQuery, _ connection: any SQLConnection) throws {
        let row = try connection.first(
            """
            SELECT COUNT(*) AS count, AVG(resolved_at - created_at) AS mean
            FROM incidents WHERE \(condition) AND status = 'resolved'
            """)
        resolved = try row?.get("count") ?? 0
        guard resolved > 0 else { return }
        meanSeconds = try row?.get("mean", as: Double?.self).map { $0 / 1_000 }
        let middle = try connection.first(
            """
            SELECT resolved_at - created_at AS taken FROM incidents WHERE \(condition) AND status = 'resolved'
            ORDER BY resolved_at - created_at LIMIT 1 OFFSET \((resolved - 1) / 2)
            """)
        medianSeconds = try middle.map { Double(try $0.get("taken", as: Int.self)) / 1_000 }
    }

    private mutating func countDeliveries(_ condition: SQLQuery, _ connection: any SQLConnection) throws {
        let rows = try connection.query(
            """
            SELECT channel, status, COUNT(*) AS count FROM notifications
            WHERE incident_id IS NOT NULL AND \(condition) GROUP BY channel, status
            """)
        for row in rows {
            deliveries[try row.get("channel"), default: [:]][try row.get("status")] = try row.get("count")
        }
    }

    private mutating func countDays(_ condition: SQLQuery, _ connection: any SQLConnection) throws {
        let rows = try connection.query(
            """
            SELECT created_at / 86400000 AS day, COUNT(*) AS count,
                SUM(CASE WHEN status = 'resolved' THEN 1 ELSE 0 END) AS resolved
            FROM incidents WHERE \(condition) GROUP BY created_at / 86400000 ORDER BY created_at / 86400000 DESC
            """)
        for row in rows {
            let midnight = Timestamp(millisecondsSince1970: try row.get("day", as: Int64.self) * 86_400_000)
            days.append((String(midnight.rfc3339.prefix(10)), try row.get("count"), try row.get("resolved")))
        }
    }

    var json: JSONValue {
        [
            "total_incidents": .integer(Int64(total)),
            "by_classification": Self.counts(byCategory, IncidentCategory.allCases.map(\.rawValue)),
            "by_status": Self.counts(byStatus, IncidentStatus.allCases.map(\.rawValue)),
            "by_channel": Self.counts(byChannel, byChannel.keys.sorted()),
            "mean_confidence": Self.mean(confidenceSum, total),
            "mean_confidence_by_classification": .object(
                JSONObject(
                    IncidentCategory.allCases.map {
                        ($0.rawValue, Self.mean(confidenceSums[$0.rawValue] ?? 0, byCategory[$0.rawValue] ?? 0))
                    })),
            "needs_review": .integer(Int64(needsReview)),
            "time_to_resolve": [
                "count": .integer(Int64(resolved)), "mean_seconds": .optional(meanSeconds?.roundedToHundredths),
                "median_seconds": .optional(medianSeconds?.roundedToHundredths),
            ],
            "deliveries": .object(
                JSONObject(deliveries.keys.sorted().map { ($0, Self.delivery(deliveries[$0] ?? [:])) })),
            "by_day": .array(
                days.map {
                    [
                        "date": .string($0.date), "total": .integer(Int64($0.total)),
                        "resolved": .integer(Int64($0.resolved)),
                    ]
                }),
        ]
    }

    /// All names, those with nothing too.
    private static func counts(_ counts: [String: Int], _ names: [String]) -> JSONValue {
        .object(JSONObject(names.map { ($0, .integer(Int64(counts[$0] ?? 0))) }))
    }

    private static func mean(_ sum: Double, _ count: Int) -> JSONValue {
        count == 0 ? .null : .number((sum / Double(count)).roundedToHundredths)
    }

    /// The rate is of what has come to an end for real: what waits and what was only simulated says nothing.
    private static func delivery(_ counts: [String: Int]) -> JSONValue {
        let arrived = (counts["sent"] ?? 0) + (counts["delivered"] ?? 0)
        let ended = arrived + (counts["failed"] ?? 0)
        var object = Self.counts(counts, NotificationStatus.allCases.map(\.rawValue)).object ?? JSONObject()
        object["delivery_rate"] = ended == 0 ? .null : .number((Double(arrived) / Double(ended)).roundedToHundredths)
        return .object(object)
    }
}
