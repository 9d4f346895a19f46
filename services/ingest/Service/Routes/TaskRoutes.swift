import HTTPMessages
import HTTPServer
import JSONCoding
import KeyValue
import Metrics
import Platform
import SQL
import ServiceKit

/// `/tasks`: how far a task has come, asked for or told as it happens.
struct TaskRoutes: Sendable {
    let database: any SQLDatabase
    let progress: ProgressHub
    let metrics: IngestMetrics

    private static let progressSchema = JSONSchema.object([
        ("page", .integer(min: 0)), ("pages", .integer(min: 0)), ("percent", .integer(min: 0, max: 100)),
        ("stage", JSONSchema.string().example("ocr")),
    ])
    private static let schema = JSONSchema.object([
        ("id", .identifier), ("kind", .string()),
        ("state", .string(allowed: ["queued", "running", "completed", "failed"])),
        ("lecture_id", .identifier), ("progress", progressSchema), ("error_message", .nullable(.string())),
    ])

    func add(to api: inout API) {
        api.get(
            "/tasks/{id}", access: .user, summary: "How far a task has come",
            answers: [.json(200, "The task", Self.schema), .notFound]
        ) { request in
            let (kind, event) = try await task(request)
            return .json([
                "id": .identifier(event.taskID), "kind": .string(kind), "state": .string(event.taskState),
                "lecture_id": .identifier(event.lectureID), "progress": event.progress.json,
                "error_message": .optional(event.errorMessage),
            ])
        }
        api.get(
            "/tasks/{id}/events", access: .user,
            summary: "A task's progress as it happens; `Last-Event-ID` resumes without losing anything",
            answers: [
                .other(200, "Events `progress`, then `complete` or `failed`", contentType: "text/event-stream"),
                .notFound,
            ]
        ) { request in
            try await events(request)
        }
    }

    private func task(_ request: HTTPRequest) async throws -> (kind: String, event: TaskEvent) {
        let (id, userID) = (try request.identifier(), try request.userID)
        guard let task = try await database.read({ try TaskTable.find(id, userID: userID, in: $0) }) else {
            throw LibraryError.notFound
        }
        return task
    }

    private func events(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try await task(request).event.taskID
        let userID = try request.userID
        let last = request.lastEventID.flatMap { Int64($0) } ?? 0
        return .events(request) { writer in
            metrics.listeners.add(1)
            defer { metrics.listeners.add(-1) }
            // Subscribed before the first look, so that nothing falls between the two.
            let subscription = try await progress.subscribe(userID: userID)
            var cursor = TaskEventCursor(taskID: id, last: last, database: database)
            if try await cursor.sendNew(to: writer) { return }
            for await signal in subscription {
                if case .message(let bytes) = signal, ProgressMessage(bytes: bytes)?.taskID != id { continue }
                if try await cursor.sendNew(to: writer) { return }
            }
        }
    }
}

/// Where a listener stands in what was told about a task.
private struct TaskEventCursor {
    let taskID: Identifier
    var last: Int64
    let database: any SQLDatabase

    /// Sends what is new. Returns whether that was the end.
    mutating func sendNew(to writer: EventWriter) async throws -> Bool {
        let (id, after) = (taskID, last)
        let (news, latest) = try await database.read { connection in
            (
                try TaskTable.events(of: id, after: after, in: connection),
                try TaskTable.latest(of: id, in: connection)
            )
        }
        guard let latest else {
            // Its lecture was deleted.
            let text = JSONValue.object([
                "type": "failed", "task_id": .identifier(id), "error_message": "The lecture was deleted.",
            ]).text
            try await writer.send(ServerSentEvent(event: "failed", data: text))
            return true
        }
        try await writer.send(
            news.map { ServerSentEvent(event: $0.kind.rawValue, data: $0.json.text, id: String($0.number)) })
        last = max(last, news.last?.number ?? last)
        return latest.isLast
    }
}

extension TaskEvent {
    /// The state of the task that this was told about last.
    var taskState: String {
        switch kind {
        case .complete: "completed"
        case .failed: "failed"
        case .progress: progress == .queued ? "queued" : "running"
        }
    }
}
