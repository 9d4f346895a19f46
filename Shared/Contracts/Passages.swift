package import JSONCoding
package import Platform

/// What chat and docs ask of ingest at `POST /internal/search`.
package struct PassageQuery: JSONRepresentable, Hashable {
    /// The user whose material is searched; ingest looks at nothing else.
    package var userID: Identifier
    /// The question, at most `queryLengthMax` characters.
    package var query: String
    /// One lecture, one subject, or with neither all that the user owns.
    package var lectureID: Identifier?
    package var subjectID: Identifier?
    /// How many passages at most, 1 to 50.
    package var limit: Int

    package static let queryLengthMax = 4_000

    package init(userID: Identifier, query: String, lectureID: Identifier?, subjectID: Identifier?, limit: Int = 5) {
        self.userID = userID
        self.query = query
        self.lectureID = lectureID
        self.subjectID = subjectID
        self.limit = limit
    }

    package init(json: JSONValue) throws {
        userID = try json.required("user_id")
        query = try json.required("query")
        lectureID = try json.optional("lecture_id")
        subjectID = try json.optional("subject_id")
        limit = try json.optional("limit") ?? 5
    }

    package var json: JSONValue {
        var object: JSONObject = [
            "user_id": .identifier(userID), "query": .string(query), "limit": .integer(Int64(limit)),
        ]
        if let lectureID { object["lecture_id"] = .identifier(lectureID) }
        if let subjectID { object["subject_id"] = .identifier(subjectID) }
        return .object(object)
    }
}

/// A stretch of a lecture that may answer a question.
package struct Passage: JSONRepresentable, Hashable {
    package var chunkID: Identifier
    package var lectureID: Identifier
    package var lectureName: String
    /// First and last page of the passage, counted from 1.
    package var pageFrom: Int
    package var pageTo: Int
    /// The headings above the passage, outermost first, joined by ` › `; empty when there are none.
    package var heading: String
    /// At most 300 words.
    package var text: String
    /// The fused relevance; comparable only within one answer, higher is better.
    package var score: Double
    /// Where each page begins in `text`, in Unicode scalars, in order; the first is at 0.
    package var pageStarts: [PageStart]
    /// Ranges of `text` (Unicode scalars, end exclusive) that carry the matched words.
    package var highlights: [Range<Int>]
    /// How near the passage's parts are to the question in meaning, in order; empty when the search went by words alone.
    /// What an answer is chosen by, so that nobody has to embed the sentences again.
    package var nearness: [Nearness]

    /// From where on in `text` (Unicode scalars) a part of a passage is so near to the question.
    package struct Nearness: Sendable, Hashable {
        package var offset: Int
        /// The cosine of the two vectors, to three digits.
        package var similarity: Double

        package init(offset: Int, similarity: Double) {
            self.offset = offset
            self.similarity = (similarity * 1000).rounded() / 1000
        }
    }

    /// The beginning of a page within a passage.
    package struct PageStart: Sendable, Hashable {
        package var page: Int
        package var offset: Int

        package init(page: Int, offset: Int) {
            self.page = page
            self.offset = offset
        }
    }

    package init(
        chunkID: Identifier, lectureID: Identifier, lectureName: String, pageFrom: Int, pageTo: Int, heading: String,
        text: String, score: Double, pageStarts: [PageStart], highlights: [Range<Int>], nearness: [Nearness] = []
    ) {
        self.chunkID = chunkID
        self.lectureID = lectureID
        self.lectureName = lectureName
        self.pageFrom = pageFrom
        self.pageTo = pageTo
        self.heading = heading
        self.text = text
        self.score = score
        self.pageStarts = pageStarts
        self.highlights = highlights
        self.nearness = nearness
    }

    package init(json: JSONValue) throws {
        chunkID = try json.required("chunk_id")
        lectureID = try json.required("lecture_id")
        lectureName = try json.required("lecture_name")
        pageFrom = try json.required("page_from")
        pageTo = try json.required("page_to")
        heading = try json.required("heading")
        text = try json.required("text")
        score = try json.required("score")
        pageStarts = try (json["pages"]?.array ?? []).map {
            PageStart(page: try $0.required("number"), offset: try $0.required("offset"))
        }
        highlights = (json["highlights"]?.array ?? []).compactMap { pair in
            guard let from = pair[0]?.integer, let to = pair[1]?.integer, from >= 0, from <= to else { return nil }
            return Int(from)..<Int(to)
        }
        nearness = (json["nearness"]?.array ?? []).compactMap { pair in
            guard let offset = pair[0]?.integer, offset >= 0, let similarity = pair[1]?.number else { return nil }
            return Nearness(offset: Int(offset), similarity: similarity)
        }
    }

    package var json: JSONValue {
        var fields = publicFields
        fields["nearness"] = .array(nearness.map { [.integer(Int64($0.offset)), .number($0.similarity)] })
        return .object(fields)
    }

    /// The same as people get it: without what only an answer is chosen by.
    package var publicJSON: JSONValue { .object(publicFields) }

    private var publicFields: JSONObject {
        [
            "chunk_id": .identifier(chunkID), "lecture_id": .identifier(lectureID),
            "lecture_name": .string(lectureName), "page_from": .integer(Int64(pageFrom)),
            "page_to": .integer(Int64(pageTo)), "heading": .string(heading), "text": .string(text),
            "score": .number(score),
            "pages": .array(
                pageStarts.map { ["number": .integer(Int64($0.page)), "offset": .integer(Int64($0.offset))] }),
            "highlights": .array(
                highlights.map { [.integer(Int64($0.lowerBound)), .integer(Int64($0.upperBound))] }),
        ]
    }

    /// The page on which the character at `offset` (Unicode scalars from the start of `text`) stands.
    package func page(at offset: Int) -> Int {
        pageStarts.last { $0.offset <= offset }?.page ?? pageFrom
    }
}

/// Ingest's answer to a `PassageQuery`.
package struct PassageAnswer: JSONRepresentable, Hashable {
    /// Changes whenever the searched material changes; part of the key of cached answers.
    package var contentVersion: String
    /// Best first.
    package var passages: [Passage]

    package init(contentVersion: String, passages: [Passage]) {
        self.contentVersion = contentVersion
        self.passages = passages
    }

    package init(json: JSONValue) throws {
        contentVersion = try json.required("content_version")
        passages = try (json["passages"]?.array ?? []).map { try Passage(json: $0) }
    }

    package var json: JSONValue {
        ["content_version": .string(contentVersion), "passages": .array(passages.map(\.json))]
    }
}
