import Retrieval
import Testing

@Suite("Sentences and line breaks")
struct SentenceSplitterLineTests {
    @Test("a heading, a list and an empty line each end what stood before them, and the search for it ends, too")
    func lineBreaks() {
        let text = """
            Light reactions
            They take place in the thylakoid membrane and need water as well as light from the sun.
            - they make ATP
            - they make NADPH

            The Calvin cycle follows
            """
        #expect(
            SentenceSplitter().sentences(in: text) == [
                "Light reactions",
                "They take place in the thylakoid membrane and need water as well as light from the sun.",
                "- they make ATP", "- they make NADPH", "The Calvin cycle follows",
            ])
    }

    @Test("any arrangement of marks, breaks and letters is split without losing a visible byte")
    func everyArrangement() {
        let marks = ["\n", ".", "a", "A", "-", " ", "1"]
        for number in 0..<16_807 {
            var rest = number
            let text = (0..<5).map { _ -> String in
                defer { rest /= marks.count }
                return marks[rest % marks.count]
            }.joined()
            let found = SentenceSplitter().sentences(in: text).joined()
            let visible: (String) -> [Character] = { $0.filter { !$0.isWhitespace } }
            #expect(visible(found) == visible(text))
        }
    }
}
