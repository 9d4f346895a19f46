import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import ServiceKit
import ServiceTestSupport
import Settings
import TestSupport
import Testing
import Tokens

@testable import AuthService

/// The auth service as people reach it, with what tests do over and over.
struct AuthClient: Sendable {
    let service: RunningService

    static let password = AccountsFixture.password

    func send(
        _ method: HTTPMethod, _ path: String, token: String? = nil, json: JSONValue? = nil, fields: HTTPFields = [:]
    ) async throws -> RunningService.Answer {
        try await service.send(method, path, token: token, json: json, fields: fields)
    }

    func register(_ name: String) async throws -> JSONValue {
        let answer = try await send(
            .post, "/auth/register",
            json: [
                "username": .string(name), "email": .string("\(name)@example.org"), "password": .string(Self.password),
            ]
        )
        try #require(answer.status == 201, "\(answer.text)")
        return answer.json
    }

    /// The access token of a new account.
    func token(_ name: String) async throws -> String {
        try #require(try await register(name)["access_token"]?.string)
    }

    func login(_ name: String, _ password: String = password) async throws -> RunningService.Answer {
        try await send(.post, "/auth/login", json: ["username": .string(name), "password": .string(password)])
    }
}

/// Starts auth with fast passwords, lends it to `body` and stops it.
func withAuth(
    _ environment: [String: String] = [:], folder: String? = nil, time: any TimeSource = SystemTime(),
    _ body: (AuthClient) async throws -> Void
) async throws {
    var settings = ["PASSWORD_COST": "4"]
    settings.merge(environment) { _, new in new }
    try await withService(AuthProgram.self, environment: settings, folder: folder, time: time) { service in
        try await body(AuthClient(service: service))
    }
}

/// A service that shows what reached it: what a gateway passes on.
enum EchoProgram: ServiceProgram {
    static let name = ServiceName.ingest

    static func configuration(from reader: inout SettingsReader) {}

    static func assemble(_ configuration: Void, on foundation: ServiceFoundation) async throws -> ServiceApp {
        var api = API()
        api.unlisted(Route(nil, "/{rest...}", bodyBytesMax: .max) { request in try await answer(request) })
        api.get("/described", access: .open, summary: "Of the echo", answers: []) { request in try await answer(request)
        }
        return ServiceApp(api: api, tokens: NobodysTokens())
    }

    private static func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
        let seen = description(of: request)
        if request.head.asksForWebSocket {
            return HTTPResponse(
                status: .switchingProtocols, fields: [.connection: "Upgrade", .upgrade: "websocket"],
                body: .upgrade { connection in
                    try await connection.send(seen.serialized() + [UInt8(ascii: "\n")])
                    guard case .bytes(let bytes) = try await connection.receive() else { return }
                    try await connection.send(bytes)
                })
        }
        if request.path.hasSuffix("/events") {
            return .events(request) { writer in
                for number in 1...3 { try await writer.send(ServerSentEvent(data: "\(number)", id: "\(number)")) }
            }
        }
        var count = 0
        for try await chunk in request.body { count += chunk.count }
        var object = seen.object ?? JSONObject()
        object["body_bytes"] = .integer(Int64(count))
        return .json(.object(object))
    }

    private static func description(of request: HTTPRequest) -> JSONValue {
        var fields = JSONObject()
        for field in request.fields { fields[field.name.text.lowercased()] = .string(field.value) }
        return [
            "method": .string(request.method.rawValue), "target": .string(request.head.target),
            "fields": .object(fields),
        ]
    }

    private struct NobodysTokens: TokenAuthority {
        func verify(_ token: String) async throws -> AccessClaims { throw Problem.unauthorized() }
    }
}

/// Starts an echo and auth before it, for all four services.
func withGateway(
    _ environment: [String: String] = [:], time: any TimeSource = SystemTime(),
    _ body: (AuthClient) async throws -> Void
) async throws {
    try await withService(EchoProgram.self) { echo in
        var settings = environment
        for service in ["CHAT", "INGEST", "DOCS", "NOTIFY"] { settings["\(service)_URL"] = echo.baseURL }
        try await withAuth(settings, time: time, body)
    }
}
