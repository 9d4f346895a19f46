import Platform
import SQL
import Tokens

/// The rows of `api_keys`. Revoked ones stay, so that the audit log has something to point at.
struct APIKeyTable {
    let connection: any SQLConnection

    private static let columns: SQLQuery =
        "id, prefix, name, scopes, account_id, created_by, created_at, expires_at, last_used_at"

    /// - Throws: `.uniqueViolation` when a key that is not revoked has the name.
    func insert(_ key: APIKey, hash: [UInt8]) throws(SQLError) {
        try connection.execute(
            """
            INSERT INTO api_keys (id, hash, prefix, name, scopes, account_id, created_by, created_at, expires_at)
            VALUES (\(key.id), \(hash), \(key.prefix), \(key.name), \(key.grant.scopeText), \(key.grant.accountID),
                \(key.createdBy), \(key.createdAt), \(key.expiresAt))
            """)
    }

    /// The key with this SHA-256; nil when there is none or it was revoked.
    func find(hash: [UInt8]) throws(SQLError) -> APIKey? {
        let row = try connection.first(
            "SELECT \(Self.columns) FROM api_keys WHERE hash = \(hash) AND revoked_at IS NULL")
        guard let row else { return nil }
        return try Self.key(row)
    }

    func find(_ id: Identifier) throws(SQLError) -> APIKey? {
        let row = try connection.first("SELECT \(Self.columns) FROM api_keys WHERE id = \(id) AND revoked_at IS NULL")
        guard let row else { return nil }
        return try Self.key(row)
    }

    /// All that are not revoked, newest first.
    func list(before id: Identifier?, limit: Int) throws(SQLError) -> [APIKey] {
        var query: SQLQuery = "SELECT \(Self.columns) FROM api_keys WHERE revoked_at IS NULL"
        if let id { query.append(" AND id < \(id)") }
        query.append(" ORDER BY id DESC LIMIT \(limit)")
        var keys: [APIKey] = []
        for row in try connection.query(query) { keys.append(try Self.key(row)) }
        return keys
    }

    func count() throws(SQLError) -> Int {
        try connection.first("SELECT COUNT(*) FROM api_keys WHERE revoked_at IS NULL")?.get(at: 0) ?? 0
    }

    /// Whether there was such a key that was not revoked.
    func revoke(_ id: Identifier, at now: Timestamp) throws(SQLError) -> Bool {
        try connection.execute("UPDATE api_keys SET revoked_at = \(now) WHERE id = \(id) AND revoked_at IS NULL") == 1
    }

    /// Notes a use, unless a later one is noted already.
    func noteUse(of id: Identifier, at moment: Timestamp) throws(SQLError) {
        try connection.execute(
            """
            UPDATE api_keys SET last_used_at = \(moment)
            WHERE id = \(id) AND (last_used_at IS NULL OR last_used_at < \(moment))
            """)
    }

    private static func key(_ row: SQLRow) throws(SQLError) -> APIKey {
        let scopes: String = try row.get("scopes")
        guard let set = KeyGrant.scopes(of: scopes),
            let grant = KeyGrant(keyID: try row.get("id"), scopes: set, accountID: try row.get("account_id"))
        else { throw SQLError(.type, "a row of api_keys holds no grant") }
        return APIKey(
            grant: grant, name: try row.get("name"), prefix: try row.get("prefix"),
            createdBy: try row.get("created_by"), createdAt: try row.get("created_at"),
            expiresAt: try row.get("expires_at"), lastUsedAt: try row.get("last_used_at"))
    }
}

extension SQLConnection {
    var apiKeys: APIKeyTable { APIKeyTable(connection: self) }
}
