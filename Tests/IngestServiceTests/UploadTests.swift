import Foundation
import HTTPMessages
import JSONCoding
import ServiceTestSupport
import TestSupport
import Testing

@testable import IngestService

@Suite struct UploadTests {
    @Test func `a good file is accepted and the subject counts it`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let subject = try await user.makeSubject()
            #expect(try await user.send(.get, "/subjects").json[0]?["lecture_count"] == 0)
            let answer = try await user.upload(TinyPDF.lecture(pages: 2).bytes, subject: subject)
            #expect(answer.status == 202, "\(answer.text)")
            let id = try #require(answer.json["lecture_id"]?.string)
            #expect(try await user.send(.get, "/subjects").json[0]?["lecture_count"] == 1)
            let lecture = try await user.send(.get, "/lectures/\(id)").json
            #expect(lecture["task_id"] == answer.json["task_id"])
            #expect(lecture["name"] == "Week 1")
            #expect(lecture["file_name"] == "week1.pdf")
        }
    }

    @Test func `all missing fields are named`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            var form = FormBody()
            form.add("colour", "blue")
            let answer = try await service.send(
                .post, "/lectures/upload", token: user.token, body: form.bytes, fields: [.contentType: form.contentType]
            )
            #expect(answer.status == 422)
            let fields = (answer.json["errors"]?.array ?? []).compactMap { $0["field"]?.string }
            #expect(fields == ["name", "subject_id", "file"])
        }
    }

    @Test func `what is no PDF is refused by what it is, not by its name`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let subject = try await user.makeSubject()
            let elf: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 4_000)
            let executable = try await user.upload(elf, subject: subject, fileName: "slides.pdf")
            #expect(executable.status == 415)
            #expect(executable.json["detail"]?.string?.contains("executable") == true)
            // The header of a PDF further on does not make it one.
            #expect(try await user.upload(elf.prefix(8) + Array("%PDF-1.7".utf8), subject: subject).status == 415)
            let text = try await user.upload(Array("Dear all".utf8), subject: subject)
            #expect(text.status == 415)
            #expect(text.json["detail"]?.string?.contains("plain text") == true)
            #expect(try await user.send(.get, "/lectures").json == [])
            #expect(try Self.incoming(service) == [])
        }
    }

    @Test func `an empty file and one for nobody's subject are refused`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let subject = try await user.makeSubject()
            let empty = try await user.upload([], subject: subject)
            #expect(empty.status == 422)
            #expect(empty.json["errors"]?[0]?["field"] == "file")
            let other = User(service: service)
            let foreign = try await other.upload(TinyPDF.lecture(pages: 1).bytes, subject: subject)
            #expect(foreign.status == 404)
            #expect(foreign.json["code"] == "subject_not_found")
            #expect(try Self.incoming(service) == [])
            #expect(try Self.objects(service) == 0)
        }
    }

    @Test func `damaged and locked files are refused at once, with words`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let subject = try await user.makeSubject()
            let truncated = Array(TinyPDF.lecture(pages: 3).bytes.prefix(60))
            let damaged = try await user.upload(truncated, subject: subject)
            #expect(damaged.status == 422, "\(damaged.text)")
            let locked = try await user.upload(try Self.fixture("encrypted.pdf"), subject: subject)
            #expect(locked.status == 422, "\(locked.text)")
            #expect(locked.json["detail"]?.string?.contains("password") == true)
            #expect(try Self.incoming(service) == [])
        }
    }

    @Test func `a form that is cut off or no form at all is refused`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            var form = FormBody()
            form.add("name", "x")
            form.add(file: TinyPDF.lecture(pages: 1).bytes, fileName: "a.pdf")
            let cut = try await service.send(
                .post, "/lectures/upload", token: user.token, body: form.truncated,
                fields: [.contentType: form.contentType])
            #expect(cut.status == 400)
            let plain = try await service.send(
                .post, "/lectures/upload", token: user.token, body: [1, 2, 3], fields: [.contentType: "application/pdf"]
            )
            #expect(plain.status == 415)
            #expect(try Self.incoming(service) == [])
        }
    }

    @Test func `the limit is exact, and a declared length beyond it is refused before the body`() async throws {
        try await withIngest(["MAX_UPLOAD_MB": "1"]) { service in
            let user = User(service: service)
            let subject = try await user.makeSubject()
            let document = TinyPDF.lecture(pages: 1).bytes
            // White space after the end of a PDF is no part of it.
            let padded = { (count: Int) in document + [UInt8](repeating: 0x0A, count: count - document.count) }
            #expect(try await user.upload(padded(1 << 20), subject: subject).status == 202)
            let large = try await user.upload(padded(1 << 20 + 1), subject: subject)
            #expect(large.status == 413)

            let raw = try RawHTTPClient(port: service.port)
            try await raw.send(
                """
                POST /lectures/upload HTTP/1.1\r
                Host: localhost\r
                Authorization: Bearer \(user.token)\r
                Content-Type: multipart/form-data; boundary=x\r
                Content-Length: 99000000\r
                \r\n
                """)
            #expect(try await raw.receiveResponse().status == 413)
            #expect(try Self.incoming(service) == [])
        }
    }

    /// The files that are on their way in.
    static func incoming(_ service: RunningService) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(service.folder)/ingest/incoming")
    }

    /// How many files the object store has, without its own notes.
    static func objects(_ service: RunningService) throws -> Int {
        let all = try FileManager.default.subpathsOfDirectory(atPath: "\(service.folder)/ingest/objects")
        return all.count { $0.hasSuffix(".pdf") || $0.hasSuffix(".png") }
    }

    static func fixture(_ name: String) throws -> [UInt8] {
        let path = try #require(Bundle.module.path(forResource: "Fixtures/\(name)", ofType: nil))
        return Array(try Data(contentsOf: URL(filePath: path)))
    }
}
