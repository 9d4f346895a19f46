import HTTPMessages
import JSONCoding
import NotifyService
import Platform
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

/// The notify service with its own templates on a clock that the test moves, and the calls that tests of deliveries make.
struct RunningNotify {
    let service: RunningService
    let time: ManualTime

    static let staff = TestTokens.user(Identifier.make(), .staff)
    static let machine = TestTokens.key(.notificationsWrite, .read)

    /// An order for the template of a new incident.
    static func order(
        _ channels: [[String]], email: String? = nil, phone: String? = nil, webhook: String? = nil, key: String? = nil,
        message: String = "I was charged twice.", urgent: Bool = false, template: String = "incident_created",
        variables more: JSONObject = [:]
    ) -> JSONValue {
        var recipient: JSONObject = ["name": "Ana Pérez"]
        if let email { recipient["email"] = .string(email) }
        if let phone { recipient["phone"] = .string(phone) }
        if let webhook { recipient["webhook_url"] = .string(webhook) }
        var variables: JSONObject = [
            "ticket_id": "TKT-98042a72", "incident_id": "0190a5f2-0000-7000-8000-000000000001",
            "message": .string(message),
        ]
        more.forEach { variables[$0] = $1 }
        var order: JSONObject = [
            "template": .string(template), "recipient": .object(recipient),
            "channels": .array(channels.map { .array($0.map { .string($0) }) }),
            "variables": .object(variables),
            "reference": ["kind": "incident", "id": "0190a5f2-0000-7000-8000-000000000001"], "urgent": .bool(urgent),
        ]
        if let key { order["idempotency_key"] = .string(key) }
        return .object(order)
    }

    /// Orders; the ids of the notifications.
    func submit(_ order: JSONValue, token: String = machine) async throws -> [String] {
        let answer = try await service.send(.post, "/api/notifications", token: token, json: order)
        try #require(answer.status == 202, "\(answer.text)")
        return (answer.json["notification_ids"]?.array ?? []).compactMap(\.string)
    }

    func notification(_ id: String) async throws -> JSONValue {
        let answer = try await service.send(.get, "/api/notifications/\(id)", token: Self.staff)
        try #require(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    /// The notification once it is no longer pending; while it waits for its next attempt the clock is moved there.
    func settled(_ id: String) async throws -> JSONValue {
        try await notification(id) { $0["status"]?.string != "pending" }
    }

    /// The notification once it has made `count` attempts and waits for the next, or is done.
    func attempted(_ id: String, _ count: Int) async throws -> JSONValue {
        try await notification(id) { now in
            now["history"]?.array?.count ?? 0 >= count
                && (now["status"]?.string != "pending" || now["next_attempt_at"]?.string != nil)
        }
    }

    /// Asks until it is so. The clock jumps to each next attempt once; else it goes on in small steps and seldom, so that
    /// what is under way keeps its lease.
    private func notification(_ id: String, once isSo: (JSONValue) -> Bool) async throws -> JSONValue {
        var jumpedTo: String?
        for poll in 1...50_000 {
            let now = try await notification(id)
            if isSo(now) { return now }
            let next = now["next_attempt_at"]?.string
            if let next, next != jumpedTo, let moment = Timestamp(rfc3339: next) {
                jumpedTo = next
                time.advance(by: max(moment.duration(since: time.wall), .milliseconds(1)) + .seconds(1))
            } else if poll % 50 == 0 {
                time.advance(by: .milliseconds(500))
            }
        }
        throw NotSettled(id: id)
    }

    struct NotSettled: Error { let id: String }

    /// The outcomes of a notification's attempts, in order.
    static func outcomes(_ notification: JSONValue) -> [String] {
        (notification["history"]?.array ?? []).compactMap { $0["outcome"]?.string }
    }
}

let repository: String = {
    var path = #filePath[...]
    for _ in 0..<3 { path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
    return String(path)
}()

/// Runs the service for the time of `body`.
@discardableResult
func withNotify<Result>(
    _ environment: [String: String] = [:], folder: String? = nil, time: ManualTime = ManualTime(),
    _ body: (RunningNotify) async throws -> Result
) async throws -> Result {
    var settings = ["TEMPLATES_DIR": "\(repository)/templates"]
    settings.merge(environment) { _, new in new }
    return try await withService(
        WithTestTokens<NotifyProgram>.self, environment: settings, folder: folder, time: time
    ) { service in
        try await body(RunningNotify(service: service, time: time))
    }
}

/// The bytes of a file.
func fileBytes(_ path: String) throws -> [UInt8] {
    let file = try FileDescriptor.openForReading(path: path)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case .bytes(let count) = try buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
        bytes += buffer[..<count]
    }
    return bytes
}

/// A real SMTP server of `Tests/Servers`, with the folder it keeps messages in.
struct MailServer {
    let server: PythonServer
    let folder: TemporaryFolder

    init(_ arguments: String...) throws {
        folder = try TemporaryFolder()
        server = try PythonServer("smtp_server.py", [folder.path] + arguments)
    }

    /// The settings by which notify uses it.
    var environment: [String: String] {
        [
            "SMTP_HOST": "localhost", "SMTP_PORT": String(server.port), "SMTP_FROM_EMAIL": "support@lectern.example",
            "SMTP_CA_FILE": folder.file("ca.pem"), "SMTP_TIMEOUT": "2s", "SMTP_SECURITY": "starttls",
        ]
    }

    /// The messages it has kept, in order.
    func kept() throws -> [String] {
        var messages: [String] = []
        while true {
            let number = String(messages.count + 1)
            let name = String(repeating: "0", count: 6 - number.count) + number
            guard let content = try? fileBytes(folder.file("\(name).eml")) else { return messages }
            messages.append(String(decoding: content, as: UTF8.self))
        }
    }

    static func messageID(of mail: String) -> String? {
        mail.split(separator: "\r\n").first { $0.hasPrefix("Message-ID:") }.map(String.init)
    }
}
