import JSONCoding
import Jobs
import Logs
import ObjectStore
import Platform
import SQL

/// Removes lectures with everything that belongs to them.
///
/// Rows go in the caller's transaction, and with them, in the same transaction, comes a job that removes the files: so
/// nothing is left behind, whenever the process ends. What only saves work or memory follows in ``finish(_:)``.
struct LectureRemover: Sendable {
    static let jobKind = "remove_objects"
    /// Folders named in one job.
    private static let prefixesPerJob = 200

    let jobs: JobQueue
    let objects: any ObjectStore
    let search: LectureSearch
    let progress: ProgressHub
    let logger: Logger
    let time: any TimeSource

    /// Removes the rows of lectures of one user; to be followed by ``finish(_:)`` after the commit.
    func remove(_ lectures: [Lecture], in connection: any SQLConnection) throws {
        guard let userID = lectures.first?.userID else { return }
        for lecture in lectures {
            _ = try LectureTable.delete(lecture.id, userID: lecture.userID, in: connection)
        }
        var prefixes = lectures.map { Lecture.objectPrefix(userID: $0.userID, lectureID: $0.id) }[...]
        while !prefixes.isEmpty {
            let some = prefixes.prefix(Self.prefixesPerJob)
            prefixes = prefixes.dropFirst(Self.prefixesPerJob)
            let payload: JSONValue = ["prefixes": .array(some.map { .string($0) })]
            _ = try jobs.enqueue(
                NewJob(kind: Self.jobKind, payload: payload, owner: userID.description), in: connection)
        }
        try MaterialVersions.raise(userID: userID, in: connection)
    }

    /// Stops what still works on the lectures, frees their memory and tells listeners.
    func finish(_ lectures: [Lecture]) async {
        for lecture in lectures {
            do {
                try await jobs.cancel(lecture.taskID)
            } catch {
                // It finds out by itself at its next commit.
                logger.warning(
                    "a job could not be cancelled", [("job.id", "\(lecture.taskID)"), ("error", "\(error)")])
            }
            await search.forget(lectureID: lecture.id)
            if lecture.stage != .done { await progress.publishRemoval(of: lecture, at: time.wall) }
        }
    }

    /// The handler of the job.
    func removeObjects(_ context: JobContext) async throws {
        for prefix in context.payload["prefixes"]?.array ?? [] {
            guard let prefix = prefix.string.flatMap({ try? ObjectPrefix($0) }), prefix != .all else { continue }
            try await objects.deletePrefix(prefix)
        }
    }
}
