import Jobs
import Logs
import Metrics
import Platform
import SQL

/// One attempt of a job at one lecture.
///
/// The steps are in extensions: `LectureRun+Reading.swift`, `+Cleaning.swift` and `+Memory.swift`.
struct LectureRun: Sendable {
    let pipeline: LecturePipeline
    let context: JobContext
    let lecture: Lecture

    /// The lecture is gone, or another task works on it now: this one has nothing more to do.
    struct Superseded: Error {}

    /// Does what is left to do, from the stage at which the lecture stands.
    func finish() async throws {
        var stage = lecture.stage
        var pageCount = lecture.pageCount ?? 0
        while stage != .done {
            try Task.checkCancellation()
            switch stage {
            case .reading:
                pageCount = try await readPages()
                stage = .cleaning
            case .cleaning:
                try await cleanPages(pageCount: pageCount)
                stage = .chunking
            case .chunking:
                try await storeChunks(pageCount: pageCount)
                stage = .embedding
            case .embedding:
                try await embedChunks(pageCount: pageCount)
                stage = .done
            case .done:
                break
            }
        }
    }

    /// Tells the owner that the lecture failed, and why. A lecture that had been read before stays as it is.
    func fail(_ message: String) async throws {
        let (lecture, taskID, now) = (lecture, context.id, pipeline.time.wall)
        try await commit { connection in
            let last = try TaskTable.latest(of: taskID, in: connection)?.progress ?? .queued
            if lecture.status != .completed {
                try LectureTable.fail(lecture.id, taskID: taskID, message: message, at: now, in: connection)
            }
            return try TaskTable.append(
                taskID: taskID, lectureID: lecture.id, kind: .failed, progress: last, status: .failed,
                errorMessage: message, at: now, in: connection)
        }
        pipeline.metrics.lecturesFailed.add()
    }

    /// As ``commit(_:)``, and ends the job in the same transaction.
    func complete(_ body: @escaping @Sendable (any SQLConnection) throws -> TaskEvent) async throws {
        let (lectureID, taskID) = (lecture.id, context.id)
        let event = try await context.complete { connection in
            guard try LectureTable.isCurrent(lectureID, taskID: taskID, in: connection) else { throw Superseded() }
            return try body(connection)
        }
        await pipeline.progress.publish(event, userID: lecture.userID)
    }

    /// Writes under the job's lease, if the lecture is still this task's, and tells listeners of the event that `body`
    /// returns once it is durable.
    ///
    /// - Throws: ``Superseded``; what the job's `commit` throws when the lease is lost.
    func commit(_ body: @escaping @Sendable (any SQLConnection) throws -> TaskEvent?) async throws {
        let (lectureID, taskID) = (lecture.id, context.id)
        let event = try await context.commit { connection in
            guard try LectureTable.isCurrent(lectureID, taskID: taskID, in: connection) else { throw Superseded() }
            return try body(connection)
        }
        if let event { await pipeline.progress.publish(event, userID: lecture.userID) }
    }
}
