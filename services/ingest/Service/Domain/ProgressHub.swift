import JSONCoding
import KeyValue
import Logs
import Platform

/// Tells the listeners of a user, in whichever replica they are, what happens to their lectures.
///
/// A message is a hint that something is to be had: what was told is in the database, so a lost message costs a listener
/// nothing but time.
struct ProgressHub: Sendable {
    let messages: any KeyValueStore
    let logger: Logger

    /// Hands an event that is durable to everybody who listens now. Never throws: nobody waits for it.
    func publish(_ event: TaskEvent, userID: Identifier) async {
        do {
            try await messages.publish(Self.channel(userID), ProgressMessage(event).bytes)
        } catch {
            logger.warning("progress could not be published", [("task.id", "\(event.taskID)"), ("error", "\(error)")])
        }
    }

    /// Ends the streams about a lecture that is gone.
    func publishRemoval(of lecture: Lecture, at now: Timestamp) async {
        await publish(TaskEvent.removed(lecture, at: now), userID: lecture.userID)
    }

    func subscribe(userID: Identifier) async throws -> Subscription {
        try await messages.subscribe(Self.channel(userID))
    }

    private static func channel(_ userID: Identifier) -> String { "user:\(userID):progress" }
}

extension TaskEvent {
    /// What is told last about a task whose lecture was deleted. It has no number, for there is no row to count it by.
    static func removed(_ lecture: Lecture, at now: Timestamp) -> TaskEvent {
        TaskEvent(
            taskID: lecture.taskID, number: .max, lectureID: lecture.id, kind: .failed,
            progress: Progress(page: 0, pages: lecture.pageCount ?? 0, percent: 0, stage: lecture.stage.rawValue),
            status: .failed, errorMessage: "The lecture was deleted.", createdAt: now)
    }
}

/// An event on its way between replicas.
struct ProgressMessage: Sendable, Hashable {
    let taskID: Identifier
    /// What listeners get.
    let json: JSONValue

    init(_ event: TaskEvent) {
        taskID = event.taskID
        json = event.json
    }

    /// Reads what ``bytes`` wrote; nil for anything else.
    init?(bytes: [UInt8]) {
        guard let json = try? JSONValue(parsing: bytes),
            let taskID = json["task_id"]?.string.flatMap({ Identifier($0) })
        else { return nil }
        self.taskID = taskID
        self.json = json
    }

    var bytes: [UInt8] { json.serialized() }
}
