import Platform
import SQL

/// What the pipeline reads and writes. Instead of the owner's id, each statement carries the id of the task: a task that
/// the lecture no longer names (it was deleted, or handed to another task) changes nothing.
extension LectureTable {
    /// The lecture that `taskID` works on, or nil when it no longer does.
    static func find(_ id: Identifier, taskID: Identifier, in connection: any SQLConnection) throws -> Lecture? {
        try connection.first("SELECT \(columns) FROM lectures WHERE id = \(id) AND task_id = \(taskID)")
            .map { try Lecture(row: $0) }
    }

    /// Whether `taskID` still works on the lecture: nobody deleted it, restarted it or called the work off.
    static func isCurrent(_ id: Identifier, taskID: Identifier, in connection: any SQLConnection) throws -> Bool {
        try connection.first(
            """
            SELECT 1 AS found FROM lectures
            WHERE id = \(id) AND task_id = \(taskID) AND stage <> \(PipelineStage.done)
            """) != nil
    }

    static func begin(
        _ id: Identifier, taskID: Identifier, pageCount: Int, at now: Timestamp, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE lectures SET status = \(LectureStatus.processing), page_count = \(pageCount), updated_at = \(now)
            WHERE id = \(id) AND task_id = \(taskID)
            """)
    }

    static func pageCount(
        of id: Identifier, taskID: Identifier, in connection: any SQLConnection
    ) throws -> Int? {
        try connection.first("SELECT page_count FROM lectures WHERE id = \(id) AND task_id = \(taskID)")?
            .get("page_count")
    }

    static func advance(
        _ id: Identifier, taskID: Identifier, to stage: PipelineStage, at now: Timestamp,
        in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE lectures SET stage = \(stage), updated_at = \(now) WHERE id = \(id) AND task_id = \(taskID)
            """)
    }

    static func setOutline(
        _ id: Identifier, taskID: Identifier, outline: String, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            "UPDATE lectures SET outline = \(outline) WHERE id = \(id) AND task_id = \(taskID)")
    }

    static func outline(
        of id: Identifier, userID: Identifier, in connection: any SQLConnection
    ) throws -> String? {
        try connection.first("SELECT outline FROM lectures WHERE id = \(id) AND user_id = \(userID)")?.get("outline")
    }

    /// All is done: the lecture can be found from here on.
    static func complete(
        _ id: Identifier, taskID: Identifier, model: String?, dimension: Int?, at now: Timestamp,
        in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE lectures SET status = \(LectureStatus.completed), stage = \(PipelineStage.done),
                error_message = NULL, vector_model = \(model), vector_dimension = \(dimension),
                content_version = content_version + 1, processed_at = \(now), updated_at = \(now)
            WHERE id = \(id) AND task_id = \(taskID)
            """)
    }

    static func fail(
        _ id: Identifier, taskID: Identifier, message: String, at now: Timestamp, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE lectures SET status = \(LectureStatus.failed), error_message = \(message), updated_at = \(now)
            WHERE id = \(id) AND task_id = \(taskID)
            """)
    }

    /// Lectures that some task should be working on, the oldest first; for the check at start.
    static func unfinished(in connection: any SQLConnection, limit: Int) throws -> [Lecture] {
        try connection.query(
            """
            SELECT \(columns) FROM lectures WHERE status IN (\(list: [LectureStatus.pending, .processing]))
            ORDER BY id LIMIT \(limit)
            """
        ).map { try Lecture(row: $0) }
    }

    /// Completed lectures whose vectors are not of `model`, the oldest first.
    static func withOtherVectors(
        than model: String, in connection: any SQLConnection, limit: Int
    ) throws -> [Lecture] {
        try connection.query(
            """
            SELECT \(columns) FROM lectures WHERE status = \(LectureStatus.completed) AND has_memory = 1
                AND (vector_model IS NULL OR vector_model <> \(model))
            ORDER BY id LIMIT \(limit)
            """
        ).map { try Lecture(row: $0) }
    }
}
