package import Platform
package import SQL

/// Remembers what requests with an `Idempotency-Key` were answered, so that a repetition gets the same answer and does nothing.
///
/// `begin` before the work, then `finish` with the answer, best in the transaction of the work, or `abandon` when it failed in
/// a way that may be repeated. A request whose process died gives its key back after ``claimTime``, or at once after a reboot.
package struct IdempotencyStore: Sendable {
    /// How long answers are kept.
    package static let retention = Duration.seconds(86_400)
    /// How long a request may take before its key is free again.
    package static let claimTime = Duration.seconds(120)
    /// Bytes of a key; the HTTP side answers 400 beyond.
    package static let keyBytesMax = 255
    /// Answers with a larger body are not kept: the key is given back.
    package static let bodyBytesMax = 1 << 20

    /// An answer to be given again.
    package struct StoredResponse: Sendable, Hashable {
        package var status: Int
        /// Header fields as text, in whatever form the caller likes.
        package var fields: String
        package var body: [UInt8]

        package init(status: Int, fields: String, body: [UInt8]) {
            self.status = status
            self.fields = fields
            self.body = body
        }
    }

    /// The right to do the work of a request.
    package struct Claim: Sendable, Hashable {
        let scope: String
        let key: String
        let token: String
    }

    /// What to do with a request.
    package enum Verdict: Sendable, Hashable {
        /// Do the work, then `finish` or `abandon`.
        case new(Claim)
        /// Give this answer again.
        case replay(StoredResponse)
        /// The first request with this key is still being worked on: 409.
        case running
        /// The key was used with another request: 422.
        case mismatch
    }

    private let database: any SQLDatabase
    private let clock: MachineClock

    package init(database: any SQLDatabase, time: any TimeSource = SystemTime(), clock: MachineClock? = nil) {
        self.database = database
        self.clock = clock ?? MachineClock(time: time)
    }

    /// - Parameters:
    ///   - scope: Whose key it is and for what: user and route.
    ///   - key: As the client sent it.
    ///   - fingerprint: SHA-256 of what the request says.
    package func begin(scope: String, key: String, fingerprint: [UInt8]) async throws -> Verdict {
        try await database.write { [self] connection in
            let row = try connection.first(
                """
                SELECT fingerprint, boot, claimed_at, created_at, status, fields, body FROM idempotency_keys
                WHERE scope = \(scope) AND key = \(key)
                """)
            if let row, try !isOutdated(row) {
                guard try row.get("fingerprint", as: [UInt8].self) == fingerprint else { return .mismatch }
                if let status = try row.get("status", as: Int?.self) {
                    return .replay(
                        StoredResponse(
                            status: status, fields: try row.get("fields"), body: try row.get("body")))
                }
                if try isClaimed(row) { return .running }
            }
            let claim = Claim(scope: scope, key: key, token: Identifier.make().description)
            try insert(claim, fingerprint, in: connection)
            return .new(claim)
        }
    }

    /// Keeps the answer, in the transaction of the work. Nothing happens if the claim has been lost meanwhile.
    package func finish(_ claim: Claim, _ response: StoredResponse, in connection: any SQLConnection) throws {
        guard response.body.count <= Self.bodyBytesMax else { return try abandon(claim, in: connection) }
        try connection.execute(
            """
            UPDATE idempotency_keys SET status = \(response.status), fields = \(response.fields), body = \(response.body)
            WHERE scope = \(claim.scope) AND key = \(claim.key) AND claim = \(claim.token)
            """)
    }

    /// Keeps the answer.
    package func finish(_ claim: Claim, _ response: StoredResponse) async throws {
        try await database.write { [self] in try finish(claim, response, in: $0) }
    }

    /// Gives the key back: the next request with it is a new one.
    package func abandon(_ claim: Claim) async throws {
        try await database.write { [self] in try abandon(claim, in: $0) }
    }

    private func abandon(_ claim: Claim, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            DELETE FROM idempotency_keys
            WHERE scope = \(claim.scope) AND key = \(claim.key) AND claim = \(claim.token) AND status IS NULL
            """)
    }

    /// Forgets answers that are older than the retention, up to `limit`; how many that were.
    @discardableResult
    package func removeOld(limit: Int = 500) async throws -> Int {
        let (oldest, clock) = (clock.time.wall - Self.retention, clock)
        let since = clock.nanoseconds(after: .zero - Self.retention)
        return try await database.write { connection in
            try connection.execute(
                """
                DELETE FROM idempotency_keys WHERE (scope, key) IN (
                    SELECT scope, key FROM idempotency_keys
                    WHERE created_at < \(oldest) AND (boot <> \(clock.boot) OR claimed_at < \(since)) LIMIT \(limit))
                """)
        }
    }

    private func insert(_ claim: Claim, _ fingerprint: [UInt8], in connection: any SQLConnection) throws {
        try connection.execute(
            """
            INSERT INTO idempotency_keys (scope, key, fingerprint, claim, boot, claimed_at, created_at)
            VALUES (\(claim.scope), \(claim.key), \(fingerprint), \(claim.token), \(clock.boot), \(clock.now),
                \(clock.time.wall))
            ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint, claim = excluded.claim,
                boot = excluded.boot, claimed_at = excluded.claimed_at, created_at = excluded.created_at,
                status = NULL, fields = NULL, body = NULL
            """)
    }

    /// By both clocks, so that setting the time of day forgets nothing; after a reboot the wall clock decides alone.
    private func isOutdated(_ row: SQLRow) throws -> Bool {
        let created = try row.get("created_at", as: Timestamp.self)
        guard clock.time.wall.duration(since: created) > Self.retention else { return false }
        return try row.get("boot", as: String.self) != clock.boot
            || row.get("claimed_at", as: Int64.self) < clock.nanoseconds(after: .zero - Self.retention)
    }

    /// Whether the request that has the key may still be at work.
    private func isClaimed(_ row: SQLRow) throws -> Bool {
        try row.get("boot", as: String.self) == clock.boot
            && row.get("claimed_at", as: Int64.self) > clock.nanoseconds(after: .zero - Self.claimTime)
    }
}
