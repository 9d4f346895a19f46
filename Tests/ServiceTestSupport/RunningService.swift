import Contracts
package import HTTPClient
package import HTTPMessages
package import JSONCoding
package import Logs
import Metrics
package import Platform
package import ServiceKit
import TestSupport

/// A whole service running in the test's process on a port of its own, with its own folder, asked over real sockets.
package struct RunningService: Sendable {
    package let port: UInt16
    /// The folder given as `VAR_DIR`.
    package let folder: String
    package let client: HTTPClient
    private let sink: MemoryLogSink

    init(port: UInt16, folder: String, client: HTTPClient, sink: MemoryLogSink) {
        self.port = port
        self.folder = folder
        self.client = client
        self.sink = sink
    }

    /// What the service has logged so far.
    package var log: [LogEntry] { sink.entries }
    package var baseURL: String { "http://127.0.0.1:\(port)" }

    /// An answer, read whole.
    package struct Answer: Sendable {
        package let status: Int
        package let fields: HTTPFields
        package let body: [UInt8]

        package var text: String { String(decoding: body, as: UTF8.self) }
        /// The body as JSON; null when it is none.
        package var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    }

    /// Sends a request; `token` becomes the bearer token, `json` the body.
    package func send(
        _ method: HTTPMethod, _ path: String, token: String? = nil, json: JSONValue? = nil, body: [UInt8]? = nil,
        fields: HTTPFields = [:]
    ) async throws -> Answer {
        var fields = fields
        if let token { fields.append(.authorization, "Bearer \(token)") }
        if json != nil { fields.append(.contentType, "application/json") }
        let bytes = json?.serialized() ?? body
        let request = HTTPClientRequest(
            method, baseURL + path, fields: fields, body: bytes.map { .bytes($0) } ?? .none,
            retry: .none, responseBytesMax: 64 << 20)
        let response = try await client.send(request)
        return Answer(status: response.status.code, fields: response.fields, body: response.body)
    }
}

/// Starts `program` on port 0 in a new folder, lends it to `body`, and stops it gracefully whatever happens.
///
/// - Parameters:
///   - environment: Settings beside the port and the folder.
///   - folder: An existing folder to use instead of a new one, for tests of restarts.
///   - time: The service's clock.
package func withService<Program: ServiceProgram, Result>(
    _ program: Program.Type, environment: [String: String] = [:], folder: String? = nil,
    time: any TimeSource = SystemTime(), _ body: (RunningService) async throws -> Result
) async throws -> Result {
    let own = folder == nil ? try TemporaryFolder() : nil
    defer { withExtendedLifetime(own) {} }
    let path = folder ?? own?.path ?? ""
    var settings = [
        "VAR_DIR": path, "EVENT_LOOPS": "1", "INTERNAL_SECRET": "a secret of the tests, long enough to be taken",
        "\(Program.name.environmentPrefix)_PORT": "0",
    ]
    settings.merge(environment) { _, new in new }
    let sink = MemoryLogSink()
    let runner = try await ServiceRunner.start(program, environment: settings, sink: sink, time: time)
    let running = Task { try await runner.run() }
    let logger = Logger(name: "test", sink: sink)
    let client = HTTPClient(HTTPClientOptions(), logger: logger, metrics: MetricRegistry())
    let service = RunningService(port: runner.port, folder: path, client: client, sink: sink)
    do {
        let result = try await body(service)
        runner.requestStop()
        try await running.value
        await client.shutdown()
        return result
    } catch {
        runner.requestStop()
        try? await running.value
        await client.shutdown()
        throw error
    }
}
