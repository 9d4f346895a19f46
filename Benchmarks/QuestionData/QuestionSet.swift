internal import JSONCoding

/// Articles and questions whose answers are somewhere in an article.
package struct QuestionSet {
    package struct Article {
        package let id: String
        package let title: String
        package let text: String
    }

    package struct Question {
        package let articleID: String
        package let text: String
        /// The answer without white space at its ends.
        package let answer: String
        /// Where the answer is in the article, in UTF-8 bytes.
        package let range: Range<Int>
    }

    package let articles: [Article]
    package let questions: [Question]

    /// Reads `articles.jsonl` (`article`, `title`, `text`) and `questions.jsonl` (`article`, `question`, `answer`,
    /// `answer_start` in code points).
    package init(folder: String) throws {
        let articles = try Self.lines(of: "\(folder)/articles.jsonl").map { line in
            guard let id = line["article"]?.integer, let text = line["text"]?.string else {
                throw BenchmarkFailure("an article lacks its number or its text")
            }
            return Article(id: "\(id)", title: line["title"]?.string ?? "", text: text)
        }
        var texts: [String: [UInt8]] = [:]
        for article in articles { texts[article.id] = Array(article.text.utf8) }
        self.articles = articles
        questions = try Self.lines(of: "\(folder)/questions.jsonl").map { line in
            guard let id = line["article"]?.integer, let question = line["question"]?.string,
                let answer = line["answer"]?.string, let start = line["answer_start"]?.integer,
                let text = texts["\(id)"], let range = Self.place(of: answer, near: Int(start), in: text)
            else { throw BenchmarkFailure("a question lacks a part, or its answer is not in the article") }
            return Question(
                articleID: "\(id)", text: question, answer: String(decoding: text[range], as: UTF8.self), range: range)
        }
    }

    /// Where the answer is nearest to the place that the set tells, which is off by one here and there.
    private static func place(of answer: String, near start: Int, in text: [UInt8]) -> Range<Int>? {
        let answer = trimmed(Array(answer.utf8))
        guard !answer.isEmpty else { return nil }
        var scalars = 0
        var best: (distance: Int, offset: Int)?
        for offset in text.indices where text[offset] & 0xC0 != 0x80 {
            if text[offset] == answer[0], text[offset...].starts(with: answer) {
                let distance = abs(scalars - start)
                if best.map({ distance < $0.distance }) ?? true { best = (distance, offset) }
            }
            scalars += 1
        }
        return best.map { $0.offset..<($0.offset + answer.count) }
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return Array(bytes[first...last])
    }

    private static func lines(of path: String) throws -> [JSONValue] {
        try contents(of: path).split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: Array($0)) }
    }
}
