import HTTPMessages
import HTTPServer
import LanguageModels
import Platform

/// Takes questions: finds the session and the material, and hands out an answer that is ready to be written. Everything
/// that can be refused is refused here, before the first byte of a stream.
struct AnswerDesk: Sendable {
    let sessions: StudySessions
    let material: Material
    let writer: AnswerWriter
    let shelf: AnswerShelf
    let time: any TimeSource

    /// How many earlier messages a model sees at most.
    static let conversationMax = 8

    /// A new answer.
    ///
    /// - Throws: problems: 404 for a session, lecture or subject that is not the user's, 410 for an expired session, 503 when
    ///   the search is down.
    func open(_ question: StudyQuestion, userID: Identifier, request: HTTPRequest?) async throws -> AnswerRun {
        let began = time.monotonic
        let session = try await sessions.open(question, userID: userID)
        let turns = session.isNew ? [] : try await sessions.latest(Self.conversationMax, in: session.id, userID: userID)
        let earlier = turns.last { $0.role == .user }?.text
        let leans = FollowUp.leans(question.message, on: earlier)
        let query = leans ? "\(question.message) \(earlier ?? "")" : question.message
        let found = try await material.passages(
            for: query, userID: userID, lectureID: session.lectureID, subjectID: session.subjectID, request: request)
        var notices: [AnswerEvent.Notice] = []
        if question.usesWeb {
            notices.append(
                AnswerEvent.Notice(
                    code: "web_search_not_configured",
                    message: "Web search is not configured; the answer uses your lectures only."))
        }
        let plan = AnswerPlan(
            id: Identifier.make(), userID: userID, sessionID: session.id, question: question.message,
            earlier: leans ? earlier : nil, conversation: turns.map { ModelMessage($0.role, $0.text) },
            passages: found.passages, scope: session.scope, contentVersion: found.contentVersion, notices: notices,
            began: began, searchTime: time.monotonic - began)
        try await sessions.begin(plan, in: session)
        let run = AnswerRun(plan)
        shelf.put(run)
        return run
    }

    /// An answer that the user got a part of already.
    ///
    /// - Throws: a 410 problem when it is not kept any more, or was never the user's.
    func reopen(_ position: AnswerPosition, userID: Identifier) async throws -> AnswerRun {
        if let run = shelf.find(position.answerID, userID: userID) { return run }
        if let run = try await sessions.finishedAnswer(position.answerID, userID: userID) { return run }
        throw Problem.gone(code: "answer_gone", "This answer is not kept any more; ask again.")
    }
}
