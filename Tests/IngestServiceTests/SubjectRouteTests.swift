import HTTPMessages
import JSONCoding
import ServiceTestSupport
import Testing

@Suite struct SubjectRouteTests {
    @Test func `a subject is made, listed, changed and deleted`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let made = try await user.send(.post, "/subjects", json: ["name": " Algebra ", "color": "#112233"])
            #expect(made.status == 201)
            let id = try #require(made.json["id"]?.string)
            #expect(made.json["name"] == "Algebra")
            #expect(made.json["lecture_count"] == 0)

            #expect(try await user.send(.get, "/subjects").json[0]?["id"]?.string == id)
            let changed = try await user.send(.patch, "/subjects/\(id)", json: ["name": "Algebra II"])
            #expect(changed.json["name"] == "Algebra II")
            #expect(changed.json["color"] == "#112233")
            // The list is cached, and follows the change all the same.
            #expect(try await user.send(.get, "/subjects").json[0]?["name"] == "Algebra II")

            #expect(try await user.send(.delete, "/subjects/\(id)").status == 204)
            #expect(try await user.send(.get, "/subjects/\(id)").status == 404)
            #expect(try await user.send(.get, "/subjects").json == [])
        }
    }

    @Test func `every bad field is named at once`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let answer = try await user.send(.post, "/subjects", json: ["color": 7])
            #expect(answer.status == 422)
            let fields = (answer.json["errors"]?.array ?? []).compactMap { $0["field"]?.string }
            #expect(Set(fields) == ["name", "color"])
            #expect(try await user.send(.post, "/subjects", json: ["name": "   "]).status == 422)
            let long = String(repeating: "x", count: 200)
            #expect(try await user.send(.post, "/subjects", json: ["name": .string(long)]).status == 201)
            #expect(try await user.send(.post, "/subjects", json: ["name": .string(long + "x")]).status == 422)
        }
    }

    @Test func `lists come in pages, the newest first`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            var made: [String] = []
            for number in 1...5 { made.insert(try await user.makeSubject("Subject \(number)"), at: 0) }
            var seen: [String] = []
            var path = "/subjects?limit=2"
            while true {
                let answer = try await user.send(.get, path)
                seen += (answer.json.array ?? []).compactMap { $0["id"]?.string }
                guard let link = answer.fields.first(.link) else { break }
                path = String(link.dropFirst().prefix { $0 != ">" })
            }
            #expect(seen == made)
            let bad = try await user.send(.get, "/lectures?limit=0&cursor=x&subject_id=7&status=lost")
            #expect(bad.status == 422)
            let fields = (bad.json["errors"]?.array ?? []).compactMap { $0["field"]?.string }
            #expect(Set(fields) == ["limit", "cursor", "subject_id", "status"])
        }
    }
}
