import Platform
import SQL

/// The keys in use, by their SHA-256, so that a request with a key costs no question to the database but one in a few
/// seconds. A key that was revoked in this process is gone at once; other replicas notice within `lifetime`.
///
/// It also gathers when each key was used, which `saveUses` writes down from time to time: a write for each request would
/// cost more than the request.
final class KnownKeys: Sendable {
    /// How long an answer of the database is believed.
    static let lifetime = Duration.seconds(5)
    /// Keys remembered; beyond it all are asked for anew.
    static let keysMax = 2_000

    private struct Entry {
        var key: APIKey
        var until: MonotonicInstant
        var token: KeyToken?
    }

    private struct State {
        var entries: [[UInt8]: Entry] = [:]
        /// Uses that are not written down yet.
        var uses: [Identifier: Timestamp] = [:]
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

    /// Whether the key has been good lately. Says nothing on whether it still is.
    func isFamiliar(_ hash: [UInt8]) -> Bool {
        state.withLock { $0.entries[hash] != nil }
    }

    /// The key with this hash and the token made for it last; nil when it was revoked, has expired or never was. Notes the
    /// use.
    ///
    /// - Throws: `SQLError` when the database cannot be asked.
    func find(_ hash: [UInt8]) async throws -> (key: APIKey, token: KeyToken?)? {
        let now = time.monotonic
        let wall = time.wall
        let (entry, forgotten) = state.withLock { ($0.entries[hash], $0.forgotten) }
        if let entry, now < entry.until {
            guard entry.key.isLive(at: wall) else { return nil }
            state.withLock { $0.uses[entry.key.id] = wall }
            return (entry.key, entry.token)
        }
        let found = try await database.read { try $0.apiKeys.find(hash: hash) }
        return state.withLock { state in
            guard let key = found, key.isLive(at: wall) else {
                state.entries[hash] = nil
                return nil
            }
            state.uses[key.id] = wall
            if state.forgotten == forgotten {
                if state.entries.count >= Self.keysMax { state.entries.removeAll(keepingCapacity: true) }
                state.entries[hash] = Entry(key: key, until: now + Self.lifetime, token: entry?.token)
            }
            return (key, entry?.token)
        }
    }

    /// Keeps the token that was made for a key, for its next requests.
    func keep(_ token: KeyToken, for hash: [UInt8]) {
        state.withLock { $0.entries[hash]?.token = token }
    }

    /// To be called after the key's revocation was committed.
    func forget(_ id: Identifier) {
        state.withLock { state in
            state.forgotten += 1
            state.entries = state.entries.filter { $0.value.key.id != id }
        }
    }

    /// Writes down when keys were used last. What cannot be written now is kept for the next time.
    ///
    /// - Throws: `SQLError`.
    func saveUses() async throws {
        let uses = state.withLock { state in
            defer { state.uses = [:] }
            return state.uses
        }
        guard !uses.isEmpty else { return }
        do {
            try await database.write { connection in
                for (id, moment) in uses { try connection.apiKeys.noteUse(of: id, at: moment) }
            }
        } catch {
            state.withLock { $0.uses.merge(uses) { newer, _ in newer } }
            throw error
        }
    }
}

/// An access token that says what a key permits, for the services behind.
struct KeyToken: Sendable, Hashable {
    let text: String
    let expiresAt: Timestamp
}
