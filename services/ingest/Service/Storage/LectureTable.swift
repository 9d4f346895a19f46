import Platform
import SQL

/// The rows of `lectures`, as their owners see them. Every statement carries the owner's id.
///
/// What the pipeline writes is in `LectureTable+Pipeline.swift`.
enum LectureTable {
    static let columns: SQLQuery = """
        id, user_id, subject_id, name, status, stage, error_message, file_name, file_key, file_bytes, content_type, \
        task_id, page_count, has_memory, vector_model, content_version, created_at, updated_at, processed_at
        """

    static func insert(_ lecture: Lecture, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            INSERT INTO lectures (id, user_id, subject_id, name, status, stage, file_name, file_key, file_bytes,
                content_type, task_id, created_at, updated_at)
            VALUES (\(lecture.id), \(lecture.userID), \(lecture.subjectID), \(lecture.name), \(lecture.status),
                \(lecture.stage), \(lecture.fileName), \(lecture.fileKey), \(lecture.fileBytes),
                \(lecture.contentType), \(lecture.taskID), \(lecture.createdAt), \(lecture.updatedAt))
            """)
    }

    /// The newest first, as far as they fit the filter; those made before `before` when it is given.
    static func list(
        userID: Identifier, subjectID: Identifier?, status: LectureStatus?, before: Identifier?, limit: Int,
        in connection: any SQLConnection
    ) throws -> [Lecture] {
        var query: SQLQuery = "SELECT \(columns) FROM lectures WHERE user_id = \(userID)"
        if let subjectID { query.append(" AND subject_id = \(subjectID)") }
        if let status { query.append(" AND status = \(status)") }
        if let before { query.append(" AND id < \(before)") }
        query.append(" ORDER BY id DESC LIMIT \(limit)")
        return try connection.query(query).map { try Lecture(row: $0) }
    }

    static func find(_ id: Identifier, userID: Identifier, in connection: any SQLConnection) throws -> Lecture? {
        try connection.first("SELECT \(columns) FROM lectures WHERE id = \(id) AND user_id = \(userID)")
            .map { try Lecture(row: $0) }
    }

    /// Whether the lecture was there.
    static func update(
        _ id: Identifier, userID: Identifier, name: String?, subjectID: Identifier?, at now: Timestamp,
        in connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE lectures SET name = COALESCE(\(name), name), subject_id = COALESCE(\(subjectID), subject_id),
                updated_at = \(now), content_version = content_version + 1
            WHERE id = \(id) AND user_id = \(userID)
            """) > 0
    }

    /// Hands the lecture to a new task. What was read already stays and is not read again.
    static func restart(
        _ id: Identifier, userID: Identifier, taskID: Identifier, stage: PipelineStage, at now: Timestamp,
        in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE lectures SET task_id = \(taskID), status = \(LectureStatus.pending), stage = \(stage),
                error_message = NULL, updated_at = \(now),
                outline = CASE WHEN \(stage) = \(PipelineStage.reading) THEN NULL ELSE outline END
            WHERE id = \(id) AND user_id = \(userID)
            """)
    }

    /// Calls off whatever works on the lecture and forgets which model made its vectors.
    static func dropMemory(
        _ id: Identifier, userID: Identifier, at now: Timestamp, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE lectures SET has_memory = 0, stage = \(PipelineStage.done), vector_model = NULL,
                vector_dimension = NULL, content_version = content_version + 1, updated_at = \(now)
            WHERE id = \(id) AND user_id = \(userID)
            """)
    }

    /// Hands a lecture that has been read to the task that makes it searchable.
    static func rebuildMemory(
        _ id: Identifier, userID: Identifier, taskID: Identifier, at now: Timestamp, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE lectures SET has_memory = 1, stage = \(PipelineStage.chunking), task_id = \(taskID),
                error_message = NULL, updated_at = \(now)
            WHERE id = \(id) AND user_id = \(userID)
            """)
    }

    /// Every lecture of a subject, for its deletion.
    static func all(
        ofSubject subjectID: Identifier, userID: Identifier, in connection: any SQLConnection
    ) throws -> [Lecture] {
        try connection.query(
            "SELECT \(columns) FROM lectures WHERE subject_id = \(subjectID) AND user_id = \(userID)"
        ).map { try Lecture(row: $0) }
    }

    /// Removes the lecture and, by its foreign keys, its pages, chunks and events. Whether it was there.
    static func delete(_ id: Identifier, userID: Identifier, in connection: any SQLConnection) throws -> Bool {
        try connection.execute("DELETE FROM lectures WHERE id = \(id) AND user_id = \(userID)") > 0
    }
}

extension Lecture {
    init(row: SQLRow) throws {
        self.init(
            id: try row.get("id"), userID: try row.get("user_id"), subjectID: try row.get("subject_id"),
            name: try row.get("name"), status: try row.get("status"), stage: try row.get("stage"),
            errorMessage: try row.get("error_message"), fileName: try row.get("file_name"),
            fileKey: try row.get("file_key"), fileBytes: try row.get("file_bytes"),
            contentType: try row.get("content_type"), taskID: try row.get("task_id"),
            pageCount: try row.get("page_count"), hasMemory: try row.get("has_memory"),
            vectorModel: try row.get("vector_model"), contentVersion: try row.get("content_version"),
            createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"),
            processedAt: try row.get("processed_at"))
    }
}
