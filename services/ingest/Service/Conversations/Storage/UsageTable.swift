import JSONCoding
import Platform
import SQL

/// `api_usage_metrics`: what each step used of whom, and what that costs.
enum UsageTable {
    /// One use.
    struct Entry: Sendable {
        enum Service: String, Sendable, SQLBindable { case elevenlabs, model, storage, email }

        var service: Service
        var operation: String
        var inputTokens = 0
        var outputTokens = 0
        var bytes: Int64 = 0
        /// What the provider counts itself, such as ElevenLabs' credits.
        var providerUnits = 0.0
        var costUSD = 0.0
    }

    static func add(
        _ entry: Entry, for conversation: Conversation, at now: Timestamp, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO api_usage_metrics (account_id, processing_id, service, operation, input_tokens, output_tokens,
                bytes, provider_units, cost_usd, created_at)
            VALUES (\(conversation.accountID), \(conversation.processingID), \(entry.service), \(entry.operation),
                \(entry.inputTokens), \(entry.outputTokens), \(entry.bytes), \(entry.providerUnits), \(entry.costUSD),
                \(now))
            """)
    }

    /// Sums over a time, as JSON: all, by service and by day (UTC).
    static func summary(
        of accountID: String, from: Timestamp, to: Timestamp, in connection: any SQLConnection
    ) throws -> JSONValue {
        let period: SQLQuery = "account_id = \(accountID) AND created_at >= \(from) AND created_at < \(to)"
        let sums: SQLQuery = """
            COUNT(*) AS requests, COALESCE(SUM(input_tokens), 0) AS input_tokens,
            COALESCE(SUM(output_tokens), 0) AS output_tokens, COALESCE(SUM(bytes), 0) AS bytes,
            COALESCE(SUM(provider_units), 0.0) AS provider_units, COALESCE(SUM(cost_usd), 0.0) AS cost_usd
            """
        let total = try connection.query("SELECT \(sums) FROM api_usage_metrics WHERE \(period)").first
        let services = try connection.query(
            """
            SELECT service, operation, \(sums) FROM api_usage_metrics WHERE \(period)
            GROUP BY service, operation ORDER BY service, operation
            """)
        let days = try connection.query(
            """
            SELECT created_at / 86400000 AS day, \(sums) FROM api_usage_metrics WHERE \(period)
            GROUP BY day ORDER BY day
            """)
        return [
            "total": try total.map { .object(try sumsJSON($0)) } ?? .object([:]),
            "by_service": .array(
                try services.map { row in
                    var object: JSONObject = [
                        "service": .string(try row.get("service")), "operation": .string(try row.get("operation")),
                    ]
                    try sumsJSON(row).forEach { object[$0] = $1 }
                    return .object(object)
                }),
            "by_day": .array(
                try days.map { row in
                    let day = Timestamp(millisecondsSince1970: try row.get("day", as: Int64.self) * 86_400_000)
                    var object: JSONObject = ["day": .string(String(day.rfc3339.prefix(10)))]
                    try sumsJSON(row).forEach { object[$0] = $1 }
                    return .object(object)
                }),
        ]
    }

    private static func sumsJSON(_ row: SQLRow) throws -> JSONObject {
        [
            "requests": .integer(try row.get("requests")), "input_tokens": .integer(try row.get("input_tokens")),
            "output_tokens": .integer(try row.get("output_tokens")), "bytes": .integer(try row.get("bytes")),
            "provider_units": .number(try row.get("provider_units")), "cost_usd": .number(try row.get("cost_usd")),
        ]
    }
}
