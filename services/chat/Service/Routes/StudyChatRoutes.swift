import HTTPMessages
import HTTPServer
import JSONCoding
import Metrics
import ServiceKit
import Tokens

/// `POST /chat`: a question about the user's lectures, answered as server-sent events.
struct StudyChatRoutes: Sendable {
    let desk: AnswerDesk
    let metrics: ChatMetrics

    func add(to api: inout API) {
        api.post(
            "/chat", access: .user,
            summary: "Asks about one lecture, one subject or all of yours; the answer comes as a stream of events",
            parameters: [
                .header(
                    "Last-Event-ID", .string(maxLength: 100),
                    "The id of the last event that arrived: the answer goes on behind it")
            ],
            body: .json(StudyQuestion.schema),
            answers: [
                .other(
                    200, "Events: token {text}, citations {citations}, done, error; reset when an answer begins anew",
                    contentType: "text/event-stream"),
                .empty(204, "Last-Event-ID names the end of an answer: there is nothing more"),
                .problem(404, "There is no such session, lecture or subject"),
                .problem(410, "The session has expired, or the answer to go on with is not kept any more"),
                .problem(503, "The search is down"),
            ]
        ) { request in
            let question = try StudyQuestion(json: await request.json(StudyQuestion.schema))
            let userID = try request.user.subject
            if let position = request.lastEventID.flatMap(AnswerPosition.init(lastEventID:)) {
                let run = try await desk.reopen(position, userID: userID)
                return position.place == .end ? .empty(.noContent) : stream(run, from: position.place, request)
            }
            let run = try await desk.open(question, userID: userID, request: request)
            return stream(run, from: .text(offset: 0), request)
        }
    }

    private func stream(
        _ run: AnswerRun, from place: AnswerPosition.Place, _ request: HTTPRequest
    ) -> HTTPResponse {
        .events(request) { writer in
            metrics.openStreams.add(1)
            defer { metrics.openStreams.add(-1) }
            try await desk.writer.write(run, from: place) { event in
                try await writer.send(event.serverSent(answerID: run.plan.id))
            }
        }
    }
}
