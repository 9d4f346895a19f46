import Platform
import SQL

/// A database of a process that freezes: the first write for which a condition holds waits, and every one after it, until
/// they are released.
final class StallingDatabase: SQLDatabase {
    private struct State {
        var isStalled = false
        var isReleased = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let base: any SQLDatabase
    private let condition: @Sendable (any SQLConnection) throws -> Bool
    private let state = Lock(State())

    init(_ base: any SQLDatabase, until condition: @escaping @Sendable (any SQLConnection) throws -> Bool) {
        self.base = base
        self.condition = condition
    }

    var dialect: SQLDialect { base.dialect }

    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws -> T) async throws -> T {
        try await base.read(body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws -> T) async throws -> T {
        if try await base.read(condition) { stall() }
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                guard state.isStalled, !state.isReleased else { return true }
                state.waiting.append(continuation)
                return false
            }
            if goesOn { continuation.resume() }
        }
        return try await base.write(body)
    }

    func vacuum() async throws { try await base.vacuum() }
    func close() async { await base.close() }

    /// Returns when a write has come to a stop.
    func waitUntilStalled() async {
        await withCheckedContinuation { continuation in
            let isStalled = state.withLock { state in
                if !state.isStalled { state.watchers.append(continuation) }
                return state.isStalled
            }
            if isStalled { continuation.resume() }
        }
    }

    /// Lets all writes go on.
    func release() {
        let waiting = state.withLock { state in
            state.isReleased = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for write in waiting { write.resume() }
    }

    private func stall() {
        let watchers = state.withLock { state in
            state.isStalled = true
            defer { state.watchers = [] }
            return state.watchers
        }
        for watcher in watchers { watcher.resume() }
    }
}
