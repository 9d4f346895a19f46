import Testing

@testable import Retrieval

struct SentenceSplitterTests {
    private func split(_ text: String) -> [String] { SentenceSplitter().sentences(in: text) }

    @Test(arguments: [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Dr. Smith met Mr. Jones. They spoke.", ["Dr. Smith met Mr. Jones.", "They spoke."]),
        ("Pi is 3.14 or so. E is 2.71.", ["Pi is 3.14 or so.", "E is 2.71."]),
        ("J. R. R. Tolkien wrote it. The end.", ["J. R. R. Tolkien wrote it.", "The end."]),
        ("As Li et al. Showed, e.g. in Fig. 3, it works.", ["As Li et al. Showed, e.g. in Fig. 3, it works."]),
        ("He likes rice, tea, etc. The rest is gone.", ["He likes rice, tea, etc.", "The rest is gone."]),
        ("It ended [3, 4]. It began. [12] And so on.", ["It ended [3, 4].", "It began. [12]", "And so on."]),
        ("She said \"Go.\" He went.", ["She said \"Go.\"", "He went."]),
        ("What?! Really... Yes.", ["What?!", "Really...", "Yes."]),
        ("今日は。明日は！", ["今日は。", "明日は！"]),
        ("هل هذا صحيح؟ نعم۔ حسنا", ["هل هذا صحيح؟", "نعم۔", "حسنا"]),
        ("A title\n\nA text that follows.", ["A title", "A text that follows."]),
        ("Points:\n• first point\n• second point", ["Points:", "• first point", "• second point"]),
        (
            "a line that is wrapped by the reader at its\nend goes on.",
            ["a line that is wrapped by the reader at its\nend goes on."]
        ),
        ("", []), (" \n\n \t", []), ("\n\nx\n\n\n", ["x"]), ("...", ["..."]), ("😀. 😀!", ["😀.", "😀!"]),
    ])
    func `sentences end where a reader would end them`(text: String, sentences: [String]) {
        #expect(split(text) == sentences)
    }

    @Test func `nothing is lost, nothing is there twice, nothing is too long`() {
        let texts = [
            String(repeating: "x", count: 10_000), String(repeating: "é", count: 10_000),
            String(repeating: "word ", count: 5_000),
            String(repeating: "\n", count: 500) + "a" + String(repeating: ".", count: 3000),
            String(repeating: "😀", count: 3_000), String(repeating: "A. B. ", count: 2_000),
            "\u{0}\u{1}. \u{202E}abc. אבג. ",
        ]
        for text in texts {
            let bytes = Array(text.utf8)
            let ranges = SentenceSplitter().ranges(in: bytes)
            var covered = 0
            for range in ranges {
                #expect(range.lowerBound >= covered && !range.isEmpty && range.count <= 1_000)
                #expect(bytes[covered..<range.lowerBound].allSatisfy(UTF8Text.isSpace))
                #expect(String(validating: bytes[range], as: UTF8.self) != nil)
                covered = range.upperBound
            }
            #expect(bytes[covered...].allSatisfy(UTF8Text.isSpace))
        }
    }
}
