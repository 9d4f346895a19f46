import Contracts
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing

@Suite struct `Study questions` {
    @Test func `are answered from the material, with page and quoted sentence`() async throws {
        try await withChat { (service, ingest) async throws in
            let student = Student(service: service)
            let answer = try await student.ask("Who described the Calvin cycle?", ["lecture_id": .identifier(biology)])
            #expect(answer.status == 200)
            #expect(
                answer.text.contains("It was described by Melvin Calvin in 1950. [1]")
                    || answer.text.contains("Melvin Calvin in 1950."))
            let citation = try #require(answer.citations.first { $0["quote"]?.string?.contains("Melvin") == true })
            #expect(citation["page"]?.integer == 4)
            #expect(citation["lecture_name"]?.string == "Biology 101")
            #expect(citation["lecture_id"]?.string == biology.description)
            #expect(answer.done["engine"]?.string == "extractive")
            #expect(answer.done["model"]?.string == "built-in")
            #expect(answer.done["found"]?.bool == true)
            #expect(answer.done["cached"]?.bool == false)
            #expect(answer.done["timings"]?["total_ms"]?.number != nil)
            #expect(answer.events.allSatisfy { $0.id?.isEmpty == false })
            let query = try #require(ingest.queries.first)
            #expect(query.userID == student.id)
            #expect(query.lectureID == biology)
            #expect(ingest.state.withLock { $0.hasToken })
        }
    }

    @Test func `say honestly when the material does not hold the answer`() async throws {
        try await withChat { (service, _) async throws in
            let answer = try await Student(service: service).ask("Who won the football world cup in 1954?")
            #expect(answer.citations.isEmpty)
            #expect(answer.done["found"]?.bool == false)
            #expect(answer.text == "Your material does not seem to hold the answer to this question.")
        }
    }

    @Test func `get an honest answer when there is no material at all`() async throws {
        try await withChat(passages: []) { (service, _) async throws in
            let answer = try await Student(service: service).ask("What is photosynthesis?")
            #expect(answer.done["found"]?.bool == false)
            #expect(answer.citations.isEmpty)
        }
    }

    @Test func `that follow one another are understood together`() async throws {
        try await withChat { (service, ingest) async throws in
            let student = Student(service: service)
            let first = try await student.ask("What is the Calvin cycle?")
            let second = try await student.ask("And who described it?", ["session_id": first.session])
            #expect(second.text.contains("Melvin Calvin"))
            #expect(ingest.queries.last?.query == "And who described it? What is the Calvin cycle?")
        }
    }

    @Test func `with use_web get a notice instead of a failure`() async throws {
        try await withChat { (service, _) async throws in
            let answer = try await Student(service: service).ask("What is photosynthesis?", ["use_web": true])
            #expect(answer.status == 200)
            #expect(answer.notices == ["web_search_not_configured"])
        }
    }

    @Test func `are refused before the stream when ingest is down`() async throws {
        try await withChat(["INGEST_URL": "http://127.0.0.1:1"]) { (service, _) async throws in
            let answer = try await service.send(
                .post, "/chat", token: Identifier.make().description, json: ["message": "What is photosynthesis?"])
            #expect(answer.status == 503)
            #expect(answer.fields.first(.contentType) == "application/problem+json")
            #expect(answer.fields.first(.retryAfter) != nil)
        }
    }

    @Test func `about a lecture that is not the user's are 404`() async throws {
        try await withChat { (service, ingest) async throws in
            ingest.state.withLock { $0.status = 404 }
            let answer = try await Student(service: service).ask("Anything?", ["lecture_id": .identifier(.make())])
            #expect(answer.status == 404)
        }
    }

    @Test func `name every bad field at once`() async throws {
        try await withChat { (service, ingest) async throws in
            let student = Student(service: service)
            let answer = try await student.send(
                .post, "/chat", json: ["message": 7, "lecture_id": "x", "use_web": "yes", "session_id": 1])
            #expect(answer.status == 422)
            let fields = (answer.json["errors"]?.array ?? []).compactMap { $0["field"]?.string }
            #expect(Set(fields) == ["message", "lecture_id", "use_web", "session_id"])
            #expect(try await student.ask("   ").status == 422)
            let both = try await student.ask(
                "What?", ["lecture_id": .identifier(.make()), "subject_id": .identifier(.make())])
            #expect(both.status == 422)
            #expect(try await student.ask(String(repeating: "x", count: 4_001)).status == 422)
            #expect(ingest.queries.isEmpty)
        }
    }

    @Test func `need a signed-in user`() async throws {
        try await withChat { (service, _) async throws in
            #expect(try await service.send(.post, "/chat", json: ["message": "What?"]).status == 401)
            #expect(try await service.send(.post, "/chat", token: "forged", json: ["message": "What?"]).status == 401)
        }
    }

    @Test func `of the website assistant have no route yet`() async throws {
        try await withChat { (service, _) async throws in
            let student = Student(service: service)
            #expect(try await student.send(.post, "/api/v1/chat", json: [:]).status == 404)
            #expect(try await student.send(.post, "/api/v1/start-session", json: [:]).status == 404)
            #expect(try await student.send(.get, "/api/v1/leads").status == 404)
        }
    }
}

@Suite struct `The answer cache` {
    @Test func `gives the same answer again for the same user, scope and content`() async throws {
        try await withChat { (service, ingest) async throws in
            let student = Student(service: service)
            let first = try await student.ask("What is photosynthesis?")
            let second = try await student.ask("What  is photosynthesis?")
            #expect(second.done["cached"]?.bool == true)
            #expect(second.text == first.text)
            #expect(second.citations == first.citations)
            #expect(second.done["message_id"] != first.done["message_id"])
            #expect(ingest.queries.count == 2)
        }
    }

    @Test func `is not shared between users, scopes or versions of the content`() async throws {
        try await withChat { (service, ingest) async throws in
            let student = Student(service: service)
            _ = try await student.ask("What is photosynthesis?")
            let stranger = try await Student(service: service).ask("What is photosynthesis?")
            #expect(stranger.done["cached"]?.bool == false)
            let scoped = try await student.ask("What is photosynthesis?", ["lecture_id": .identifier(biology)])
            #expect(scoped.done["cached"]?.bool == false)
            ingest.state.withLock { $0.contentVersion = "2" }
            let changed = try await student.ask("What is photosynthesis?")
            #expect(changed.done["cached"]?.bool == false)
        }
    }
}

@Suite struct `Conversations` {
    @Test func `are kept with their history`() async throws {
        try await withChat { (service, _) async throws in
            let student = Student(service: service)
            let first = try await student.ask("What is photosynthesis?", ["lecture_id": .identifier(biology)])
            let id = try #require(first.session.string)
            _ = try await student.ask("Which pigment do chloroplasts contain?", ["session_id": first.session])
            let session = try await student.send(.get, "/api/v1/sessions/\(id)").json
            #expect(session["user_id"]?.string == student.id.description)
            #expect(session["conversation_stage"]?.string == "active")
            #expect(session["lecture_id"]?.string == biology.description)
            let history = try #require(session["conversation_history"]?.array)
            #expect(history.map { $0["role"]?.string } == ["user", "assistant", "user", "assistant"])
            #expect(history.allSatisfy { $0["status"]?.string == "complete" })
            #expect(history[0]["text"]?.string == "What is photosynthesis?")
            #expect(history[1]["text"]?.string == first.text)
            #expect(history[1]["citations"]?.array == first.citations)
            #expect(history[1]["id"] == first.done["message_id"])
        }
    }

    @Test func `of others do not exist`() async throws {
        try await withChat { (service, _) async throws in
            let first = try await Student(service: service).ask("What is photosynthesis?")
            let id = try #require(first.session.string)
            let stranger = Student(service: service)
            #expect(try await stranger.send(.get, "/api/v1/sessions/\(id)").status == 404)
            #expect(try await stranger.send(.delete, "/api/v1/sessions/\(id)").status == 404)
            #expect(try await stranger.ask("And more?", ["session_id": first.session]).status == 404)
            let position = try #require(first.events.first?.id)
            #expect(try await stranger.ask("What is photosynthesis?", lastEventID: position).status == 410)
            #expect(try await service.send(.get, "/api/v1/sessions/\(id)").status == 401)
        }
    }

    @Test func `are deleted with all that was said`() async throws {
        try await withChat { (service, _) async throws in
            let student = Student(service: service)
            let first = try await student.ask("What is photosynthesis?")
            let id = try #require(first.session.string)
            #expect(try await student.send(.delete, "/api/v1/sessions/\(id)").status == 204)
            #expect(try await student.send(.get, "/api/v1/sessions/\(id)").status == 404)
            #expect(try await student.send(.delete, "/api/v1/sessions/\(id)").status == 404)
            #expect(try await student.ask("And more?", ["session_id": first.session]).status == 404)
            #expect(try await student.send(.get, "/api/v1/sessions/not-an-id").status == 404)
        }
    }

    @Test func `survive a restart`() async throws {
        let folder = try TemporaryFolder()
        let student = Identifier.make()
        let (id, position, text) = try await withChat(folder: folder.path) { (service, _) async throws in
            let answer = try await service.send(
                .post, "/chat", token: student.description, json: ["message": "What is photosynthesis?"])
            let told = try Telling(answer)
            return (try #require(told.session.string), try #require(told.events.first?.id), told.text)
        }
        try await withChat(folder: folder.path) { (service, _) async throws in
            let session = try await service.send(.get, "/api/v1/sessions/\(id)", token: student.description).json
            #expect(session["conversation_history"]?[1]?["text"]?.string == text)
            // The rest of an answer is told from what was stored.
            let answer = try await service.send(
                .post, "/chat", token: student.description, json: ["message": "What is photosynthesis?"],
                fields: [.lastEventID: position])
            let rest = try Telling(answer)
            #expect(rest.status == 200)
            #expect(text.hasSuffix(rest.text))
            #expect(rest.done["session_id"]?.string == id)
        }
    }
}
