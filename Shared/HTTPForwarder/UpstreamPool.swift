internal import HTTPMessages
internal import Platform

/// The connections of one loop to one upstream server.
struct UpstreamPool {
    /// The last one used is used first: the others may grow old and be closed.
    private var unused: [UpstreamConnection] = []
    private(set) var inUse = 0
    var breaker: CircuitBreaker

    init(breaker: CircuitBreaker.Limits) {
        self.breaker = CircuitBreaker(limits: breaker)
    }

    /// Counts a request in; false when too many are there.
    mutating func admit(max: Int) -> Bool {
        guard inUse < max else { return false }
        inUse += 1
        return true
    }

    /// Counts a request out.
    mutating func dismiss() {
        inUse -= 1
    }

    mutating func takeUnused() -> UpstreamConnection? {
        unused.popLast()
    }

    /// False when enough are kept already.
    mutating func keep(_ connection: UpstreamConnection, max: Int) -> Bool {
        guard unused.count < max else { return false }
        unused.append(connection)
        return true
    }

    mutating func forget(_ connection: UpstreamConnection) {
        unused.removeAll { $0 === connection }
    }
}

/// The right to use a connection for one request. Whoever lets go of it without `finish` has broken off, and the connection
/// is closed, since what is left of the response may still be under way.
final class UpstreamLease: Sendable {
    let connection: UpstreamConnection
    /// Whether the connection has served other requests before.
    let isReused: Bool
    private let pool: LoopBound<UpstreamPool>

    init(_ connection: UpstreamConnection, isReused: Bool, pool: LoopBound<UpstreamPool>) {
        self.connection = connection
        self.isReused = isReused
        self.pool = pool
    }

    deinit {
        let (connection, pool) = (connection, pool)
        guard pool.loop.isOnLoop else { return pool.loop.submit { Self.end(connection, pool) } }
        Self.end(connection, pool)
    }

    private static func end(_ connection: UpstreamConnection, _ pool: LoopBound<UpstreamPool>) {
        pool.withState { $0.dismiss() }
        connection.assumeIsolated { connection in
            guard connection.isReusable,
                pool.withState({ $0.keep(connection, max: connection.options.idleConnectionsMax) })
            else { return connection.close() }
            connection.rest { [weak connection] in
                if let connection { pool.withState { $0.forget(connection) } }
            }
        }
    }
}
