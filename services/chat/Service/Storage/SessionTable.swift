import Platform
import SQL

/// A row of `sessions`.
struct SessionRow: Sendable {
    let stage: String
    let lectureID: Identifier?
    let subjectID: Identifier?
    let lastInteraction: Timestamp
    let createdAt: Timestamp
    let updatedAt: Timestamp
}

enum SessionTable {
    static func find(
        _ id: Identifier, userID: Identifier, in connection: any SQLConnection
    ) throws -> SessionRow? {
        try connection.first(
            """
            SELECT conversation_stage, lecture_id, subject_id, last_interaction, created_at, updated_at
            FROM sessions WHERE session_id = \(id) AND user_id = \(userID)
            """
        ).map { row in
            SessionRow(
                stage: try row.get("conversation_stage"), lectureID: try row.get("lecture_id"),
                subjectID: try row.get("subject_id"), lastInteraction: try row.get("last_interaction"),
                createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
        }
    }

    static func insert(
        _ id: Identifier, userID: Identifier, lectureID: Identifier?, subjectID: Identifier?, at now: Timestamp,
        in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO sessions (session_id, user_id, conversation_stage, lecture_id, subject_id, last_interaction,
                created_at, updated_at)
            VALUES (\(id), \(userID), 'initial', \(lectureID), \(subjectID), \(now), \(now), \(now))
            """)
    }

    /// Notes a new question. Returns whether the session is there.
    static func touch(
        _ id: Identifier, userID: Identifier, lectureID: Identifier?, subjectID: Identifier?, at now: Timestamp,
        in connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE sessions SET lecture_id = \(lectureID), subject_id = \(subjectID), last_interaction = \(now),
                updated_at = \(now)
            WHERE session_id = \(id) AND user_id = \(userID)
            """) > 0
    }

    static func noteAnswer(
        _ id: Identifier, userID: Identifier, at now: Timestamp, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE sessions SET conversation_stage = 'active', last_interaction = \(now), updated_at = \(now)
            WHERE session_id = \(id) AND user_id = \(userID)
            """)
    }

    /// Removes the session and its messages. Returns whether it was there.
    static func delete(_ id: Identifier, userID: Identifier, in connection: any SQLConnection) throws -> Bool {
        try connection.execute("DELETE FROM messages WHERE session_id = \(id) AND user_id = \(userID)")
        return try connection.execute("DELETE FROM sessions WHERE session_id = \(id) AND user_id = \(userID)") > 0
    }
}
