import Platform
import SQL

/// Whether a session still lives, for every request that carries its access token: the database is asked at most once
/// in a few seconds. What ends a session in this process is told here and holds at once; other replicas notice within
/// `lifetime`.
final class SessionStandings: Sendable {
    /// How long an answer of the database is believed.
    static let lifetime = Duration.seconds(5)
    /// Sessions remembered; beyond it all are asked for anew.
    static let sessionsMax = 20_000

    private struct Entry {
        var standing: SessionStanding?
        var until: MonotonicInstant
    }

    private struct State {
        var entries: [Identifier: Entry] = [:]
        /// Counts what was forgotten, so that an answer read before is not remembered after.
        var forgotten = 0
    }

    private let state = Lock(State())
    private let database: any SQLDatabase
    private let time: any TimeSource

    init(database: any SQLDatabase, time: any TimeSource) {
        self.database = database
        self.time = time
    }

    /// The standing of a session; nil when it has ended, was never there, or its owner's account is shut or gone.
    ///
    /// - Throws: `SQLError` when the database cannot be asked.
    func standing(of id: Identifier) async throws -> SessionStanding? {
        let now = time.monotonic
        let (entry, forgotten) = state.withLock { ($0.entries[id], $0.forgotten) }
        if let entry, now < entry.until { return entry.standing }
        let wall = time.wall
        let standing = try await database.read { try $0.sessions.standing(of: id, at: wall) }
        state.withLock { state in
            guard state.forgotten == forgotten else { return }
            if state.entries.count >= Self.sessionsMax { state.entries.removeAll(keepingCapacity: true) }
            state.entries[id] = Entry(standing: standing, until: now + Self.lifetime)
        }
        return standing
    }

    /// To be called after a change to the session was committed.
    func forget(session id: Identifier) {
        state.withLock { state in
            state.forgotten += 1
            state.entries[id] = nil
        }
    }

    /// To be called after a change to the user, or to several of his sessions, was committed.
    func forget(user id: Identifier) {
        state.withLock { state in
            state.forgotten += 1
            state.entries = state.entries.filter { $0.value.standing?.userID != id }
        }
    }
}
