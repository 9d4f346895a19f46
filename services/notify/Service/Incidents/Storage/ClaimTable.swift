import Platform
import SQL

/// The rows of `incident_claims`: which incident the same message of the same customer belongs to.
enum ClaimTable {
    /// How long the same message is the same incident.
    static let window = Duration.seconds(600)

    /// Says which incident a message belongs to: the one that has the digest, while the claim is young and its incident is
    /// not resolved, else `id`, which has it from now on. A claim whose incident was never stored (its request died)
    /// gives its id to the next request with the message, so that both mean the same ticket.
    static func claim(
        _ digest: [UInt8], for id: Identifier, at now: Timestamp, in connection: any SQLConnection
    ) throws -> Identifier {
        let row = try connection.first(
            """
            SELECT c.incident_id, c.claimed_at, i.status FROM incident_claims c
            LEFT JOIN incidents i ON i.id = c.incident_id WHERE c.digest = \(digest)
            """)
        if let row {
            let claimedAt: Timestamp = try row.get("claimed_at")
            let status: IncidentStatus? = try row.get("status")
            // A clock that was set back makes claims of the future: those are as good as old.
            if claimedAt <= now, now < claimedAt + window, status != .resolved { return try row.get("incident_id") }
        }
        try connection.execute(
            """
            INSERT INTO incident_claims (digest, incident_id, claimed_at) VALUES (\(digest), \(id), \(now))
            ON CONFLICT (digest) DO UPDATE SET incident_id = excluded.incident_id, claimed_at = excluded.claimed_at
            """)
        return id
    }

    /// Removes what no longer counts; how many.
    @discardableResult
    static func removeOld(at now: Timestamp, in connection: any SQLConnection) throws -> Int {
        try connection.execute("DELETE FROM incident_claims WHERE claimed_at <= \(now - window)")
    }
}
