package import Platform
package import SQL

/// Makes the receiving end of an ``Outbox`` idempotent: a message counts the first time only.
package struct InboxGuard: Sendable {
    /// How long ids are remembered: longer than any sender goes on trying.
    package static let retention = Duration.seconds(30 * 86_400)

    private let time: any TimeSource

    package init(time: any TimeSource = SystemTime()) {
        self.time = time
    }

    /// Notes the id in the receiver's own transaction; false when it has been noted before, and there is nothing to do.
    /// If the transaction is rolled back the id is forgotten with the rest.
    package func accept(_ message: Identifier, in connection: any SQLConnection) throws -> Bool {
        try connection.execute(
            "INSERT INTO inbox (id, received_at) VALUES (\(message), \(time.wall)) ON CONFLICT (id) DO NOTHING") == 1
    }

    /// Forgets ids that are older than the retention, up to `limit`; how many that were.
    @discardableResult
    package func removeOld(limit: Int = 1000, in connection: any SQLConnection) throws -> Int {
        try connection.execute(
            """
            DELETE FROM inbox WHERE id IN (
                SELECT id FROM inbox WHERE received_at < \(time.wall - Self.retention) LIMIT \(limit))
            """)
    }
}
