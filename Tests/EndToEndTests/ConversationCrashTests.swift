import HTTPMessages
import JSONCoding
import Platform
import Testing

/// The real ingest, killed while its provider or another service is being asked, goes on at that step.
@Suite("Conversations survive the death of ingest")
struct ConversationCrashTests {
    @Test(
        "a kill inside each step is followed by that step, and nothing is done twice",
        arguments: ConversationStandIn.steps)
    func killInside(step: String) async throws {
        let standIn = try ConversationStandIn()
        let installation = try Installation(environment: [
            "ELEVENLABS_BASE_URL": standIn.url, "ELEVENLABS_API_KEY": "K", "DOCS_URL": standIn.url,
            "NOTIFY_URL": standIn.url,
        ])
        try await installation.start("auth")
        try await installation.start("ingest")
        let token = try await installation.register("admin")
        standIn.stall(step)
        let answer = try await installation.send(
            .post, "/api/v1/postprocess/conversation", token: token,
            json: ["email_id": "a@b.example", "account_id": "acme", "conversation_id": "conv_1"])
        #expect(answer.status == 202, "\(answer.text)")
        let id = try #require(answer.json["data"]?["processing_id"]?.string)
        await standIn.stalled()
        try installation.killHard("ingest")
        standIn.stall(nil)
        try await installation.start("ingest")
        var status = JSONValue.null
        try await waitUntil("the conversation has ended") {
            status = try await installation.send(.get, "/api/v1/postprocess/status/\(id)", token: token).json
            return ["completed", "failed"].contains(status["status"]?.string)
        }
        #expect(status["status"]?.string == "completed", "\(status)")
        #expect(status["files"]?.array?.count == 3)
        for other in ConversationStandIn.steps {
            #expect(standIn.count(other) == (other == step ? 2 : 1), "\(other)")
        }
        // The same order again: notify sends it once.
        #expect(Set(standIn.orderKeys).count == 1)
        let audit = try await installation.send(.get, "/api/v1/postprocess/\(id)/audit", token: token)
        #expect((audit.json.array ?? []).count { $0["event"]?.string == "step_completed" } == 6)
        #expect(try installation.stop("ingest") == 0)
    }
}
