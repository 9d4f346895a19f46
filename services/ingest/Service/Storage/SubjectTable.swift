import Platform
import SQL

/// The rows of `subjects`. Every statement carries the owner's id.
enum SubjectTable {
    private static let columns: SQLQuery = """
        s.id, s.name, s.color, s.created_at, s.updated_at,
        (SELECT COUNT(*) FROM lectures l WHERE l.subject_id = s.id) AS lecture_count
        """

    static func insert(_ subject: Subject, userID: Identifier, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            INSERT INTO subjects (id, user_id, name, color, created_at, updated_at)
            VALUES (\(subject.id), \(userID), \(subject.name), \(subject.color), \(subject.createdAt), \
            \(subject.updatedAt))
            """)
    }

    /// The newest first; those made before `before` when it is given.
    static func list(
        userID: Identifier, before: Identifier?, limit: Int, in connection: any SQLConnection
    ) throws -> [Subject] {
        var query: SQLQuery = "SELECT \(columns) FROM subjects s WHERE s.user_id = \(userID)"
        if let before { query.append(" AND s.id < \(before)") }
        query.append(" ORDER BY s.id DESC LIMIT \(limit)")
        return try connection.query(query).map { try Subject(row: $0) }
    }

    static func find(_ id: Identifier, userID: Identifier, in connection: any SQLConnection) throws -> Subject? {
        try connection.first("SELECT \(columns) FROM subjects s WHERE s.id = \(id) AND s.user_id = \(userID)")
            .map { try Subject(row: $0) }
    }

    static func exists(_ id: Identifier, userID: Identifier, in connection: any SQLConnection) throws -> Bool {
        try connection.first("SELECT 1 AS found FROM subjects WHERE id = \(id) AND user_id = \(userID)") != nil
    }

    /// Whether the subject was there.
    static func update(
        _ id: Identifier, userID: Identifier, name: String?, color: String?, at now: Timestamp,
        in connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE subjects SET name = COALESCE(\(name), name), color = COALESCE(\(color), color), updated_at = \(now)
            WHERE id = \(id) AND user_id = \(userID)
            """) > 0
    }

    /// Whether the subject was there. Its lectures must be gone.
    static func delete(_ id: Identifier, userID: Identifier, in connection: any SQLConnection) throws -> Bool {
        try connection.execute("DELETE FROM subjects WHERE id = \(id) AND user_id = \(userID)") > 0
    }
}

extension Subject {
    fileprivate init(row: SQLRow) throws {
        self.init(
            id: try row.get("id"), name: try row.get("name"), color: try row.get("color"),
            lectureCount: try row.get("lecture_count"), createdAt: try row.get("created_at"),
            updatedAt: try row.get("updated_at"))
    }
}
