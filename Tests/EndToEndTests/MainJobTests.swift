import Foundation
import HTTPClient
import HTTPMessages
import JSONCoding
import Testing

@Suite("The main job, by the real executables", .serialized)
struct MainJobTests {
    /// The repository's own lecture, and questions whose pages are known.
    private static let fixtures = Installation.repository.appending(path: "fixtures")

    @Test("a lecture is uploaded through the gateway, read, and asked; the answers cite the right pages")
    func mainJob() async throws {
        let lectern = try Installation(environment: ["CHAT_PER_MINUTE": "1000"])
        try await lectern.startAll()
        let token = try await lectern.register("ada")
        let file = [UInt8](try Data(contentsOf: Self.fixtures.appending(path: "lecture.pdf")))
        let (lecture, task) = try await lectern.upload(file, token: token)
        let record = try await lectern.finished(lecture, token: token)
        #expect(record["status"]?.string == "completed", "\(record["error_message"] ?? .null)")
        let state = try await lectern.send(.get, "/tasks/\(task)", token: token).json
        #expect(state["state"]?.string == "completed")
        #expect(state["progress"]?["percent"]?.integer == 100)

        let questions = try JSONValue(
            parsing: [UInt8](Data(contentsOf: Self.fixtures.appending(path: "lecture-questions.json"))))
        var right = 0
        let list = try #require(questions["questions"]?.array)
        for entry in list {
            let question = try #require(entry["question"]?.string)
            let events = try await ask(lectern, question, lecture: lecture, token: token)
            let pages = Set((events.citations["citations"]?.array ?? []).compactMap { $0["page"]?.integer })
            if let page = entry["page"]?.integer, pages.contains(page) { right += 1 }
            #expect(!events.text.isEmpty)
        }
        // QUALITY: at least 0.85 of answers cite the right page of a real lecture.
        #expect(Double(right) >= 0.85 * Double(list.count), "\(right) of \(list.count)")

        let offTopic = try await ask(
            lectern, "Who won the football world championship in 1954?", lecture: lecture, token: token)
        #expect(offTopic.citations["citations"]?.array?.isEmpty ?? true, "\(offTopic.text)")
    }

    private struct Events {
        var text = ""
        var citations = JSONValue.null
        var done = JSONValue.null
    }

    private func ask(
        _ lectern: Installation, _ question: String, lecture: String, token: String
    ) async throws -> Events {
        let answer = try await lectern.send(
            .post, "/chat", token: token, json: ["message": .string(question), "lecture_id": .string(lecture)])
        try #require(answer.status == 200, "\(answer.text)")
        #expect(answer.fields.first(.contentType)?.hasPrefix("text/event-stream") == true)
        var parser = ServerSentEventParser()
        var result = Events()
        for event in try parser.append(answer.body) {
            let value = try JSONValue(parsing: event.data)
            switch event.event {
            case "token": result.text += value["text"]?.string ?? ""
            case "citations": result.citations = value
            case "done": result.done = value
            default: Issue.record("unexpected event \(event.event ?? "message"): \(event.data)")
            }
        }
        #expect(result.done["engine"]?.string != nil)
        return result
    }

    @Test("a lecture whose service is killed half-way is completed after the restart, no page twice and none lost")
    func killedHalfWay() async throws {
        let pages = 150
        let lectern = try Installation(environment: ["MODEL_DIR": "/nonexistent"])
        for service in ["auth", "ingest"] { try await lectern.start(service) }
        let token = try await lectern.register("grace")
        let (lecture, task) = try await lectern.upload(GeneratedPDF.make(pages: pages), token: token)
        try await waitUntil("some pages are read") {
            let state = try await lectern.send(.get, "/tasks/\(task)", token: token).json
            return state["progress"]?["page"]?.integer ?? 0 >= 5
        }
        try lectern.killHard("ingest")
        try await lectern.start("ingest")
        let record = try await lectern.finished(lecture, token: token)
        #expect(record["status"]?.string == "completed", "\(record)")
        #expect(record["page_count"]?.integer == Int64(pages))
        for page in 1...pages {
            let answer = try await lectern.send(.get, "/lectures/\(lecture)/pages/\(page)", token: token)
            #expect(answer.status == 200)
            #expect(answer.json["text"]?.string?.contains("Marker \(page)-7 ") == true, "page \(page)")
        }
        #expect(try await lectern.send(.get, "/lectures/\(lecture)/pages/\(pages + 1)", token: token).status == 404)
        let found = try await lectern.send(
            .post, "/search", token: token, json: ["query": "Marker 77-3", "lecture_id": .string(lecture)])
        #expect(found.status == 200)
        let first = found.json.array?.first
        #expect(first?["page_from"]?.integer ?? 0 <= 77 && first?["page_to"]?.integer ?? 0 >= 77)
    }

    @Test("every service stops with status 0 on SIGTERM")
    func stopsCleanly() async throws {
        let lectern = try Installation()
        try await lectern.startAll()
        for service in ["auth", "chat", "ingest", "docs", "notify"] {
            #expect(try lectern.stop(service) == 0, "\(service)")
        }
    }

    @Test("the gateway forwards no internal path and hides what is not there")
    func gateway() async throws {
        let lectern = try Installation(environment: ["MODEL_DIR": "/nonexistent"])
        try await lectern.startAll()
        let token = try await lectern.register("lin")
        for path in ["/internal/search", "/internal/lectures/x/content", "/%69nternal/search", "//internal/search"] {
            let answer = try await lectern.send(.post, path, token: token, json: [:])
            #expect([400, 404].contains(answer.status), "\(path): \(answer.status)")
        }
        #expect(try await lectern.send(.get, "/subjects").status == 401)
        #expect(try await lectern.send(.get, "/subjects", token: "forged").status == 401)
        #expect(try await lectern.send(.get, "/documents", token: token).status == 404)
        let document = try await lectern.send(.get, "/openapi.json")
        #expect(document.json["openapi"]?.string == "3.1.0")
        for path in ["/auth/login", "/lectures/upload", "/chat"] {
            #expect(document.json["paths"]?[path] != nil, "\(path) is not in the document")
        }
        // A service that is down is an honest 503 or 502, and the others go on.
        try lectern.killHard("ingest")
        #expect([502, 503].contains(try await lectern.send(.get, "/subjects", token: token).status))
        #expect(try await lectern.send(.get, "/auth/me", token: token).status == 200)
    }
}
