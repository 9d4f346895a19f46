import HTTPClient
import HTTPMessages
import JSONCoding
import Platform
import SQL
import SQLiteStore
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

@testable import IngestService

/// The real service, whose provider and peers are played by a ``StandIn``, on a clock that the test moves.
struct ConversationHarness: Sendable {
    let service: RunningService
    let standIn: StandIn
    let time: ManualTime
    private let database: SQLiteDatabase

    static let webhookSecret = "wsec_demo"
    let key = TestTokens.key(.postprocessWrite, account: "acme")
    let staff = TestTokens.user(Identifier.make(), .staff)

    static func run<Value>(
        _ standIn: StandIn, environment: [String: String] = [:], folder: String? = nil, time: ManualTime? = nil,
        _ body: (ConversationHarness) async throws -> Value
    ) async throws -> Value {
        let time = time ?? ManualTime()
        let settings = [
            "READER_EXECUTABLE": readerExecutable, "ELEVENLABS_BASE_URL": standIn.url, "ELEVENLABS_API_KEY": "K",
            "ELEVENLABS_WEBHOOK_SECRET": webhookSecret, "ELEVENLABS_RECONCILE_INTERVAL": "24h",
            "DOCS_URL": standIn.url, "NOTIFY_URL": standIn.url, "PUBLIC_URL": "https://lectern.example",
            "LLM_INPUT_PRICE": "1.5", "LLM_OUTPUT_PRICE": "2", "ELEVENLABS_CREDIT_PRICE": "0.1",
        ].merging(environment) { $1 }
        return try await withService(
            WithTestTokens<IngestApp>.self, environment: settings, folder: folder, time: time
        ) { service in
            let database = try await SQLiteDatabase(path: "\(service.folder)/ingest/ingest.sqlite")
            let harness = ConversationHarness(service: service, standIn: standIn, time: time, database: database)
            do {
                let value = try await body(harness)
                await database.close()
                return value
            } catch {
                await database.close()
                throw error
            }
        }
    }

    /// Asks for a conversation; the id of its processing.
    func start(
        _ conversation: String = "conv_1", account: String = "acme", force: Bool = false
    ) async throws -> String {
        let answer = try await request(conversation, account: account, force: force)
        #expect(answer.status == 202, "\(answer.text)")
        return try #require(answer.json["data"]?["processing_id"]?.string)
    }

    func request(
        _ conversation: String = "conv_1", account: String = "acme", email: String = "ops@example.org",
        force: Bool = false, token: String? = nil
    ) async throws -> RunningService.Answer {
        try await service.send(
            .post, "/api/v1/postprocess/conversation", token: token ?? staff,
            json: [
                "email_id": .string(email), "account_id": .string(account),
                "conversation_id": .string(conversation), "force": .bool(force),
            ])
    }

    func status(_ processingID: String) async throws -> JSONValue {
        try await service.send(.get, "/api/v1/postprocess/status/\(processingID)", token: staff).json
    }

    /// Lets time pass until the conversation has ended; what has become of it.
    func settle(_ processingID: String) async throws -> JSONValue {
        while true {
            let status = try await status(processingID)
            if status["status"]?.string != "processing" { return status }
            try await passTime()
        }
    }

    /// Moves the clock on, but only while no job is at work or about to be: leases run on it, too, from before the claim
    /// is seen here.
    func passTime() async throws {
        let isBusy = try await database.read { connection in
            try connection.first(
                "SELECT 1 AS one FROM jobs WHERE state = 'running' OR state = 'queued' AND ready = 1") != nil
        }
        if !isBusy { time.advance(by: .seconds(1)) }
    }

    /// Moves the clock on while a job is at work, whose lease must be prolonged before it ends.
    func passTimeAtWork() async throws {
        let soon = (time.monotonic + .seconds(5)).nanoseconds
        let isHeld = try await database.read { connection in
            try connection.first("SELECT 1 AS one FROM jobs WHERE state = 'running' AND lease_until < \(soon)") == nil
        }
        if isHeld { time.advance(by: .seconds(1)) }
    }

    /// The events of the audit log, the oldest first, as `event step`.
    func audit(_ processingID: String) async throws -> [String] {
        try await events(processingID).map { event in
            [event["event"]?.string, event["step"]?.string].compactMap(\.self).joined(separator: " ")
        }
    }

    /// The events of the audit log as they are shown, the oldest first.
    func events(_ processingID: String) async throws -> [JSONValue] {
        let answer = try await service.send(
            .get, "/api/v1/postprocess/\(processingID)/audit?limit=200", token: staff)
        return (answer.json.array ?? []).reversed()
    }

    func put(_ settings: JSONValue, account: String = "acme") async throws -> RunningService.Answer {
        try await service.send(.put, "/api/v1/accounts/\(account)/settings", token: staff, json: settings)
    }

    /// Follows a link as a browser would that reaches the gateway.
    func follow(_ link: String, fields: HTTPFields = [:]) async throws -> RunningService.Answer {
        try await service.send(.get, String(link.dropFirst("https://lectern.example".count)), fields: fields)
    }

    /// Counts the rows of one of the service's tables.
    func count(_ table: String) async throws -> Int {
        try await database.read { try $0.first("SELECT COUNT(*) AS number FROM \(raw: table)")?.get("number") ?? 0 }
    }
}
