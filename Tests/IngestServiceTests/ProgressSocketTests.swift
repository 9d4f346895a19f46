import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing

/// The client's end of a WebSocket on `/ws/lectures`.
private struct ProgressSocket {
    let client: RawHTTPClient

    init(_ user: User) async throws {
        client = try RawHTTPClient(port: user.service.port)
        try await client.send(
            """
            GET /ws/lectures HTTP/1.1\r
            Host: localhost\r
            Authorization: Bearer \(user.token)\r
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: c3dpZnQtZml2ZS1zdmNzIQ==\r
            \r\n
            """)
        let head = try await client.receive(through: "\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 101"))
    }

    /// The next message, which must be text.
    func next() async throws -> JSONValue {
        let head = try await client.receive(count: 2)
        #expect(head[0] == 0x81)
        let longLength = head[1] == 126 ? try await client.receive(count: 2) : []
        let length = longLength.isEmpty ? Int(head[1]) : Int(longLength[0]) << 8 | Int(longLength[1])
        return try JSONValue(parsing: try await client.receive(count: length))
    }
}

@Suite struct ProgressSocketTests {
    @Test func `a user is told of the progress of all lectures, and of nobody else's`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let subject = try await user.makeSubject()
            let other = User(service: service)
            let otherSubject = try await other.makeSubject()
            let socket = try await ProgressSocket(user)
            _ = try await other.uploadAndRead(TinyPDF.lecture(pages: 2), subject: otherSubject)
            let (lecture, task) = try await user.uploadAndRead(TinyPDF.lecture(pages: 5), subject: subject)

            var messages: [JSONValue] = []
            while messages.last?["type"]?.string ?? "progress" == "progress" {
                messages.append(try await socket.next())
            }
            #expect(messages.last?["type"] == "complete")
            #expect(messages.last?["status"] == "completed")
            #expect(messages.last?["percent"] == 100)
            #expect(messages.allSatisfy { $0["lecture_id"]?.string == lecture && $0["task_id"]?.string == task })
            for field in ["page", "pages", "percent", "stage", "status"] {
                #expect(messages.allSatisfy { $0[field] != nil }, "\(field)")
            }
        }
    }

    @Test func `a plain request is told to upgrade`() async throws {
        try await withIngest { service in
            let plain = try await User(service: service).send(.get, "/ws/lectures")
            #expect(plain.status == 426)
            let anonymous = try await service.send(.get, "/ws/lectures")
            #expect(anonymous.status == 401)
        }
    }
}
