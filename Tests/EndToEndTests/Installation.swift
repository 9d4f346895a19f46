import Foundation
import Glibc
import HTTPClient
import HTTPMessages
import JSONCoding
import Logs
import Metrics
import Platform
import TestSupport
import Testing

/// A whole Lectern made of the real executables, each a process of its own, on free ports and in a new folder.
final class Installation {
    let folder: TemporaryFolder
    let client: HTTPClient
    private let ports: [String: UInt16]
    private let products: String
    private let extra: [String: String]
    private var processes: [String: Process] = [:]

    /// - Parameter environment: Settings beside folder, ports and secret.
    init(environment: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        let sink = MemoryLogSink()
        client = HTTPClient(
            HTTPClientOptions(), logger: Logger(name: "test", sink: sink), metrics: MetricRegistry())
        products = try Self.productsFolder()
        extra = environment
        var ports: [String: UInt16] = [:]
        var held: [FreePort] = []
        for name in ["auth", "chat", "ingest", "docs", "notify"] {
            let free = try FreePort()
            ports[name] = free.port
            // Held until all are chosen, so that none is chosen twice.
            held.append(free)
        }
        self.ports = ports
    }

    deinit {
        for process in processes.values where process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Test bundle and executables are built into one folder.
    private static func productsFolder() throws -> String {
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let besideRunner = URL(filePath: link).deletingLastPathComponent().path
        if FileManager.default.isExecutableFile(atPath: besideRunner + "/lectern-auth") { return besideRunner }
        // `swift test` may run the bundle through a helper of the toolchain: then the bundle is its argument.
        for argument in CommandLine.arguments {
            let folder = URL(filePath: argument).deletingLastPathComponent().path
            if FileManager.default.isExecutableFile(atPath: folder + "/lectern-auth") { return folder }
        }
        throw HarnessError("the executables are not built: run `swift build --build-tests` first")
    }

    func url(_ service: String) -> String { "http://127.0.0.1:\(ports[service] ?? 0)" }

    func identifier(of service: String) throws -> pid_t {
        try #require(processes[service]).processIdentifier
    }

    private func process(_ service: String) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "\(products)/lectern-\(service)")
        var environment = ProcessInfo.processInfo.environment
        environment["VAR_DIR"] = folder.file("var")
        environment["LOG_LEVEL"] = "WARNING"
        environment["OMP_THREAD_LIMIT"] = "1"
        environment["SWIFT_BACKTRACE"] = "enable=no"
        environment["PROMPTS_DIR"] = Self.repository.appending(path: "prompts").path
        environment["TEMPLATES_DIR"] = Self.repository.appending(path: "templates").path
        for (name, port) in ports { environment["\(name.uppercased())_PORT"] = String(port) }
        environment.merge(extra) { _, new in new }
        process.environment = environment
        process.currentDirectoryURL = URL(filePath: folder.path)
        return process
    }

    /// Starts a service that is expected to end at once; its exit status and what it printed.
    func failedStart(_ service: String) throws -> (status: Int32, printed: String) {
        let process = process(service)
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        let printed = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: printed, as: UTF8.self))
    }

    /// Starts a service and waits until it is ready to serve.
    func start(_ service: String) async throws {
        let process = process(service)
        try process.run()
        processes[service] = process
        try await waitUntil("\(service) is ready") {
            #expect(process.isRunning, "\(service) ended at its start")
            let answer = try? await self.send(.get, "/ready", of: service)
            return answer?.status == 200 || !process.isRunning
        }
    }

    func startAll() async throws {
        for service in ["auth", "chat", "ingest", "docs", "notify"] { try await start(service) }
    }

    /// SIGKILL: nothing is finished, nothing is flushed.
    func killHard(_ service: String) throws {
        guard let process = processes.removeValue(forKey: service) else {
            throw HarnessError("\(service) is not there")
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM; the exit status.
    func stop(_ service: String) throws -> Int32 {
        guard let process = processes.removeValue(forKey: service) else {
            throw HarnessError("\(service) is not there")
        }
        process.terminate()
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    struct Answer {
        let status: Int
        let fields: HTTPFields
        let body: [UInt8]
        var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    func send(
        _ method: HTTPMethod, _ path: String, of service: String = "auth", token: String? = nil,
        json: JSONValue? = nil, body: [UInt8]? = nil, contentType: String? = nil
    ) async throws -> Answer {
        var fields: HTTPFields = [:]
        if let token { fields.append(.authorization, "Bearer \(token)") }
        if let type = contentType ?? (json == nil ? nil : "application/json") { fields.append(.contentType, type) }
        let bytes = json?.serialized() ?? body
        let response = try await client.send(
            HTTPClientRequest(
                method, url(service) + path, fields: fields, body: bytes.map { .bytes($0) } ?? .none, retry: .none,
                responseBytesMax: 64 << 20))
        return Answer(status: response.status.code, fields: response.fields, body: response.body)
    }

    /// Registers a user; the access token.
    func register(_ name: String) async throws -> String {
        let answer = try await send(
            .post, "/auth/register",
            json: [
                "username": .string(name), "email": .string("\(name)@example.org"),
                "password": "nine violet harbours at dawn",
            ])
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer.json["access_token"]?.string)
    }

    /// Makes a subject and uploads `file` into it; the ids of the lecture and its task.
    func upload(_ file: [UInt8], token: String) async throws -> (lecture: String, task: String) {
        let subject = try await send(
            .post, "/subjects", token: token, json: ["name": "Subject", "color": "#336699"])
        try #require(subject.status == 201, "\(subject.text)")
        let id = try #require(subject.json["id"]?.string)
        let boundary = "boundary-of-the-test"
        var body = Array(
            ("--\(boundary)\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nLecture\r\n"
                + "--\(boundary)\r\nContent-Disposition: form-data; name=\"subject_id\"\r\n\r\n\(id)\r\n"
                + "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lecture.pdf\"\r\n"
                + "Content-Type: application/pdf\r\n\r\n").utf8)
        body += file
        body += Array("\r\n--\(boundary)--\r\n".utf8)
        let answer = try await send(
            .post, "/lectures/upload", token: token, body: body,
            contentType: "multipart/form-data; boundary=\(boundary)")
        try #require(answer.status == 202, "\(answer.text)")
        return (
            try #require(answer.json["lecture_id"]?.string), try #require(answer.json["task_id"]?.string)
        )
    }

    /// Waits until a lecture is completed or failed; its record.
    func finished(_ lecture: String, token: String) async throws -> JSONValue {
        var record = JSONValue.null
        try await waitUntil("the lecture is finished") {
            record = try await self.send(.get, "/lectures/\(lecture)", token: token).json
            return ["completed", "failed"].contains(record["status"]?.string)
        }
        return record
    }
}

/// Another process's state can only be asked for; this asks until it is so, for two minutes at most.
func waitUntil(_ what: String, _ isSo: () async throws -> Bool) async throws {
    let time = SystemTime()
    let deadline = time.monotonic + .seconds(120)
    while time.monotonic < deadline {
        if try await isSo() { return }
        try await time.sleep(for: .milliseconds(20))
    }
    throw HarnessError("waited in vain until \(what)")
}

struct HarnessError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A port that was free a moment ago.
private final class FreePort {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isBound else { throw HarnessError("no free port") }
    }

    deinit { close(descriptor) }
}
