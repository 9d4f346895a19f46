import Glibc
import HTTPClient
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import Testing

@testable import IngestService

/// Where the build puts `lectern-reader`: beside the test program.
let readerExecutable: String = {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    let program = String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folders = ([program] + CommandLine.arguments).compactMap { path in
        path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
    return folders.map { "\($0)/lectern-reader" }.first { access($0, X_OK) == 0 } ?? "lectern-reader"
}()

/// Runs the real service with the real reader on a new folder, or on `folder`.
func withIngest<Result>(
    _ environment: [String: String] = [:], folder: String? = nil, _ body: (RunningService) async throws -> Result
) async throws -> Result {
    try await withService(
        WithTestTokens<IngestApp>.self,
        environment: ["READER_EXECUTABLE": readerExecutable].merging(environment) { $1 },
        folder: folder,
        body)
}

/// A user of the service under test.
struct User: Sendable {
    let service: RunningService
    let id = Identifier.make()

    var token: String { id.description }

    func send(
        _ method: HTTPMethod, _ path: String, json: JSONValue? = nil, fields: HTTPFields = [:]
    ) async throws -> RunningService.Answer {
        try await service.send(method, path, token: token, json: json, fields: fields)
    }

    /// A new subject; its id.
    func makeSubject(_ name: String = "Machine learning") async throws -> String {
        let answer = try await send(.post, "/subjects", json: ["name": .string(name), "color": "#00aa55"])
        return try #require(answer.json["id"]?.string)
    }

    /// Uploads a file as the form's `file`.
    func upload(
        _ bytes: [UInt8], name: String? = "Week 1", subject: String?, fileName: String = "week1.pdf"
    ) async throws -> RunningService.Answer {
        var form = FormBody()
        if let name { form.add("name", name) }
        if let subject { form.add("subject_id", subject) }
        form.add(file: bytes, fileName: fileName)
        return try await service.send(
            .post, "/lectures/upload", token: token, body: form.bytes, fields: [.contentType: form.contentType])
    }

    /// Uploads a lecture and waits until it has been read. Returns the ids of lecture and task.
    func uploadAndRead(_ pdf: TinyPDF, subject: String) async throws -> (lecture: String, task: String) {
        let answer = try await upload(pdf.bytes, subject: subject)
        #expect(answer.status == 202, "\(answer.text)")
        let lecture = try #require(answer.json["lecture_id"]?.string)
        let task = try #require(answer.json["task_id"]?.string)
        let events = try await events(of: task)
        #expect(events.last?.event == "complete", "\(events)")
        return (lecture, task)
    }

    /// Listens to a task to its end.
    func events(of task: String, after id: String? = nil) async throws -> [ServerSentEvent] {
        var fields: HTTPFields = [.authorization: "Bearer \(token)"]
        if let id { fields.append(.lastEventID, id) }
        let stream = try await service.client.stream(
            HTTPClientRequest(.get, service.baseURL + "/tasks/\(task)/events", fields: fields, retry: .none))
        #expect(stream.status == .ok)
        var parser = ServerSentEventParser()
        var events: [ServerSentEvent] = []
        for try await chunk in stream.body { events += try parser.append(chunk) }
        return events
    }
}

/// A `multipart/form-data` body.
struct FormBody {
    private let boundary = "----a-boundary-of-the-tests"
    private var parts: [UInt8] = []

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }
    var bytes: [UInt8] { parts + Array("--\(boundary)--\r\n".utf8) }
    /// Without its last boundary, as when the connection broke.
    var truncated: [UInt8] { parts }

    mutating func add(_ name: String, _ value: String) {
        parts += Array(
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
    }

    mutating func add(file bytes: [UInt8], fileName: String) {
        parts += Array(
            ("--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(fileName)\"\r\n"
                + "Content-Type: application/pdf\r\n\r\n").utf8)
        parts += bytes + Array("\r\n".utf8)
    }
}
