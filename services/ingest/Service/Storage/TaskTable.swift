import Platform
import SQL

/// The rows of `tasks` and `task_events`.
enum TaskTable {
    private static let eventColumns: SQLQuery = """
        e.task_id, e.number, t.lecture_id, e.type, e.page, e.pages, e.percent, e.stage, e.status, e.error_message, \
        e.created_at
        """
    private static let events: SQLQuery = "task_events e JOIN tasks t ON t.id = e.task_id"

    /// Notes a job as a task of a lecture and says first that it waits.
    static func insert(
        _ id: Identifier, kind: String, lectureID: Identifier, userID: Identifier, status: LectureStatus,
        at now: Timestamp, in connection: any SQLConnection
    ) throws -> TaskEvent {
        try connection.execute(
            """
            INSERT INTO tasks (id, lecture_id, user_id, kind, created_at)
            VALUES (\(id), \(lectureID), \(userID), \(kind), \(now))
            """)
        return try append(
            taskID: id, lectureID: lectureID, kind: .progress, progress: .queued, status: status, at: now,
            in: connection)
    }

    /// A user's task: its kind and the last that was told about it.
    static func find(
        _ id: Identifier, userID: Identifier, in connection: any SQLConnection
    ) throws -> (kind: String, event: TaskEvent)? {
        guard
            let row = try connection.first("SELECT kind FROM tasks WHERE id = \(id) AND user_id = \(userID)"),
            let event = try latest(of: id, in: connection)
        else { return nil }
        return (try row.get("kind"), event)
    }

    /// Adds what is told next about a task and returns it with its number.
    static func append(
        taskID: Identifier, lectureID: Identifier, kind: TaskEvent.Kind, progress: TaskEvent.Progress,
        status: LectureStatus, errorMessage: String? = nil, at now: Timestamp, in connection: any SQLConnection
    ) throws -> TaskEvent {
        let last: Int64? = try connection.first(
            "SELECT MAX(number) AS last FROM task_events WHERE task_id = \(taskID)")?.get("last")
        let event = TaskEvent(
            taskID: taskID, number: (last ?? 0) + 1, lectureID: lectureID, kind: kind, progress: progress,
            status: status, errorMessage: errorMessage, createdAt: now)
        try connection.execute(
            """
            INSERT INTO task_events (task_id, number, type, page, pages, percent, stage, status, error_message, created_at)
            VALUES (\(taskID), \(event.number), \(kind), \(progress.page), \(progress.pages), \(progress.percent),
                \(progress.stage), \(status), \(errorMessage), \(now))
            """)
        return event
    }

    /// What was told about a task after the event `number`, in order.
    static func events(
        of taskID: Identifier, after number: Int64, in connection: any SQLConnection
    ) throws -> [TaskEvent] {
        try connection.query(
            """
            SELECT \(eventColumns) FROM \(events) WHERE e.task_id = \(taskID) AND e.number > \(number)
            ORDER BY e.number
            """
        ).map { try TaskEvent(row: $0) }
    }

    static func latest(of taskID: Identifier, in connection: any SQLConnection) throws -> TaskEvent? {
        try connection.first(
            "SELECT \(eventColumns) FROM \(events) WHERE e.task_id = \(taskID) ORDER BY e.number DESC LIMIT 1"
        ).map { try TaskEvent(row: $0) }
    }

    /// The newest event of each task that is still at work on a user's lectures, at most `limit` of them.
    static func latestOfActive(
        userID: Identifier, limit: Int, in connection: any SQLConnection
    ) throws -> [TaskEvent] {
        try connection.query(
            """
            SELECT \(eventColumns) FROM \(events)
            WHERE e.task_id IN (SELECT task_id FROM lectures WHERE user_id = \(userID)
                    AND stage <> \(PipelineStage.done) AND status <> \(LectureStatus.failed))
                AND e.number = (SELECT MAX(m.number) FROM task_events m WHERE m.task_id = e.task_id)
            ORDER BY e.task_id LIMIT \(limit)
            """
        ).map { try TaskEvent(row: $0) }
    }
}

extension TaskEvent {
    fileprivate init(row: SQLRow) throws {
        self.init(
            taskID: try row.get("task_id"), number: try row.get("number"), lectureID: try row.get("lecture_id"),
            kind: try row.get("type"),
            progress: Progress(
                page: try row.get("page"), pages: try row.get("pages"), percent: try row.get("percent"),
                stage: try row.get("stage")),
            status: try row.get("status"), errorMessage: try row.get("error_message"),
            createdAt: try row.get("created_at"))
    }
}
