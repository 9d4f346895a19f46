import Embeddings
import Jobs
import Logs
import Platform
import SQL

/// Looks after lectures that nobody works on although somebody should: at every start, and every hour.
///
/// A job can end without its handler having a say (after too many processes died over it), and a model can come, go or
/// change between two starts.
struct LectureCheck: Sendable {
    static let jobKind = "check_lectures"
    /// Lectures looked at in one run.
    private static let batch = 1_000

    let database: any SQLDatabase
    let jobs: JobQueue
    let library: LectureLibrary
    let embedding: LectureEmbedding
    let progress: ProgressHub
    let logger: Logger
    let time: any TimeSource

    /// The handler of the job.
    func run(_ context: JobContext) async throws {
        try await failAbandoned()
        if let embedder = embedding.embedder { try await embedAnew(with: embedder.modelName) }
    }

    private func failAbandoned() async throws {
        let unfinished = try await database.read { try LectureTable.unfinished(in: $0, limit: Self.batch) }
        for lecture in unfinished {
            if let job = try await jobs.job(lecture.taskID), !job.state.isFinished { continue }
            let now = time.wall
            let message = "The lecture could not be read. Please try again."
            let event: TaskEvent? = try await database.write { connection in
                // Looked at again in the transaction: it may have been completed meanwhile.
                guard let current = try LectureTable.find(lecture.id, taskID: lecture.taskID, in: connection),
                    current.status == .pending || current.status == .processing
                else { return nil }
                try LectureTable.fail(lecture.id, taskID: lecture.taskID, message: message, at: now, in: connection)
                let last = try TaskTable.latest(of: lecture.taskID, in: connection)?.progress ?? .queued
                return try TaskTable.append(
                    taskID: lecture.taskID, lectureID: lecture.id, kind: .failed, progress: last, status: .failed,
                    errorMessage: message, at: now, in: connection)
            }
            guard let event else { continue }
            logger.warning("a lecture had been given up", [("lecture.id", "\(lecture.id)")])
            await progress.publish(event, userID: lecture.userID)
        }
    }

    private func embedAnew(with model: String) async throws {
        let lectures = try await database.read {
            try LectureTable.withOtherVectors(than: model, in: $0, limit: Self.batch)
        }
        for lecture in lectures where lecture.stage == .done {
            do {
                _ = try await library.buildMemory(lecture.id, userID: lecture.userID)
            } catch is LibraryError {
                // Deleted or taken up by somebody else meanwhile.
            }
        }
        if !lectures.isEmpty {
            logger.info("lectures are embedded anew", [("lectures", "\(lectures.count)"), ("model", model)])
        }
    }
}
