import Contracts
import HTTPClient
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

@testable import IngestService

/// A conversation from the request to the email.
struct ConversationTests {
    @Test func `a conversation is fetched, stored, summarised, reported and sent`() async throws {
        let standIn = try StandIn()
        try await ConversationHarness.run(standIn) { harness in
            let answer = try await harness.request(token: harness.key)
            #expect(answer.status == 202)
            #expect(answer.json["success"]?.bool == true)
            #expect(answer.json["message"]?.string == "Conversation processing started")
            #expect(answer.json["data"]?["conversation_id"]?.string == "conv_1")
            #expect(answer.json["data"]?["status"]?.string == "processing")
            let estimated = try #require(answer.json["data"]?["estimated_completion"]?.string)
            #expect(Timestamp(rfc3339: estimated) != nil)
            let id = try #require(answer.json["data"]?["processing_id"]?.string)
            #expect(id.hasPrefix("proc_"))

            let status = try await harness.settle(id)
            #expect(status["status"]?.string == "completed", "\(status)")
            #expect(status["step"]?.string == "done" && status["progress"]?["percent"]?.integer == 100)
            #expect(status["error_message"] == .null)
            #expect(status["agent_name"]?.string == "Front desk")
            #expect(status["started_at"]?.string == "2026-01-15T08:33:20.000Z")
            #expect(status["duration_seconds"]?.number == 12)
            #expect(status["summary"]?["text"]?.string == StandIn.madeSummary.text)
            #expect(status["notification_ids"]?.array?.count == 1)
            try await checkFiles(of: status, harness)
            #expect(
                try await harness.audit(id) == [
                    "requested", "step_completed transcript", "step_completed audio", "step_completed store",
                    "step_completed summary", "step_completed report", "step_completed email", "completed",
                ])
            #expect(standIn.seen(StandIn.conversation).first?.head.contains("xi-api-key: K") == true)
        }
    }

    private func checkFiles(of status: JSONValue, _ harness: ConversationHarness) async throws {
        let files = try #require(status["files"]?.array)
        #expect(
            files.map { $0["object_key"]?.string } == [
                "acme/transcripts/conv_1.txt", "acme/audio/conv_1.mp3", "acme/reports/conv_1.pdf",
            ])
        #expect(
            files.map { $0["content_type"]?.string } == ["text/plain; charset=utf-8", "audio/mpeg", "application/pdf"])
        var contents: [[UInt8]] = []
        for file in files {
            let link = try #require(file["url"]?.string)
            let answer = try await harness.follow(link)
            #expect(answer.status == 200)
            #expect(Int64(answer.body.count) == file["byte_count"]?.integer)
            #expect(answer.fields.first(.contentDisposition)?.hasPrefix("attachment; filename=\"conv_1.") == true)
            #expect(answer.fields.first(.xContentTypeOptions) == "nosniff")
            contents.append(answer.body)
        }
        let lines = "AI: Hello, how can I help?\nUser: Where is my order?\nAI: It is on its way.\n"
        #expect(String(decoding: contents[0], as: UTF8.self) == lines)
        #expect(contents[1] == StandIn.recording(seconds: 12))
        let part = try await harness.follow(
            try #require(files[1]["url"]?.string), fields: [.range: "bytes=36-71"])
        #expect(part.status == 206 && part.body == Array(contents[1][36..<72]))
        harness.time.advance(by: .seconds(3_600))
        let late = try await harness.follow(try #require(files[0]["url"]?.string))
        #expect(late.status == 403 && late.json["code"]?.string == "link_invalid")
    }

    @Test func `summary, report and email are ordered with all they need`() async throws {
        let standIn = try StandIn()
        try await ConversationHarness.run(standIn) { harness in
            let put = try await harness.put([
                "prompt": "Be brief.", "model": "small", "email_template": "own_report", "email_subject": "A call",
            ])
            #expect(put.status == 200)
            _ = try await harness.settle(try await harness.start())
            let summary = try #require(standIn.seen(StandIn.summary).first?.body)
            #expect(summary["prompt"]?.string == "Be brief." && summary["model"]?.string == "small")
            #expect(summary["turns"]?.array?.count == 3)
            #expect(summary["turns"]?[1]?["speaker"]?.string == "user")
            #expect(summary["turns"]?[1]?["at_seconds"]?.number == 4)
            let report = try #require(standIn.seen(StandIn.report).first?.body)
            #expect(report["title"]?.string == "Conversation Report")
            #expect(report["status"]?.string == "done" && report["agent_name"]?.string == "Front desk")
            #expect(report["metadata"]?.array?.first?["name"]?.string == "Call successful")
            #expect(report["summary"]?["engine"]?.string == "built-in")
            let email = try #require(standIn.seen(StandIn.email).first?.body)
            #expect(email["template"]?.string == "own_report" && email["subject"]?.string == "A call")
            #expect(email["recipient"]?["email"]?.string == "ops@example.org")
            #expect(email["channels"] == [["email"]])
            #expect(email["variables"]?["summary"]?.string == StandIn.madeSummary.text)
            #expect(email["variables"]?["title"]?.string == "Front desk, conv_1")
            #expect(email["variables"]?["duration"]?.string == "0:12")
            #expect(email["variables"]?["key_points"]?[0]?["at"]?.string == "0:04")
            #expect(email["attachments"]?[0]?["name"]?.string == "conv_1.pdf")
            let pdf = Base64.decode(email["attachments"]?[0]?["content_base64"]?.string ?? "")
            #expect(pdf == Array("%PDF-1.7 a report".utf8))
            #expect(standIn.seen(StandIn.email).first?.head.contains("Bearer ") == true)
        }
    }

    @Test func `a second request changes nothing, and force begins anew`() async throws {
        let standIn = try StandIn()
        try await ConversationHarness.run(standIn) { harness in
            let id = try await harness.start()
            let again = try await harness.request(email: "other@example.org")
            #expect(again.status == 202 && again.json["data"]?["processing_id"]?.string == id)
            _ = try await harness.settle(id)
            let finished = try await harness.request()
            #expect(finished.status == 202 && finished.json["data"]?["status"]?.string == "completed")
            #expect(finished.json["data"]?["processing_id"]?.string == id)
            #expect(standIn.seen(StandIn.email).count == 1 && standIn.seen(StandIn.audio).count == 1)
            #expect(try await harness.count("conversation_processing") == 1)

            let forced = try await harness.start(force: true)
            #expect(forced != id)
            #expect(try await harness.settle(forced)["status"]?.string == "completed")
            #expect(try await harness.status(id)["status"]?.string == "completed")
            let keys = standIn.seen(StandIn.email).map { $0.body["idempotency_key"]?.string }
            #expect(keys.count == 2 && keys[0] != keys[1])
        }
    }

    @Test func `a forced run ends the one that is under way`() async throws {
        let standIn = try StandIn()
        standIn.on(StandIn.summary) { number in number == 1 ? .silence : .json(200, StandIn.madeSummary.json) }
        try await ConversationHarness.run(standIn) { harness in
            let id = try await harness.start()
            await standIn.await(StandIn.summary)
            let forced = try await harness.start(force: true)
            let old = try await harness.status(id)
            #expect(old["status"]?.string == "failed")
            #expect(old["error_message"]?.string == "Replaced by a newer request.")
            #expect(try await harness.settle(forced)["status"]?.string == "completed")
            let retry = try await harness.service.send(
                .post, "/api/v1/postprocess/\(id)/retry", token: harness.staff)
            #expect(retry.status == 409)
            #expect(standIn.seen(StandIn.email).count == 1)
        }
    }

    @Test func `card numbers are gone before anything else sees the words, unless the account wants them`() async throws
    {
        let standIn = try StandIn()
        standIn.on(StandIn.conversation) { _ in
            .json(
                200,
                StandIn.detail(turns: [
                    StandIn.turn("user", "My card is 4111 1111 1111 1111, call 030 1234567.", 1),
                    StandIn.turn(
                        "user", "I repeat: four one one one, double one double one, one one one one, one one one one.",
                        9),
                    StandIn.turn("user", "Now in pieces: 4111 1111,", 15), StandIn.turn("agent", "Mm-hm.", 18),
                    StandIn.turn("user", "1111 1111.", 20),
                ]))
        }
        try await ConversationHarness.run(standIn) { harness in
            let id = try await harness.start()
            let status = try await harness.settle(id)
            let link = try #require(status["files"]?[0]?["url"]?.string)
            let transcript = try await harness.follow(link).text
            #expect(
                transcript
                    == "User: My card is [card number removed], call 030 1234567.\n"
                    + "User: I repeat: [card number removed].\nUser: Now in pieces: [card number removed],\n"
                    + "AI: Mm-hm.\nUser: [card number removed].\n")
            for path in [StandIn.summary, StandIn.report] {
                let body = standIn.seen(path).first?.body.text ?? ""
                #expect(body.contains("[card number removed]") && !body.contains("4111"))
            }
            #expect(try await harness.audit(id).contains("card_numbers_removed transcript"))

            #expect(try await harness.put(["redact_card_numbers": false]).status == 200)
            _ = try await harness.settle(try await harness.start(force: true))
            #expect(standIn.seen(StandIn.summary).last?.body.text.contains("4111 1111 1111 1111") == true)
        }
    }

    @Test func `use is counted with its cost`() async throws {
        let standIn = try StandIn()
        try await ConversationHarness.run(standIn) { harness in
            _ = try await harness.settle(try await harness.start())
            let usage = try await harness.service.send(
                .get, "/api/v1/accounts/acme/usage", token: harness.key
            ).json
            #expect(usage["conversations_today"]?.integer == 1)
            #expect(usage["total"]?["input_tokens"]?.integer == 120)
            #expect(usage["total"]?["output_tokens"]?.integer == 30)
            // 300 credits at 0.1 per thousand, 120 tokens at 1.5 and 30 at 2 per million.
            let cost = try #require(usage["total"]?["cost_usd"]?.number)
            #expect(abs(cost - (0.03 + 0.000_18 + 0.000_06)) < 1e-9)
            let services = (usage["by_service"]?.array ?? []).map {
                "\($0["service"]?.string ?? "") \($0["operation"]?.string ?? "")"
            }
            #expect(
                services == [
                    "elevenlabs audio", "elevenlabs conversation", "email report", "model built-in", "storage report",
                    "storage transcript",
                ])
            #expect(usage["by_day"]?.array?.count == 1)
            let before = try await harness.service.send(
                .get, "/api/v1/accounts/acme/usage?to=2020-01-01T00:00:00Z&from=2019-01-01T00:00:00Z",
                token: harness.key)
            #expect(before.json["total"]?["requests"]?.integer == 0)
        }
    }

    @Test func `an account's files go into its own bucket`() async throws {
        let standIn = try StandIn()
        try await ConversationHarness.run(standIn) { harness in
            #expect(try await harness.put(["bucket": "acme-files"]).status == 200)
            let status = try await harness.settle(try await harness.start())
            #expect(status["status"]?.string == "completed")
            let link = try #require(status["files"]?[2]?["url"]?.string)
            #expect(
                link.hasPrefix("https://lectern.example/api/v1/postprocess/files/acme-files/acme/reports/conv_1.pdf?"))
            #expect(try await harness.follow(link).text == "%PDF-1.7 a report")
            let elsewhere = link.replacing("/acme-files/", with: "/lectern/")
            #expect(try await harness.follow(elsewhere).status == 403)
        }
    }

    @Test func `with an S3 server the files lie in its bucket and links lead there`() async throws {
        let address = try #require(
            ProcessAddress.objectServer,
            "LECTERN_TEST_S3 is not set: run scripts/test.sh, which starts the object server")
        let standIn = try StandIn()
        let environment = [
            "MINIO_ENDPOINT": address, "MINIO_ACCESS_KEY": "test:tester", "MINIO_SECRET_KEY": "testing",
            "MINIO_BUCKET_NAME": "b-\(Identifier.make())",
        ]
        // Signatures need the real time of day.
        let time = ManualTime(wall: SystemTime().wall)
        try await ConversationHarness.run(standIn, environment: environment, time: time) { harness in
            let status = try await harness.settle(try await harness.start())
            #expect(status["status"]?.string == "completed", "\(status)")
            for (index, kind) in ["transcript", "audio", "report"].enumerated() {
                let link = try #require(status["files"]?[index]?["url"]?.string)
                #expect(link.hasPrefix("http://\(address)/b-"), "\(kind)")
                let stream = try await harness.service.client.send(.init(.get, link))
                #expect(stream.status == .ok)
                #expect(Int64(stream.body.count) == status["files"]?[index]?["byte_count"]?.integer)
            }
            let ready = try await harness.service.send(.get, "/ready")
            #expect(ready.json["checks"]?["objects"]?["state"]?.string == "up")
        }
    }
}
