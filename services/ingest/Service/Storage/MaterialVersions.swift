import Platform
import SQL

/// The rows of `material_versions`: a number for each user that grows with every change of what can be found.
enum MaterialVersions {
    static func raise(userID: Identifier, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            INSERT INTO material_versions (user_id, version) VALUES (\(userID), 1)
            ON CONFLICT (user_id) DO UPDATE SET version = material_versions.version + 1
            """)
    }

    static func current(userID: Identifier, in connection: any SQLConnection) throws -> Int64 {
        try connection.first("SELECT version FROM material_versions WHERE user_id = \(userID)")?.get("version") ?? 0
    }
}
