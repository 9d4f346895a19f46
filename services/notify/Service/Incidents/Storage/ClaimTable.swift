import Jobs
import Platform
import SQL

/// The rows of `incident_claims`: which incident the same message of the same customer belongs to.
///
/// Their age counts on the machine's own clock, so that setting the time of day neither doubles an incident nor joins what
/// belongs apart; after a reboot the wall clock decides.
struct ClaimTable: Sendable {
    /// How long the same message is the same incident.
    static let window = Duration.seconds(600)

    let clock: MachineClock

    /// Says which incident a message belongs to: the one that has the digest, while the claim is young and its incident is
    /// not resolved, else `id`, which has it from now on. A claim whose incident was never stored (its request died)
    /// gives its id to the next request with the message, so that both mean the same ticket.
    func claim(_ digest: [UInt8], for id: Identifier, in connection: any SQLConnection) throws -> Identifier {
        let row = try connection.first(
            """
            SELECT c.incident_id, i.status FROM incident_claims c
            LEFT JOIN incidents i ON i.id = c.incident_id WHERE c.digest = \(digest) AND NOT (\(isOld))
            """)
        if let row, try row.get("status", as: IncidentStatus?.self) != .resolved { return try row.get("incident_id") }
        try connection.execute(
            """
            INSERT INTO incident_claims (digest, incident_id, claimed_at, boot, machine_at)
            VALUES (\(digest), \(id), \(clock.time.wall), \(clock.boot), \(clock.now))
            ON CONFLICT (digest) DO UPDATE SET incident_id = excluded.incident_id, claimed_at = excluded.claimed_at,
                boot = excluded.boot, machine_at = excluded.machine_at
            """)
        return id
    }

    /// Removes what no longer counts; how many.
    @discardableResult
    func removeOld(in connection: any SQLConnection) throws -> Int {
        try connection.execute("DELETE FROM incident_claims WHERE \(isOld)")
    }

    /// A clock that was set back before a reboot makes claims of the future: those are as good as old.
    private var isOld: SQLQuery {
        let now = clock.time.wall
        return """
            CASE WHEN boot = \(clock.boot) THEN machine_at <= \(clock.nanoseconds(after: .zero - Self.window)) \
            ELSE claimed_at <= \(now - Self.window) OR claimed_at > \(now) END
            """
    }
}
