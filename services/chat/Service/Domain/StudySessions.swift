import HTTPMessages
import JSONCoding
import LanguageModels
import Platform
import SQL

/// Conversations and what was said in them. Each query names the owner: a session of somebody else does not exist.
struct StudySessions: Sendable {
    /// A session that an answer is about to be written in.
    struct Opened: Sendable {
        let id: Identifier
        let isNew: Bool
        let lectureID: Identifier?
        let subjectID: Identifier?

        /// What the conversation is about, as part of a cache's key.
        var scope: String {
            if let lectureID { return "lecture \(lectureID)" }
            if let subjectID { return "subject \(subjectID)" }
            return "all"
        }
    }

    let database: any SQLDatabase
    let time: any TimeSource
    let timeout: Duration

    /// The session that a question belongs to: a new one, or the one it names with its scope as the question leaves or
    /// changes it.
    ///
    /// - Throws: problems 404 (not the user's) and 410 (expired).
    func open(_ question: StudyQuestion, userID: Identifier) async throws -> Opened {
        guard let id = question.sessionID else {
            return Opened(
                id: Identifier.make(), isNew: true, lectureID: question.lectureID, subjectID: question.subjectID)
        }
        guard let row = try await database.read({ try SessionTable.find(id, userID: userID, in: $0) }) else {
            throw Problem.notFound()
        }
        guard !isExpired(row) else {
            throw Problem.gone(code: "session_expired", "This conversation has expired; begin a new one.")
        }
        let changesScope = question.lectureID != nil || question.subjectID != nil
        return Opened(
            id: id, isNew: false, lectureID: changesScope ? question.lectureID : row.lectureID,
            subjectID: changesScope ? question.subjectID : row.subjectID)
    }

    /// The newest messages that are complete, oldest first.
    func latest(_ count: Int, in id: Identifier, userID: Identifier) async throws -> [StoredMessage] {
        try await database.read { try MessageTable.latest(count, in: id, userID: userID, in: $0) }
    }

    /// Stores the question and the beginning of its answer.
    func begin(_ plan: AnswerPlan, in session: Opened) async throws {
        let now = time.wall
        try await database.write { connection in
            if session.isNew {
                try SessionTable.insert(
                    session.id, userID: plan.userID, lectureID: session.lectureID, subjectID: session.subjectID,
                    at: now, in: connection)
            } else {
                // Deleted since it was opened: there is nothing to write to.
                guard
                    try SessionTable.touch(
                        session.id, userID: plan.userID, lectureID: session.lectureID, subjectID: session.subjectID,
                        at: now, in: connection)
                else { throw Problem.notFound() }
            }
            try MessageTable.insert(
                StoredMessage(
                    id: Identifier.make(), role: .user, status: .complete, text: plan.question, createdAt: now),
                sessionID: session.id, userID: plan.userID, in: connection)
            try MessageTable.insert(
                StoredMessage(id: plan.id, role: .assistant, status: .running, text: "", createdAt: now),
                sessionID: session.id, userID: plan.userID, in: connection)
        }
    }

    /// Stores how an answer ended. An answer whose session was deleted meanwhile stays deleted.
    func finish(
        _ plan: AnswerPlan, status: StoredMessage.Status, text: String, citations: [Citation], summary: JSONValue?
    ) async throws {
        let now = time.wall
        try await database.write { connection in
            try MessageTable.finish(
                plan.id, userID: plan.userID, status: status, text: text,
                citations: JSONValue.array(citations.map(\.json)).text, summary: summary?.text, in: connection)
            try SessionTable.noteAnswer(plan.sessionID, userID: plan.userID, at: now, in: connection)
        }
    }

    /// A finished answer, to be told again.
    func finishedAnswer(_ id: Identifier, userID: Identifier) async throws -> AnswerRun? {
        let found = try await database.read { try MessageTable.answer(id, userID: userID, in: $0) }
        guard let (message, sessionID) = found, let json = message.summary.flatMap(JSONValue.parsed),
            let summary = AnswerSummary(json: json, messageID: id, sessionID: sessionID)
        else { return nil }
        let plan = AnswerPlan(
            id: id, userID: userID, sessionID: sessionID, question: "", earlier: nil, conversation: [], passages: [],
            scope: "", contentVersion: "", notices: [], began: time.monotonic, searchTime: .zero)
        return AnswerRun(plan, text: message.text, outcome: .complete(message.citationList, summary))
    }

    /// A session with its history, as the record is known to other tools.
    ///
    /// - Throws: a 404 problem.
    func history(_ id: Identifier, userID: Identifier) async throws -> JSONValue {
        let found = try await database.read { connection in
            try SessionTable.find(id, userID: userID, in: connection).map { row in
                (row, try MessageTable.all(in: id, userID: userID, limit: Self.historyMax, in: connection))
            }
        }
        guard let (row, messages) = found else { throw Problem.notFound() }
        return [
            "session_id": .identifier(id), "user_id": .identifier(userID),
            "conversation_stage": .string(isExpired(row) ? "expired" : row.stage),
            "lecture_id": .optional(row.lectureID), "subject_id": .optional(row.subjectID),
            "conversation_history": .array(messages.map(\.json)),
            "last_interaction": .timestamp(row.lastInteraction), "created_at": .timestamp(row.createdAt),
            "updated_at": .timestamp(row.updatedAt),
        ]
    }

    /// The newest messages of a history; older ones are left out.
    static let historyMax = 500

    /// - Throws: a 404 problem.
    func delete(_ id: Identifier, userID: Identifier) async throws {
        let isDeleted = try await database.write { try SessionTable.delete(id, userID: userID, in: $0) }
        guard isDeleted else { throw Problem.notFound() }
    }

    /// At start: answers that a stopped process left behind will not be finished any more.
    func closeInterrupted() async throws {
        try await database.write { try MessageTable.closeInterrupted(in: $0) }
    }

    private func isExpired(_ row: SessionRow) -> Bool { time.wall.duration(since: row.lastInteraction) > timeout }
}
