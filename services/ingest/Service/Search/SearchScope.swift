import Contracts
import Platform
import SQL

/// What one search looks at: the lectures it may see, and the number that changes when any of it does.
struct SearchScope: Sendable, Hashable {
    struct Item: Sendable, Hashable {
        let lectureID: Identifier
        let name: String
        let contentVersion: Int64
        let vectorModel: String?
        let vectorDimension: Int?
    }

    var items: [Item]
    var contentVersion: String

    /// The scope of a query, or nil when its lecture or subject is unknown or another user's.
    static func find(_ query: PassageQuery, in connection: any SQLConnection) throws -> SearchScope? {
        if let subjectID = query.subjectID {
            guard try SubjectTable.exists(subjectID, userID: query.userID, in: connection) else { return nil }
        }
        var statement: SQLQuery = """
            SELECT id, name, content_version, vector_model, vector_dimension, status, has_memory FROM lectures
            WHERE user_id = \(query.userID)
            """
        if let lectureID = query.lectureID { statement.append(" AND id = \(lectureID)") }
        if let subjectID = query.subjectID { statement.append(" AND subject_id = \(subjectID)") }
        statement.append(" ORDER BY id")
        let rows = try connection.query(statement)
        if query.lectureID != nil, rows.isEmpty { return nil }
        var items: [Item] = []
        for row in rows where try row.get("has_memory", as: Bool.self) {
            guard try row.get("status", as: LectureStatus.self) == .completed else { continue }
            items.append(
                Item(
                    lectureID: try row.get("id"), name: try row.get("name"),
                    contentVersion: try row.get("content_version"), vectorModel: try row.get("vector_model"),
                    vectorDimension: try row.get("vector_dimension")))
        }
        // A lecture's own version changes less often than the user's, so cached answers about it live longer.
        if query.lectureID != nil, let row = rows.first {
            let version: Int64 = try row.get("content_version")
            return SearchScope(items: items, contentVersion: "lecture-\(version)")
        }
        let version = try MaterialVersions.current(userID: query.userID, in: connection)
        return SearchScope(items: items, contentVersion: "material-\(version)")
    }
}
