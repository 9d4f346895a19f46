package import JSONCoding

/// Where a statement of an answer comes from: lecture, page and the sentence itself.
package struct Citation: Sendable, Hashable {
    /// The number that stands in the answer's text as `[n]`, from 1.
    package var number: Int
    package var passageID: String
    package var lectureID: String
    package var lectureName: String
    package var page: Int
    /// A sentence of the passage, word for word; only white space is made uniform.
    package var quote: String

    package init(
        number: Int, passageID: String, lectureID: String, lectureName: String, page: Int, quote: String
    ) {
        self.number = number
        self.passageID = passageID
        self.lectureID = lectureID
        self.lectureName = lectureName
        self.page = page
        self.quote = quote
    }

    /// A citation of one sentence of a passage.
    package init(number: Int, passage: SourcePassage, sentence: PassageSentence) {
        self.init(
            number: number, passageID: passage.id, lectureID: passage.lectureID, lectureName: passage.lectureName,
            page: passage.page(at: sentence.offset), quote: sentence.text)
    }

    /// Whether the quote really stands in the text, white space aside.
    package func isContained(in passage: SourcePassage) -> Bool {
        !quote.isEmpty && PassageSentence.normalised(passage.text).contains(quote)
    }

    package var json: JSONValue {
        [
            "number": .integer(Int64(number)), "chunk_id": .string(passageID), "lecture_id": .string(lectureID),
            "lecture_name": .string(lectureName), "page": .integer(Int64(page)), "quote": .string(quote),
        ]
    }

    package init?(json: JSONValue) {
        guard let number = json["number"]?.integer, let passageID = json["chunk_id"]?.string,
            let lectureID = json["lecture_id"]?.string, let lectureName = json["lecture_name"]?.string,
            let page = json["page"]?.integer, let quote = json["quote"]?.string
        else { return nil }
        self.init(
            number: Int(number), passageID: passageID, lectureID: lectureID, lectureName: lectureName, page: Int(page),
            quote: quote)
    }
}
