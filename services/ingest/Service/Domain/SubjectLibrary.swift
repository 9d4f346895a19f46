import Platform
import SQL

/// A user's subjects.
struct SubjectLibrary: Sendable {
    let database: any SQLDatabase
    let cache: SubjectCache
    let remover: LectureRemover
    let time: any TimeSource

    func create(name: String, color: String, userID: Identifier) async throws -> Subject {
        let now = time.wall
        let subject = Subject(
            id: .make(), name: name, color: color, lectureCount: 0, createdAt: now, updatedAt: now)
        try await database.write { try SubjectTable.insert(subject, userID: userID, in: $0) }
        await cache.invalidate(userID: userID)
        return subject
    }

    /// The newest first. The list as it is asked for most is answered from the cache.
    func list(userID: Identifier, before: Identifier?, limit: Int, isCacheable: Bool) async throws -> [Subject] {
        if isCacheable, let known = await cache.subjects(userID: userID) { return known }
        let subjects = try await database.read {
            try SubjectTable.list(userID: userID, before: before, limit: limit, in: $0)
        }
        if isCacheable { await cache.keep(subjects, userID: userID) }
        return subjects
    }

    /// - Throws: `LibraryError.notFound`.
    func subject(_ id: Identifier, userID: Identifier) async throws -> Subject {
        guard let subject = try await database.read({ try SubjectTable.find(id, userID: userID, in: $0) }) else {
            throw LibraryError.notFound
        }
        return subject
    }

    /// - Throws: `LibraryError.notFound`.
    func update(_ id: Identifier, userID: Identifier, name: String?, color: String?) async throws -> Subject {
        let now = time.wall
        let subject = try await database.write { connection in
            guard
                try SubjectTable.update(id, userID: userID, name: name, color: color, at: now, in: connection),
                let subject = try SubjectTable.find(id, userID: userID, in: connection)
            else { throw LibraryError.notFound }
            return subject
        }
        await cache.invalidate(userID: userID)
        return subject
    }

    /// Removes the subject with all its lectures.
    ///
    /// - Throws: `LibraryError.notFound`.
    func delete(_ id: Identifier, userID: Identifier) async throws {
        let remover = remover
        let removed = try await database.write { connection in
            guard try SubjectTable.exists(id, userID: userID, in: connection) else { throw LibraryError.notFound }
            let lectures = try LectureTable.all(ofSubject: id, userID: userID, in: connection)
            try remover.remove(lectures, in: connection)
            _ = try SubjectTable.delete(id, userID: userID, in: connection)
            return lectures
        }
        await cache.invalidate(userID: userID)
        await remover.finish(removed)
    }
}
