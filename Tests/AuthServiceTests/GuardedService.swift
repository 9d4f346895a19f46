import Contracts
import Glibc
import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import ServiceKit
import ServiceTestSupport
import Settings
import Testing
import Tokens

/// A service with a route of each kind behind the gateway, which checks tokens as all services do: with the keys that auth
/// publishes. Its answers say who called.
enum GuardedProgram: ServiceProgram {
    static let name = ServiceName.notify

    static func configuration(from reader: inout SettingsReader) {}

    static func assemble(_ configuration: Void, on foundation: ServiceFoundation) async throws -> ServiceApp {
        var api = API()
        let kinds: [(String, Access)] = [
            ("open", .open), ("visitor", .visitor), ("user", .user), ("staff", .role(.staff)), ("admin", .role(.admin)),
            ("read", .machine(.read, or: .staff)), ("incidents", .machine(.incidentsWrite, or: .staff)),
            ("postprocess", .machine(.postprocessWrite, or: .staff)),
            ("notifications", .machine(.notificationsWrite, or: .staff)), ("service", .service),
        ]
        for (name, access) in kinds {
            api.get("/api/incidents/\(name)/{account}", access: access, summary: "A route", answers: []) { request in
                guard request.principal?.reaches(account: request.parameters["account"]) != false else {
                    throw Problem.notFound()
                }
                return .json([
                    "key": request.principal?.grant.map { .identifier($0.keyID) } ?? .null,
                    "sees_key": .bool(request.fields.contains("X-API-Key")),
                    "bearer": request.fields.first(.authorization).map { .string($0) } ?? .null,
                ])
            }
        }
        return ServiceApp(api: api, tokens: PublishedKeys(foundation: foundation))
    }
}

/// Starts auth with the guarded service behind it.
func withGuarded(
    _ environment: [String: String] = [:], time: any TimeSource = SystemTime(),
    _ body: (AuthClient) async throws -> Void
) async throws {
    // The service must know where auth will be before auth can be told where the service is.
    let port = try freePort()
    try await withService(
        GuardedProgram.self, environment: ["AUTH_URL": "http://127.0.0.1:\(port)"], time: time
    ) { guarded in
        var settings = environment
        settings["NOTIFY_URL"] = guarded.baseURL
        settings["AUTH_PORT"] = "\(port)"
        try await withAuth(settings, time: time, body)
    }
}

private let nextPort = Lock(UInt16(20_000 + getpid() % 10_000))

/// A port that nobody uses. Below those that the system gives to whoever asks for any (ip_local_port_range), so that none
/// of the services that start meanwhile takes it.
private func freePort() throws -> UInt16 {
    for _ in 0..<1_000 {
        let port = nextPort.withLock { next in
            next = next < 30_000 ? next + 1 : 20_000
            return next
        }
        if try isFree(port) { return port }
    }
    throw NoFreePort()
}

private struct NoFreePort: Error {}

private func isFree(_ port: UInt16) throws -> Bool {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(socket >= 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            bind(socket, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
