import JSONCoding
import Platform
import SQL

/// One thing that was told about a task, kept so that a client that was away can be told again.
struct TaskEvent: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable, SQLBindable, SQLDecodable {
        case progress, complete, failed
    }

    var taskID: Identifier
    /// Counts from 1 within the task; the id of the event in a stream.
    var number: Int64
    var lectureID: Identifier
    var kind: Kind
    var progress: Progress
    var status: LectureStatus
    var errorMessage: String?
    var createdAt: Timestamp

    /// How far a task has come.
    struct Progress: Sendable, Hashable {
        /// How many pages are done.
        var page: Int
        var pages: Int
        /// 0 to 100; never goes back within a task.
        var percent: Int
        /// A word for people: `queued`, `text`, `ocr`, `cleaning`, `chunking`, `embedding` or `done`.
        var stage: String

        static let queued = Progress(page: 0, pages: 0, percent: 0, stage: "queued")
    }

    /// Nothing follows this event.
    var isLast: Bool { kind != .progress }
}

extension TaskEvent {
    /// The message as it goes out over WebSocket and event streams.
    var json: JSONValue {
        var object: JSONObject = [
            "type": .string(kind.rawValue), "lecture_id": .identifier(lectureID), "task_id": .identifier(taskID),
            "page": .integer(Int64(progress.page)), "pages": .integer(Int64(progress.pages)),
            "percent": .integer(Int64(progress.percent)), "stage": .string(progress.stage),
            "status": .string(status.rawValue),
        ]
        if let errorMessage { object["error_message"] = .string(errorMessage) }
        return .object(object)
    }
}

extension TaskEvent.Progress {
    var json: JSONValue {
        [
            "page": .integer(Int64(page)), "pages": .integer(Int64(pages)), "percent": .integer(Int64(percent)),
            "stage": .string(stage),
        ]
    }

    /// Reading takes the first nine tenths at most, so that the bar does not stand at its end while chunks are embedded.
    private static let readingPercentMax = 90

    static func reading(page: Int, of pages: Int, stage: String) -> Self {
        let percent = pages > 0 ? page * 100 / pages : 0
        return Self(page: page, pages: pages, percent: min(percent, readingPercentMax), stage: stage)
    }

    static func after(reading pages: Int, stage: PipelineStage, done: Int = 0, of total: Int = 0) -> Self {
        let share = total > 0 ? done * (99 - readingPercentMax) / total : 0
        return Self(page: pages, pages: pages, percent: readingPercentMax + share, stage: stage.rawValue)
    }
}
