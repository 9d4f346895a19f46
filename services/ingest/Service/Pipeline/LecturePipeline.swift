import JSONCoding
import Jobs
import Logs
import ObjectStore
import Platform
import ReaderProtocol
import SQL

/// The work on a lecture, as durable jobs: read its pages, clean them, cut chunks, embed them.
///
/// What has been done is in the database after every step, so that a job that was cut off at any moment goes on where it
/// stood: pages that have a row are not read again, chunks that have vectors are not embedded again. Everything is
/// written through the job's fenced `commit`, and only while the lecture still names this job as its task.
struct LecturePipeline: Sendable {
    /// Reads an uploaded file from its first unread page on, then makes it searchable.
    static let readKind = "read_lecture"
    /// Makes a lecture that has been read searchable anew.
    static let memoryKind = "build_memory"

    let database: any SQLDatabase
    let objects: any ObjectStore
    let reader: any DocumentReading
    let embedding: LectureEmbedding
    let progress: ProgressHub
    let options: Options
    let time: any TimeSource
    let logger: Logger
    let metrics: IngestMetrics

    struct Options: Sendable {
        /// How many pages are held at a time while they are cleaned and cut into chunks, and written in one transaction.
        var pagesPerStep = 25
        /// How many chunks are embedded in one go: few, so that questions asked meanwhile need not wait long.
        var chunksPerEmbedding = 8
        /// After so many attempts a failure that might have been temporary is the owner's to see.
        var attemptsMax = 5
    }

    /// Which lecture a job is about.
    struct Subject: Sendable {
        let lectureID: Identifier
        let userID: Identifier

        init(lectureID: Identifier, userID: Identifier) {
            self.lectureID = lectureID
            self.userID = userID
        }

        /// - Throws: a permanent job failure when the payload is not one of ours.
        init(payload: JSONValue) throws {
            guard let lectureID = payload["lecture_id"]?.string.flatMap({ Identifier($0) }),
                let userID = payload["user_id"]?.string.flatMap({ Identifier($0) })
            else { throw JobFailure.permanent("the job names no lecture") }
            self.init(lectureID: lectureID, userID: userID)
        }

        var payload: JSONValue {
            ["lecture_id": .identifier(lectureID), "user_id": .identifier(userID)]
        }
    }

    /// The handler of both kinds of jobs.
    func run(_ context: JobContext) async throws {
        let subject = try Subject(payload: context.payload)
        let found = try await database.read { connection in
            try LectureTable.find(subject.lectureID, taskID: context.id, in: connection)
        }
        guard let lecture = found, lecture.stage != .done else { return }
        let run = LectureRun(pipeline: self, context: context, lecture: lecture)
        do {
            try await run.finish()
        } catch let failure as ReaderFailure where !failure.isRetryable {
            try await run.fail(failure.message)
            throw JobFailure.permanent(failure.message)
        } catch is LectureRun.Superseded {
            logger.info("a lecture was deleted or restarted while it was read", [("lecture.id", "\(lecture.id)")])
        } catch let error
            where context.attempt >= options.attemptsMax && !(error is CancellationError) && !(error is JobError)
        {
            try await run.fail("The lecture could not be read. Please try again later.")
            throw error
        }
    }
}
