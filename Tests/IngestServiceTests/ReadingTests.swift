import Foundation
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import Testing
import Tokens

@Suite struct ReadingTests {
    @Test func `a lecture is read, cleaned, found with its page, and shown`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let (lecture, task) = try await user.uploadAndRead(
                TinyPDF.lecture(pages: 8), subject: try await user.makeSubject())
            let record = try await user.send(.get, "/lectures/\(lecture)").json
            #expect(record["status"] == "completed")
            #expect(record["page_count"] == 8)
            #expect(record["processed_at"]?.string != nil)
            #expect(try await user.send(.get, "/tasks/\(task)").json["state"] == "completed")

            let page = try await user.send(.get, "/lectures/\(lecture)/pages/3").json
            #expect(page["text"]?.string?.contains("CS 100 - Machine Learning") == true)
            let cleaned = try #require(page["cleaned_text"]?.string)
            #expect(!cleaned.contains("CS 100"))
            #expect(!cleaned.contains("3 / 8"))
            #expect(cleaned.contains("practice"))
            #expect(cleaned.hasPrefix("Decision trees"))
            let word = try #require(
                page["words"]?.array?.first { $0["text"] == "marker3x" || $0["text"] == "marker3x." })
            #expect(try abs(#require(word["y"]?.number) - 191) < 6)
            #expect(try await user.send(.get, "/lectures/\(lecture)/pages/9").status == 404)

            try await checkSearch(user, lecture)
            try await checkPictures(user, lecture)
            let outline = try await user.send(.get, "/lectures/\(lecture)/outline").json.array ?? []
            #expect(outline.contains { $0["title"] == "Boosting" && $0["page"] == 5 })
        }
    }

    private func checkSearch(_ user: User, _ lecture: String) async throws {
        let found = try await user.send(.post, "/search", json: ["query": "Which page has marker6x?", "limit": 3])
        #expect(found.status == 200)
        let first = try #require(found.json[0])
        #expect(first["nearness"] == nil)
        #expect(first["lecture_id"]?.string == lecture)
        let text = try #require(first["text"]?.string)
        #expect(text.contains("marker6x"))
        // The page that the word stands on, by the starts of pages within the passage.
        let before = try #require(text.range(of: "marker6x")).lowerBound
        let offset = text.unicodeScalars.distance(from: text.startIndex, to: before)
        let page = first["pages"]?.array?.last { ($0["offset"]?.integer ?? 0) <= Int64(offset) }?["number"]
        #expect(page == 6)
    }

    private func checkPictures(_ user: User, _ lecture: String) async throws {
        for _ in 1...2 {
            let picture = try await user.send(.get, "/lectures/\(lecture)/pages/2/image?width=320")
            #expect(picture.status == 200)
            #expect(picture.fields.first(.contentType) == "image/png")
            // The width in the head of a PNG file.
            #expect(picture.body.dropFirst(16).prefix(4).elementsEqual([0, 0, 1, 64]))
        }
        #expect(try await user.send(.get, "/lectures/\(lecture)/pages/2/image?width=9").status == 422)
        #expect(try await user.send(.get, "/lectures/\(lecture)/pages/99/image").status == 404)
        let part = try await user.send(.get, "/lectures/\(lecture)/file", fields: [.range: "bytes=0-7"])
        #expect(part.status == 206)
        #expect(part.text == "%PDF-1.4")
    }

    @Test func `letters for bullets are told from text, and large signs in formulas from headings`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            var document = TinyPDF()
            for (topic, ordinal) in [("Bagging", "first"), ("Boosting", "second"), ("Stacking", "third")] {
                document.pages.append([
                    .init(text: "\(topic) explained", y: 130, size: 22),
                    .init(text: "r", y: 200, x: 60),
                    .init(text: "\(topic) is a method that takes many weak learners together.", y: 200),
                    .init(text: "It is the \(ordinal) of those that the lecture tells about in this part.", y: 216),
                    .init(text: "X", y: 300, size: 22),
                    .init(text: "over the \(ordinal) of all weights w", y: 300, x: 90),
                ])
            }
            let lecture = try await user.uploadAndRead(document, subject: try await user.makeSubject()).lecture
            let page = try await user.send(.get, "/lectures/\(lecture)/pages/2").json
            #expect(page["text"]?.string?.contains("r Boosting is a method") == true)
            #expect(page["cleaned_text"]?.string?.contains("\n• Boosting is a method") == true)
            #expect(page["cleaned_text"]?.string?.contains("X over the second of all weights w") == true)
            let outline = try await user.send(.get, "/lectures/\(lecture)/outline").json.array ?? []
            #expect(
                outline.map { $0["title"]?.string }
                    == ["Bagging explained", "Boosting explained", "Stacking explained"])
        }
    }

    @Test func `bookmarks make the outline where there are some`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            var document = TinyPDF.lecture(pages: 4)
            document.bookmarks = [("First part", 1), ("Second part", 3)]
            let lecture = try await user.uploadAndRead(document, subject: try await user.makeSubject()).lecture
            let outline = try await user.send(.get, "/lectures/\(lecture)/outline").json
            #expect(
                outline == [
                    ["title": "First part", "level": 1, "page": 1], ["title": "Second part", "level": 1, "page": 3],
                ])
        }
    }

    @Test func `memory is dropped and built again, and retry reads anew`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let subject = try await user.makeSubject()
            let lecture = try await user.uploadAndRead(TinyPDF.lecture(pages: 3), subject: subject).lecture
            let search = { try await user.send(.post, "/search", json: ["query": "marker2x"]).json }
            let version = {
                let secret = Array("a secret of the tests, long enough to be taken".utf8)
                let token = try ServiceToken(secret: secret, time: SystemTime()).make(caller: "chat", callee: "ingest")
                let query: JSONValue = ["user_id": .string(user.token), "query": "marker2x"]
                return try await service.send(.post, "/internal/search", token: token, json: query)
                    .json["content_version"]?.string
            }
            let before = try #require(try await version())
            #expect(try await search().array?.isEmpty == false)

            #expect(try await user.send(.delete, "/lectures/\(lecture)/memory").status == 204)
            #expect(try await search() == [])
            #expect(try #require(try await version()) != before)
            #expect(try await user.send(.get, "/lectures/\(lecture)/pages/1").status == 200)

            for path in ["memory", "retry"] {
                let again = try await user.send(.post, "/lectures/\(lecture)/\(path)")
                #expect(again.status == 202, "\(again.text)")
                let events = try await user.events(of: try #require(again.json["task_id"]?.string))
                #expect(events.last?.event == "complete")
                #expect(try await search().array?.isEmpty == false)
            }
            #expect(try await user.send(.get, "/lectures/\(lecture)").json["page_count"] == 3)
        }
    }

    @Test func `a stream of events goes on where it was left, with nothing lost or told twice`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let task = try await user.uploadAndRead(TinyPDF.lecture(pages: 40), subject: try await user.makeSubject())
                .task
            let all = try await user.events(of: task)
            #expect(all.count >= 4)
            #expect(all.compactMap(\.id) == (1...all.count).map(String.init))
            for cut in 0...all.count {
                #expect(try await user.events(of: task, after: String(cut)) == Array(all.dropFirst(cut)))
            }
            let percents = try all.map { try #require(JSONValue(parsing: $0.data)["percent"]?.integer) }
            #expect(percents == percents.sorted())
            #expect(percents.last == 100)
        }
    }

    @Test func `deleting a subject leaves nothing of its lectures`() async throws {
        try await withIngest { service in
            let user = User(service: service)
            let subject = try await user.makeSubject()
            let (lecture, task) = try await user.uploadAndRead(TinyPDF.lecture(pages: 2), subject: subject)
            #expect(try await user.send(.delete, "/subjects/\(subject)").status == 204)
            #expect(try await user.send(.get, "/lectures/\(lecture)").status == 404)
            #expect(try await user.send(.get, "/tasks/\(task)").status == 404)
            #expect(try await user.send(.post, "/search", json: ["query": "marker1x"]).json == [])
        }
    }
}
