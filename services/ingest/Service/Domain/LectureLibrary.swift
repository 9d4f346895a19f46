import JSONCoding
import Jobs
import ObjectStore
import Platform
import SQL

/// A user's lectures: what can be asked and done from outside. The reading itself is `LecturePipeline`'s.
struct LectureLibrary: Sendable {
    let database: any SQLDatabase
    let jobs: JobQueue
    let objects: any ObjectStore
    let cache: SubjectCache
    let remover: LectureRemover
    let progress: ProgressHub
    let time: any TimeSource

    /// What identifies a new lecture and the task that reads it.
    struct Receipt: Sendable, Hashable {
        let taskID: Identifier
        let lectureID: Identifier
    }

    /// A file that has been received and looked at.
    struct Upload: Sendable {
        var name: String
        var subjectID: Identifier
        var fileName: String
        /// Where the file is; it is moved away.
        var path: String
        var byteCount: Int64
        var kind: FileKind
    }

    // MARK: Looking

    /// The newest first.
    func list(
        userID: Identifier, subjectID: Identifier?, status: LectureStatus?, before: Identifier?, limit: Int
    ) async throws -> [Lecture] {
        try await database.read {
            try LectureTable.list(
                userID: userID, subjectID: subjectID, status: status, before: before, limit: limit, in: $0)
        }
    }

    /// - Throws: `LibraryError.notFound`.
    func lecture(_ id: Identifier, userID: Identifier) async throws -> Lecture {
        guard let lecture = try await database.read({ try LectureTable.find(id, userID: userID, in: $0) }) else {
            throw LibraryError.notFound
        }
        return lecture
    }

    /// - Throws: `LibraryError.notFound`, also for a page that has not been read yet.
    func page(_ number: Int, of id: Identifier, userID: Identifier) async throws -> StoredPage {
        guard let page = try await database.read({ try PageTable.find(number, of: id, userID: userID, in: $0) }) else {
            throw LibraryError.notFound
        }
        return page
    }

    /// The headings; none before the lecture has been read.
    ///
    /// - Throws: `LibraryError.notFound`.
    func outline(of id: Identifier, userID: Identifier) async throws -> JSONValue {
        let outline = try await database.read { connection in
            guard try LectureTable.find(id, userID: userID, in: connection) != nil else { throw LibraryError.notFound }
            return try LectureTable.outline(of: id, userID: userID, in: connection)
        }
        return try outline.map { try JSONValue(parsing: $0) } ?? []
    }

    // MARK: Changing

    /// Takes a file in: it is stored, and the lecture and the job that reads it appear together.
    ///
    /// - Throws: `LibraryError.subjectNotFound`; what the stores throw. Nothing is left then.
    func add(_ upload: Upload, userID: Identifier) async throws -> Receipt {
        let lectureID = Identifier.make()
        let prefix = Lecture.objectPrefix(userID: userID, lectureID: lectureID)
        let key = try ObjectKey(prefix + "original.pdf")
        let contentType = upload.kind.contentType ?? "application/octet-stream"
        try await objects.put(key, movingFileAt: upload.path, contentType: contentType)
        let now = time.wall
        let jobs = jobs
        let event: TaskEvent
        do {
            event = try await database.write { connection in
                guard try SubjectTable.exists(upload.subjectID, userID: userID, in: connection) else {
                    throw LibraryError.subjectNotFound
                }
                let taskID = try Self.enqueue(
                    LecturePipeline.readKind, lectureID: lectureID, userID: userID, on: jobs, in: connection)
                let lecture = Lecture(
                    id: lectureID, userID: userID, subjectID: upload.subjectID, name: upload.name, status: .pending,
                    stage: .reading, fileName: upload.fileName, fileKey: key.description,
                    fileBytes: upload.byteCount, contentType: contentType, taskID: taskID, hasMemory: true,
                    contentVersion: 0, createdAt: now, updatedAt: now)
                try LectureTable.insert(lecture, in: connection)
                return try TaskTable.insert(
                    taskID, kind: LecturePipeline.readKind, lectureID: lectureID, userID: userID, status: .pending,
                    at: now, in: connection)
            }
        } catch {
            _ = try? await objects.deletePrefix(ObjectPrefix(prefix))
            throw error
        }
        await cache.invalidate(userID: userID)
        await progress.publish(event, userID: userID)
        return Receipt(taskID: event.taskID, lectureID: lectureID)
    }

    /// - Throws: `LibraryError.notFound`, `.subjectNotFound`.
    func update(
        _ id: Identifier, userID: Identifier, name: String?, subjectID: Identifier?
    ) async throws -> Lecture {
        let now = time.wall
        let lecture = try await database.write { connection in
            guard try LectureTable.find(id, userID: userID, in: connection) != nil else { throw LibraryError.notFound }
            if let subjectID, try !SubjectTable.exists(subjectID, userID: userID, in: connection) {
                throw LibraryError.subjectNotFound
            }
            _ = try LectureTable.update(
                id, userID: userID, name: name, subjectID: subjectID, at: now, in: connection)
            try MaterialVersions.raise(userID: userID, in: connection)
            guard let lecture = try LectureTable.find(id, userID: userID, in: connection) else {
                throw LibraryError.notFound
            }
            return lecture
        }
        if subjectID != nil { await cache.invalidate(userID: userID) }
        return lecture
    }

    /// - Throws: `LibraryError.notFound`.
    func delete(_ id: Identifier, userID: Identifier) async throws {
        let remover = remover
        let lecture = try await database.write { connection in
            guard let lecture = try LectureTable.find(id, userID: userID, in: connection) else {
                throw LibraryError.notFound
            }
            try remover.remove([lecture], in: connection)
            return lecture
        }
        await cache.invalidate(userID: userID)
        await remover.finish([lecture])
    }

    // MARK: Tasks

    /// Reads a lecture again with a new task: one that failed from where it stood, one that is complete from the start.
    ///
    /// - Throws: `LibraryError.notFound`, `.busy`.
    func retry(_ id: Identifier, userID: Identifier) async throws -> Receipt {
        try await startTask(LecturePipeline.readKind, id, userID: userID) { lecture, taskID, now, connection in
            var stage = lecture.stage
            if lecture.status == .completed {
                guard lecture.stage == .done else { throw LibraryError.busy }
                try PageTable.deleteAll(of: id, in: connection)
                stage = .reading
            } else if lecture.status != .failed {
                throw LibraryError.busy
            }
            try LectureTable.restart(id, userID: userID, taskID: taskID, stage: stage, at: now, in: connection)
            return .pending
        }
    }

    /// Makes a lecture searchable again.
    ///
    /// - Throws: `LibraryError.notFound`, `.busy`, `.notRead`.
    func buildMemory(_ id: Identifier, userID: Identifier) async throws -> Receipt {
        try await startTask(LecturePipeline.memoryKind, id, userID: userID) { lecture, taskID, now, connection in
            guard lecture.status == .completed else { throw LibraryError.notRead }
            guard lecture.stage == .done else { throw LibraryError.busy }
            try LectureTable.rebuildMemory(id, userID: userID, taskID: taskID, at: now, in: connection)
            return .completed
        }
    }

    /// Removes chunks and vectors; file and pages stay. Calls off a rebuilding that is under way.
    ///
    /// - Throws: `LibraryError.notFound`, `.notRead`.
    func dropMemory(_ id: Identifier, userID: Identifier) async throws {
        let now = time.wall
        let calledOff: TaskEvent? = try await database.write { connection in
            guard let lecture = try LectureTable.find(id, userID: userID, in: connection) else {
                throw LibraryError.notFound
            }
            guard lecture.status == .completed else { throw LibraryError.notRead }
            try ChunkTable.deleteAll(of: id, in: connection)
            try LectureTable.dropMemory(id, userID: userID, at: now, in: connection)
            try MaterialVersions.raise(userID: userID, in: connection)
            guard lecture.stage != .done, let last = try TaskTable.latest(of: lecture.taskID, in: connection) else {
                return nil
            }
            return try TaskTable.append(
                taskID: lecture.taskID, lectureID: id, kind: .failed, progress: last.progress, status: .completed,
                errorMessage: "The lecture's memory was removed meanwhile.", at: now, in: connection)
        }
        await remover.search.forget(lectureID: id)
        if let calledOff { await progress.publish(calledOff, userID: userID) }
    }

    private func startTask(
        _ kind: String, _ id: Identifier, userID: Identifier,
        _ prepare: @escaping @Sendable (Lecture, Identifier, Timestamp, any SQLConnection) throws -> LectureStatus
    ) async throws -> Receipt {
        let (now, jobs) = (time.wall, jobs)
        let event = try await database.write { connection in
            guard let lecture = try LectureTable.find(id, userID: userID, in: connection) else {
                throw LibraryError.notFound
            }
            let taskID = try Self.enqueue(kind, lectureID: id, userID: userID, on: jobs, in: connection)
            let status = try prepare(lecture, taskID, now, connection)
            return try TaskTable.insert(
                taskID, kind: kind, lectureID: id, userID: userID, status: status, at: now, in: connection)
        }
        await progress.publish(event, userID: userID)
        return Receipt(taskID: event.taskID, lectureID: id)
    }

    private static func enqueue(
        _ kind: String, lectureID: Identifier, userID: Identifier, on jobs: JobQueue, in connection: any SQLConnection
    ) throws -> Identifier {
        let subject = LecturePipeline.Subject(lectureID: lectureID, userID: userID)
        return try jobs.enqueue(
            NewJob(kind: kind, payload: subject.payload, owner: userID.description), in: connection)
    }
}
