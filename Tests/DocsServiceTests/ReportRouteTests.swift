import Contracts
import DocsService
import Foundation
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

private func token(caller: String = "ingest", callee: String = "docs") throws -> String {
    let secret = Array("a secret of the tests, long enough to be taken".utf8)
    return try ServiceToken(secret: secret, time: SystemTime()).make(caller: caller, callee: callee)
}

extension RunningService {
    fileprivate func report(_ order: JSONValue) async throws -> Answer {
        try await send(.post, "/internal/reports/conversation", token: try token(), json: order)
    }
}

@Suite struct ReportRouteTests {
    @Test func `a report is a sound PDF with everything of the order in its place`() async throws {
        try await withService(DocsProgram.self) { service in
            let answer = try await service.report(TestOrder.usual.json)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.fields.first(.contentType) == "application/pdf")
            let pdf = try PDFProbe(answer.body)
            #expect(try pdf.check().status == 0)
            #expect(try pdf.info("Title") == "A call about nothing")
            #expect(try pdf.info("CreationDate") == "2026-02-03T04:05:06Z")
            var rest = try pdf.text()[...]
            for words in [
                "A call about nothing", "Conversation report", "Clara", "2 February 2026", "Details", "conv-1",
                "account-1", "1 h 1 min", "done", "3 (2 by the agent, 1 by the user)", "Summary",
                "They spoke of nothing.", "And of little else.", "ollama:llama3", "Key points", "Nothing was said",
                "0:05", "I have nothing to say", "Action items", "Say something", "Metadata", "Line", "7",
                "Transcript", "Clara", "0:00", "Hello?", "User", "0:05", "I have nothing to say, 你好 😀.",
                "1:01:05", "Goodbye.",
            ] {
                let found = try #require(rest.firstRange(of: words), "\(words) is not in its place in \(rest)")
                rest = rest[found.upperBound...]
            }
            // The time of the key point leads to its turn.
            let objects = try pdf.objects()
            #expect(objects.contains("/Subtype /Link"))
            #expect(objects.contains("/Title (Transcript)"))
        }
    }

    @Test func `equal orders make equal files`() async throws {
        try await withService(DocsProgram.self) { service in
            let first = try await service.report(TestOrder.usual.json)
            let second = try await service.report(TestOrder.usual.json)
            #expect(first.status == 200 && first.body == second.body)
        }
    }

    @Test func `a conversation of nothing has a report, and so has one of very much`() async throws {
        try await withService(DocsProgram.self) { service in
            var order = TestOrder.usual
            order.turns = []
            order.metadata = []
            order.agentName = nil
            order.startedAt = nil
            order.durationSeconds = nil
            order.summary = ConversationSummary(
                text: "", keyPoints: [], actionItems: [], engine: "built-in", inputTokens: 0, outputTokens: 0)
            let empty = try PDFProbe(try await service.report(order.json).body)
            #expect(try empty.check().status == 0)
            #expect(try empty.info("Pages") == "1")
            #expect(try empty.text().contains("Nothing was said in this conversation."))

            order.turns = (0..<500).map { number in
                ConversationTurn(
                    speaker: number % 2 == 0 ? .agent : .user, text: "Turn \(number) of the conversation.",
                    atSeconds: Double(number) * 2.5)
            }
            order.turns[250].text = String(repeating: "A very long turn goes on and on. ", count: 1_500)
            let long = try PDFProbe(try await service.report(order.json).body)
            #expect(try long.check().status == 0)
            let text = try long.text()
            var last = text.startIndex
            for number in 0..<500 where number != 250 {
                let found = try #require(text[last...].firstRange(of: "Turn \(number) of the conversation."))
                last = found.upperBound
            }
            let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            // Two dozen times the foot and head of a page stand within the sentence.
            #expect(words.components(separatedBy: "goes on").count - 1 > 1_450)
            #expect(words.components(separatedBy: " goes ").count - 1 == 1_500)
        }
    }

    @Test func `every bad field is named`() async throws {
        try await withService(DocsProgram.self) { service in
            let bad = try await service.report([
                "title": "", "conversation_id": 7, "status": "done", "metadata": [["name": "x"]], "summary": [:],
                "turns": [["speaker": "nobody", "text": "", "at_seconds": -1]], "generated_at": "yesterday",
            ])
            #expect(bad.status == 422)
            let fields = Set((bad.json["errors"]?.array ?? []).compactMap { $0["field"]?.string })
            #expect(
                fields.isSuperset(of: [
                    "title", "account_id", "conversation_id", "metadata[0].value", "summary.text", "turns[0].speaker",
                    "turns[0].at_seconds", "generated_at",
                ]), "\(fields)")
            let noJSON = try await service.send(
                .post, "/internal/reports/conversation", token: try token(), body: Array("{".utf8))
            #expect(noJSON.status == 400)
        }
    }

    @Test func `what may be summarised may be reported, up to the same limit`() async throws {
        // White space counts and is quickly set.
        let text = "So" + String(repeating: " ", count: ConversationTurn.textBytesMax / 2 - 2)
        var turns = [
            ConversationTurn(speaker: .user, text: text, atSeconds: 0),
            ConversationTurn(speaker: .agent, text: text, atSeconds: 4),
        ]
        try await withService(DocsProgram.self, environment: ["LLM_PROVIDER": "extractive"]) { service in
            var order = TestOrder.usual
            order.turns = turns
            let report = try await service.report(order.json)
            #expect(report.status == 200 && report.body.starts(with: Array("%PDF-".utf8)), "\(report.text.prefix(200))")
            turns[0].text += "x"
            order.turns = turns
            let summary = ConversationSummaryOrder(accountID: "a", conversationID: "c", turns: turns)
            let answers = [
                try await service.report(order.json),
                try await service.send(
                    .post, "/internal/summaries/conversation", token: try token(), json: summary.json),
            ]
            for answer in answers {
                #expect(answer.status == 413 && answer.json["code"] == "too_large")
                #expect(answer.json["detail"]?.string == "The conversation has more than 4194304 bytes of text.")
            }
        }
    }

    @Test func `only services may order reports`() async throws {
        try await withService(DocsProgram.self) { service in
            let path = "/internal/reports/conversation"
            #expect(try await service.send(.post, path, json: TestOrder.usual.json).status == 401)
            let other = try token(callee: "chat")
            #expect(try await service.send(.post, path, token: other, json: TestOrder.usual.json).status == 401)
        }
    }
}

enum TestOrder {
    static let usual = ConversationReportOrder(
        title: "A call about nothing", accountID: "account-1", conversationID: "conv-1", agentName: "Clara",
        startedAt: Timestamp(rfc3339: "2026-02-02T23:00:00Z"), durationSeconds: 3_670, status: "done",
        metadata: [.init(name: "Line", value: "7")],
        summary: ConversationSummary(
            text: "They spoke of nothing.\n\nAnd of little else.",
            keyPoints: [.init(text: "Nothing was said", quote: "I have nothing to say", atSeconds: 5)],
            actionItems: ["Say something"], engine: "ollama:llama3", inputTokens: 10, outputTokens: 5),
        turns: [
            ConversationTurn(speaker: .agent, text: "Hello?", atSeconds: 0),
            ConversationTurn(speaker: .user, text: "I have nothing to say, 你好 😀.", atSeconds: 5),
            ConversationTurn(speaker: .agent, text: "Goodbye.", atSeconds: 3_665),
        ], generatedAt: Timestamp(rfc3339: "2026-02-03T04:05:06Z") ?? Timestamp(millisecondsSince1970: 0))
}
