import HTTPMessages
import Platform
import ServiceTestSupport
import TestSupport
import Testing

@testable import IngestService

/// Lectures whose files lie on an S3 server.
struct ObjectServerTests {
    @Test func `a lecture is taken in, read, shown and deleted with its files on an S3 server`() async throws {
        let address = try #require(
            ProcessAddress.objectServer,
            "LECTERN_TEST_S3 is not set: run scripts/test.sh, which starts the object server")
        let environment = [
            "MINIO_ENDPOINT": "http://\(address)", "MINIO_ACCESS_KEY": "test:tester", "MINIO_SECRET_KEY": "testing",
            "MINIO_BUCKET_NAME": "b-\(Identifier.make())",
        ]
        try await withIngest(environment) { service in
            let user = User(service: service)
            let pdf = TinyPDF.lecture(pages: 2)
            let subject = try await user.makeSubject()
            let lecture = try await user.uploadAndRead(pdf, subject: subject).lecture
            #expect(try await user.send(.get, "/lectures/\(lecture)/file").body == pdf.bytes)
            let part = try await user.send(.get, "/lectures/\(lecture)/file", fields: [.range: "bytes=0-4"])
            #expect(part.status == 206 && part.text == "%PDF-")
            #expect(try await user.send(.get, "/lectures/\(lecture)/pages/1/image?width=160").status == 200)
            #expect(try await user.send(.delete, "/lectures/\(lecture)").status == 204)
        }
    }
}
