import Contracts
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

@testable import IngestService

/// Whatever the provider does, each conversation ends in the right state with its reason.
struct ProviderTests {
    private func outcome(
        settings: JSONValue? = nil, environment: [String: String] = [:], _ prepare: (StandIn) -> Void
    ) async throws -> (status: JSONValue, standIn: StandIn, audit: [String]) {
        let standIn = try StandIn()
        prepare(standIn)
        return try await ConversationHarness.run(standIn, environment: environment) { harness in
            if let settings { #expect(try await harness.put(settings).status == 200) }
            let id = try await harness.start()
            let status = try await harness.settle(id)
            return (status, standIn, try await harness.audit(id))
        }
    }

    private func expectFailure(_ status: JSONValue, at step: String, _ message: String) {
        #expect(status["status"]?.string == "failed")
        #expect(status["step"]?.string == step)
        #expect(status["error_message"]?.string == message)
    }

    @Test func `a conversation that is not finished is asked for again until it is`() async throws {
        let (status, standIn, audit) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { number in
                let states = ["initiated", "in-progress", "processing", "something new"]
                return .json(
                    200,
                    StandIn.detail(status: number <= 4 ? states[number - 1] : "done", turns: number <= 4 ? [] : nil))
            }
        }
        #expect(status["status"]?.string == "completed")
        #expect(standIn.seen(StandIn.conversation).count == 5)
        #expect(audit.filter { $0 == "step_delayed transcript" }.count == 1)
    }

    @Test func `a conversation that never finishes is given up with its reason`() async throws {
        let (status, _, _) = try await outcome(settings: ["timeouts": ["provider_wait_seconds": 60]]) { standIn in
            standIn.on(StandIn.conversation) { _ in .json(200, StandIn.detail(status: "processing", turns: [])) }
        }
        expectFailure(
            status, at: "transcript",
            "ElevenLabs has not finished the conversation: its status is processing. Given up after 60 seconds.")
    }

    @Test(arguments: [
        (
            404, #"{"detail":{"status":"not_found","message":"no such document"}}"#,
            "ElevenLabs does not know this conversation (no such document)."
        ),
        (
            401, #"{"detail":{"status":"invalid_api_key","message":"Invalid API key"}}"#,
            "ElevenLabs refuses the API key (Invalid API key)."
        ),
        (403, "{}", "ElevenLabs refuses the API key."),
        (
            422, #"{"detail":[{"loc":["path","conversation_id"],"msg":"bad\nvalue","type":"value_error"}]}"#,
            "ElevenLabs refuses the request: status 422 (path.conversation_id: bad value)."
        ),
        (418, "not json", "ElevenLabs refuses the request: status 418."),
    ])
    func `a refusal ends the conversation at once`(code: Int, body: String, message: String) async throws {
        let (status, standIn, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in .json(code, (try? JSONValue(parsing: body)) ?? .string(body)) }
        }
        expectFailure(status, at: "transcript", message)
        #expect(standIn.seen(StandIn.conversation).count == 1)
    }

    @Test func `a conversation that failed there fails here with its reason`() async throws {
        let (status, _, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in
                .json(200, StandIn.detail(status: "failed", error: "quota exceeded"))
            }
        }
        expectFailure(status, at: "transcript", "The conversation failed at ElevenLabs: quota exceeded.")
    }

    @Test func `when asked to wait it waits that long, without counting attempts`() async throws {
        let standIn = try StandIn()
        standIn.on(StandIn.conversation) { number in
            number <= 7
                ? .json(429, ["detail": ["status": "system_busy", "message": "busy"]], fields: ["Retry-After: 30"])
                : .json(200, StandIn.detail())
        }
        try await ConversationHarness.run(standIn) { harness in
            let begin = harness.time.monotonic
            let status = try await harness.settle(try await harness.start())
            #expect(status["status"]?.string == "completed")
            #expect(harness.time.monotonic - begin >= .seconds(210))
            #expect(standIn.seen(StandIn.conversation).count == 8)
        }
    }

    @Test func `temporary failures are tried five times, then they are the reason`() async throws {
        let (status, standIn, audit) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in .json(503, ["detail": "overloaded"]) }
        }
        expectFailure(status, at: "transcript", "ElevenLabs cannot answer: status 503 (overloaded).")
        #expect(standIn.seen(StandIn.conversation).count == 5)
        #expect(audit.filter { $0 == "step_failed transcript" }.count == 5)

        let (recovered, _, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { number in
                number <= 4 ? .cut([0x7B], promised: 100) : .json(200, StandIn.detail())
            }
        }
        #expect(recovered["status"]?.string == "completed")
    }

    @Test func `a provider that is silent is given up in its time`() async throws {
        let (status, _, _) = try await outcome(settings: ["timeouts": ["provider_seconds": 1]]) { standIn in
            standIn.on(StandIn.conversation) { _ in .silence }
        }
        expectFailure(status, at: "transcript", "ElevenLabs takes too long to answer.")
    }

    @Test(arguments: [
        "[1,2]", "{}", #"{"conversation_id":"conv_2","status":"done"}"#, #"{"conversation_id":"conv_1"}"#,
    ])
    func `an answer that is no such conversation is an error`(body: String) async throws {
        let (status, _, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in .json(200, (try? JSONValue(parsing: body)) ?? .null) }
        }
        expectFailure(status, at: "transcript", "ElevenLabs gave an answer that is no conversation.")
    }

    @Test func `turns without words are left out, and a conversation without any fails`() async throws {
        let (status, _, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in
                .json(
                    200,
                    StandIn.detail(turns: [
                        ["role": "agent", "message": nil, "time_in_call_secs": 0], ["role": "user"],
                        StandIn.turn("user", " \n ", 3), "odd",
                    ]))
            }
        }
        expectFailure(status, at: "transcript", "Nothing was said in the conversation.")
    }

    @Test func `half a recording is fetched again; one that stays half fails`() async throws {
        let whole = StandIn.recording(seconds: 12)
        let (recovered, _, _) = try await outcome { standIn in
            standIn.on(StandIn.audio) { number in
                number < 3
                    ? .cut(Array(whole.prefix(whole.count / 2)), promised: whole.count)
                    : .bytes(whole, type: "audio/mpeg")
            }
        }
        #expect(recovered["status"]?.string == "completed")
        #expect(recovered["files"]?[1]?["byte_count"]?.integer == Int64(whole.count))

        let (cut, _, _) = try await outcome { standIn in
            standIn.on(StandIn.audio) { _ in .cut(Array(whole.prefix(whole.count / 2)), promised: whole.count) }
        }
        expectFailure(cut, at: "audio", "The recording was cut off while it was fetched.")
        #expect(cut["files"]?.array?.isEmpty == true)

        let (short, _, _) = try await outcome { standIn in
            standIn.on(StandIn.audio) { _ in .bytes(StandIn.recording(seconds: 4), type: "audio/mpeg") }
        }
        expectFailure(short, at: "audio", "The recording is cut off: 4 of 12 seconds.")
    }

    @Test func `what is no MP3, empty, or too large is not stored`() async throws {
        let (wrong, _, _) = try await outcome { standIn in
            standIn.on(StandIn.audio) { _ in .bytes(Array("<html>sorry, no audio</html>".utf8), type: "audio/mpeg") }
        }
        expectFailure(wrong, at: "audio", "What ElevenLabs gave as the recording is no MP3 file.")
        let (empty, _, _) = try await outcome { standIn in
            standIn.on(StandIn.audio) { _ in .bytes([], type: "audio/mpeg") }
        }
        expectFailure(empty, at: "audio", "ElevenLabs gave an empty recording.")
        let limit = StandIn.recording(seconds: 12).count
        let (large, standIn, _) = try await outcome(settings: ["limits": ["file_bytes_max": .integer(Int64(limit - 1))]]
        ) { _ in }
        expectFailure(
            large, at: "audio", "The recording is larger than the account's limit of \(limit - 1) bytes per file.")
        #expect(standIn.seen(StandIn.audio).count == 1)
        let (fitting, _, _) = try await outcome(settings: ["limits": ["file_bytes_max": .integer(Int64(limit))]]) { _ in
        }
        #expect(fitting["status"]?.string == "completed")
    }

    @Test func `a conversation without a recording is processed without one`() async throws {
        let (status, standIn, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in .json(200, StandIn.detail(hasAudio: false)) }
        }
        #expect(status["status"]?.string == "completed")
        #expect(status["files"]?.array?.map { $0["kind"]?.string } == ["transcript", "report"])
        #expect(standIn.seen(StandIn.audio).isEmpty)
        let (deleted, _, _) = try await outcome { standIn in
            standIn.on(StandIn.audio) { _ in .json(404, ["detail": ["status": "not_found"]]) }
        }
        #expect(deleted["status"]?.string == "completed" && deleted["files"]?.array?.count == 2)
    }

    @Test func `what our own services refuse or cannot do is said`() async throws {
        let (refused, _, _) = try await outcome { standIn in
            standIn.on(StandIn.email) { _ in
                .json(422, ["status": 422, "code": "validation_failed", "detail": "there is no such template"])
            }
        }
        expectFailure(refused, at: "email", "The notify service refuses the request: there is no such template.")
        #expect(refused["files"]?.array?.count == 3)
        let (odd, _, _) = try await outcome { standIn in
            standIn.on(StandIn.report) { _ in .bytes(Array("no report".utf8), type: "application/pdf") }
        }
        expectFailure(odd, at: "report", "The docs service gave something that is no PDF.")
    }

    @Test(arguments: [
        (
            413, #"{"status":413,"code":"too_large","detail":"The conversation has more than 7 bytes of text."}"#,
            "The conversation has more than 7 bytes of text"
        ),
        (
            422,
            #"{"status":422,"code":"validation_failed","detail":"Not valid.","errors":[{"field":"turns[2].text","message":"is not valid"}]}"#,
            "turns[2].text is not valid"
        ),
        (409, #"{"status":409,"code":"taken"}"#, "taken"),
    ])
    func `what docs refuses ends the conversation at once, with its reason in state and audit`(
        code: Int, body: String, reason: String
    ) async throws {
        for (path, step) in [(StandIn.summary, "summary"), (StandIn.report, "report")] {
            let (status, standIn, audit) = try await outcome { standIn in
                standIn.on(path) { _ in .json(code, (try? JSONValue(parsing: body)) ?? .null) }
            }
            expectFailure(status, at: step, "The docs service refuses the request: \(reason).")
            #expect(standIn.seen(path).count == 1)
            #expect(audit.suffix(2) == ["step_failed \(step)", "failed"])
        }
    }

    @Test func `the model's time is told to docs, which then has time left for the built-in engine`() async throws {
        let (_, standIn, _) = try await outcome(settings: ["timeouts": ["model_seconds": 60]]) { _ in }
        #expect(standIn.seen(StandIn.summary).first?.body["model_seconds"]?.integer == 60)
        var timeouts = AccountSettings.Timeouts()
        // docs gives a model SUMMARY_TIMEOUT, 200 seconds unless told otherwise.
        #expect(timeouts.summary > .seconds(200))
        timeouts.modelSeconds = AccountSettings.Timeouts.modelSecondsMax
        #expect(timeouts.summary < Conversation.usualTime)
        #expect(timeouts.summary < ConversationPipeline.stepTimeMax)
    }

    @Test func `a conversation at the limits of its length is processed, one beyond is not`() async throws {
        @Sendable func turns(_ count: Int, _ text: String) -> [JSONValue] {
            (0..<count).map { StandIn.turn("user", text, Int64($0)) }
        }
        let text = String(repeating: "ä", count: 10_000)
        let fitting = ConversationTurn.textBytesMax / text.utf8.count
        let rest = String(repeating: "b", count: ConversationTurn.textBytesMax - fitting * text.utf8.count)
        let whole = turns(fitting, text) + turns(1, rest)
        let (bytes, standIn, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in .json(200, StandIn.detail(turns: whole, hasAudio: false)) }
        }
        #expect(bytes["status"]?.string == "completed", "\(bytes)")
        #expect(standIn.seen(StandIn.summary).first?.body["turns"]?.array?.count == fitting + 1)
        let (beyond, _, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in
                .json(200, StandIn.detail(turns: whole + turns(1, "c"), hasAudio: false))
            }
        }
        expectFailure(beyond, at: "transcript", "The conversation has more than 4194304 bytes of text.")
        let (many, _, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in
                .json(200, StandIn.detail(turns: turns(ConversationTurn.turnsMax + 1, "a"), hasAudio: false))
            }
        }
        expectFailure(many, at: "transcript", "The conversation has more than 20000 turns.")
    }

    @Test func `control characters and endless turns of the provider do not come through`() async throws {
        let long = String(repeating: "e\u{301}", count: ProviderConversation.turnLengthMax)
        let (status, standIn, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in
                .json(
                    200,
                    StandIn.detail(turns: [
                        StandIn.turn("user", "a\u{0}b\u{1B}[31m\u{85}c\r\nd\te", 0), StandIn.turn("user", long, 1),
                        StandIn.turn("user", "\u{1}\u{2}", 2),
                    ]))
            }
        }
        #expect(status["status"]?.string == "completed")
        let turns = standIn.seen(StandIn.summary).first?.body["turns"]?.array ?? []
        #expect(turns.first?["text"]?.string == "ab[31mc\nd\te")
        #expect(turns.last?["text"]?.string?.unicodeScalars.count == ProviderConversation.turnLengthMax)
        #expect(turns.count == 2)
    }

    @Test(arguments: [
        (429, "Retry-After: 20", "completed"), (503, "Server: odd", "failed"), (422, "Server: odd", "failed"),
        (401, "Server: odd", "failed"),
    ])
    func `what the provider says to the question for the recording ends the same way`(
        code: Int, field: String, end: String
    ) async throws {
        let (status, standIn, audit) = try await outcome { standIn in
            standIn.on(StandIn.audio) { number in
                code == 429 && number > 6
                    ? .bytes(StandIn.recording(seconds: 12), type: "audio/mpeg")
                    : .json(code, ["detail": ["status": "x", "message": "no\nway"]], fields: [field])
            }
        }
        #expect(status["status"]?.string == end)
        let expected: (Int, String?) =
            switch code {
            case 429: (7, nil)
            case 503: (5, "ElevenLabs cannot answer: status 503 (no way).")
            case 422: (1, "ElevenLabs refuses the request: status 422 (no way).")
            default: (1, "ElevenLabs refuses the API key (no way).")
            }
        #expect(standIn.seen(StandIn.audio).count == expected.0)
        #expect(status["error_message"]?.string == expected.1)
        if code == 429 { #expect(audit.contains("step_delayed audio")) }
    }

    @Test(arguments: ["<html>busy</html>", "{\"conversation_id\":", "", "nul"])
    func `an answer that is no JSON is tried again and then the reason`(body: String) async throws {
        let (status, standIn, _) = try await outcome { standIn in
            standIn.on(StandIn.conversation) { _ in .bytes(Array(body.utf8), type: "application/json") }
        }
        expectFailure(status, at: "transcript", "ElevenLabs gave an answer that cannot be read.")
        #expect(standIn.seen(StandIn.conversation).count == 5)
    }

    @Test func `a recording that comes too slowly for any other limit ends its step in time`() async throws {
        let standIn = try StandIn()
        standIn.on(StandIn.audio) { number in
            number == 1
                ? .trickle(StandIn.recording(seconds: 1)) : .bytes(StandIn.recording(seconds: 12), type: "audio/mpeg")
        }
        try await ConversationHarness.run(standIn) { harness in
            let id = try await harness.start()
            await standIn.await(StandIn.audio)
            while try await !harness.audit(id).contains("step_failed audio") { try await harness.passTimeAtWork() }
            let events = try await harness.events(id)
            #expect(events.contains { $0["detail"]?.string == "Attempt 1: The step took longer than 290 seconds." })
            #expect(try await harness.settle(id)["status"]?.string == "completed")
        }
    }

    @Test func `a service of ours that is down is waited for, longer than five attempts`() async throws {
        // Each attempt asks three times.
        let (status, standIn, audit) = try await outcome { standIn in
            standIn.on(StandIn.email) { number in
                number <= 18 ? .hangUp : .json(202, ["notification_ids": ["019b76da-a800-7000-8000-000000000001"]])
            }
        }
        #expect(status["status"]?.string == "completed")
        #expect(standIn.seen(StandIn.email).count == 19)
        #expect(audit.contains("step_delayed email") && !audit.contains("step_failed email"))
    }

    @Test func `without a key nothing is asked, and the conversation says so`() async throws {
        let standIn = try StandIn()
        let environment = ["ELEVENLABS_BASE_URL": "https://api.elevenlabs.io", "ELEVENLABS_API_KEY": ""]
        try await ConversationHarness.run(standIn, environment: environment) { harness in
            let status = try await harness.settle(try await harness.start())
            expectFailure(
                status, at: "transcript", "ElevenLabs is not configured: ELEVENLABS_API_KEY is missing.")
        }
    }

    @Test func `a conversation of another account's agent is not handed out`() async throws {
        let standIn = try StandIn()
        try await ConversationHarness.run(standIn) { harness in
            #expect(try await harness.put(["agent_ids": ["agent_1"]], account: "other").status == 200)
            let message = "The conversation belongs to an agent of another account."
            expectFailure(try await harness.settle(try await harness.start()), at: "transcript", message)
            #expect(try await harness.put(["agent_ids": ["agent_9"]]).status == 200)
            #expect(try await harness.put(["agent_ids": []], account: "other").status == 200)
            expectFailure(
                try await harness.settle(try await harness.start(force: true)), at: "transcript", message)
            #expect(try await harness.put(["agent_ids": ["agent_1"]]).status == 200)
            let status = try await harness.settle(try await harness.start(force: true))
            #expect(status["status"]?.string == "completed")
        }
    }

    @Test func `a failed conversation goes on where it failed`() async throws {
        let standIn = try StandIn()
        standIn.on(StandIn.report) { number in
            number == 1 ? .json(422, ["detail": "no font"]) : .bytes(Array("%PDF-1.7".utf8), type: "application/pdf")
        }
        try await ConversationHarness.run(standIn) { harness in
            let id = try await harness.start()
            #expect(try await harness.settle(id)["status"]?.string == "failed")
            let path = "/api/v1/postprocess/\(id)/retry"
            let foreign = TestTokens.key(.postprocessWrite, account: "other")
            #expect(try await harness.service.send(.post, path, token: foreign).status == 404)
            let retry = try await harness.service.send(.post, path, token: harness.key)
            #expect(retry.status == 202 && retry.json["data"]?["status"]?.string == "processing")
            #expect(try await harness.settle(id)["status"]?.string == "completed")
            #expect(standIn.seen(StandIn.summary).count == 1 && standIn.seen(StandIn.audio).count == 1)
            let finished = try await harness.service.send(.post, path, token: harness.key)
            #expect(finished.status == 409 && finished.json["code"]?.string == "conversation_not_failed")
        }
    }
}
