import Crypto
import Platform
import SQL

/// What failures are counted for.
enum FailureScope: Sendable, Hashable {
    case account(Identifier)
    /// A name that no account has. Only its digest is kept: people type passwords into the wrong field.
    case unknownName(key: String)
    case network(String)

    var key: String {
        switch self {
        case .account(let id): "account:\(id)"
        case .unknownName(let key): "name:\(Hex.encode(SHA256.digest(of: key.utf8).prefix(16)))"
        case .network(let network): "network:\(network)"
        }
    }
}

/// The rows of `login_failures`: wrong passwords, and tries that are still being checked and count until they turn out
/// right.
struct LoginFailureTable {
    let connection: any SQLConnection

    func history(of scope: FailureScope, at now: Timestamp, window: Duration) throws(SQLError) -> LoginThrottle.History
    {
        let row = try connection.first(
            """
            SELECT COUNT(*) AS total, MAX(failed_at) AS last,
                COALESCE(SUM(CASE WHEN failed_at > \(now - window) THEN 1 ELSE 0 END), 0) AS recent
            FROM login_failures WHERE scope = \(scope.key) AND failed_at > \(now - LoginThrottle.memory)
            """)
        guard let row else { return LoginThrottle.History(recent: 0, total: 0, last: nil) }
        return LoginThrottle.History(
            recent: try row.get("recent"), total: try row.get("total"), last: try row.get("last"))
    }

    /// Counts a failure and returns the id by which it can be taken back.
    func add(_ scope: FailureScope, at now: Timestamp) throws(SQLError) -> Identifier {
        let id = Identifier.make()
        try connection.execute(
            "INSERT INTO login_failures (id, scope, failed_at) VALUES (\(id), \(scope.key), \(now))")
        return id
    }

    func remove(_ id: Identifier) throws(SQLError) {
        try connection.execute("DELETE FROM login_failures WHERE id = \(id)")
    }

    func removeAll(of scope: FailureScope) throws(SQLError) {
        try connection.execute("DELETE FROM login_failures WHERE scope = \(scope.key)")
    }

    func removeOld(before moment: Timestamp) throws(SQLError) -> Int {
        try connection.execute("DELETE FROM login_failures WHERE failed_at < \(moment)")
    }
}

extension SQLConnection {
    var loginFailures: LoginFailureTable { LoginFailureTable(connection: self) }
}
