import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import Testing
import Tokens

@Suite struct AccessTests {
    @Test func `every route answers 404 about what is another user's, and 401 to nobody`() async throws {
        try await withIngest { service in
            let owner = User(service: service)
            let subject = try await owner.makeSubject()
            let (lecture, task) = try await owner.uploadAndRead(TinyPDF.lecture(pages: 2), subject: subject)
            let stranger = User(service: service)
            let own = try await stranger.makeSubject()
            let routes: [(HTTPMethod, String, JSONValue?)] = [
                (.get, "/subjects/\(subject)", nil), (.patch, "/subjects/\(subject)", ["name": "mine"]),
                (.delete, "/subjects/\(subject)", nil), (.get, "/lectures/\(lecture)", nil),
                (.patch, "/lectures/\(lecture)", ["name": "mine", "subject_id": .string(own)]),
                (.delete, "/lectures/\(lecture)", nil), (.post, "/lectures/\(lecture)/retry", nil),
                (.delete, "/lectures/\(lecture)/memory", nil), (.post, "/lectures/\(lecture)/memory", nil),
                (.get, "/lectures/\(lecture)/file", nil), (.get, "/lectures/\(lecture)/pages/1", nil),
                (.get, "/lectures/\(lecture)/pages/1/image", nil), (.get, "/lectures/\(lecture)/outline", nil),
                (.get, "/tasks/\(task)", nil), (.get, "/tasks/\(task)/events", nil),
                (.post, "/search", ["query": "marker1x", "lecture_id": .string(lecture)]),
                (.post, "/search", ["query": "marker1x", "subject_id": .string(subject)]),
            ]
            for (method, path, json) in routes {
                #expect(try await stranger.send(method, path, json: json).status == 404, "\(method) \(path)")
                let nobody = try await service.send(method, path, json: json)
                #expect(nobody.status == 401, "\(method) \(path)")
                #expect(nobody.fields.first(.wwwAuthenticate) != nil)
            }
            #expect(try await stranger.send(.get, "/lectures?subject_id=\(subject)").json == [])
            #expect(try await stranger.send(.post, "/search", json: ["query": "marker1x"]).json == [])
            // And nothing of it had an effect.
            #expect(try await owner.send(.get, "/lectures/\(lecture)").json["name"] == "Week 1")
            // A lecture cannot be moved into a stranger's subject either.
            let moved = try await owner.send(.patch, "/lectures/\(lecture)", json: ["subject_id": .string(own)])
            #expect(moved.status == 404)
        }
    }

    @Test func `internal routes are for services only, and look at the named user's material`() async throws {
        try await withIngest { service in
            let owner = User(service: service)
            let lecture = try await owner.uploadAndRead(
                TinyPDF.lecture(pages: 3), subject: try await owner.makeSubject()
            ).lecture
            let secret = Array("a secret of the tests, long enough to be taken".utf8)
            let token = try ServiceToken(secret: secret, time: SystemTime()).make(caller: "chat", callee: "ingest")
            let query: JSONValue = ["user_id": .string(owner.token), "query": "marker3x", "limit": 2]
            let found = try await service.send(.post, "/internal/search", token: token, json: query)
            #expect(found.status == 200, "\(found.text)")
            #expect(found.json["passages"]?[0]?["lecture_id"]?.string == lecture)
            #expect(try await service.send(.post, "/internal/search", token: owner.token, json: query).status == 401)

            let path = "/internal/lectures/\(lecture)/content?user_id="
            let content = try await service.send(.get, path + owner.token, token: token)
            #expect(content.status == 200)
            #expect(content.json["pages"]?.array?.count == 3)
            #expect(content.json["chunks"]?.array?.isEmpty == false)
            #expect(content.json["outline"]?.array?.isEmpty == false)
            #expect(try await service.send(.get, path + Identifier.make().description, token: token).status == 404)
        }
    }
}
