import Classification
import Testing

@Suite("Files of examples")
struct ExampleSetTests {
    @Test("labels, groups and comments are read")
    func reads() throws {
        let set = try ExampleSet(
            parsing: """
                # about fruit
                [apple]
                red  and round
                # a comment between two lines of one group
                green and sour

                falls from a tree
                [pear]
                yellow, like a bell
                """)
        #expect(set.labels == ["apple", "pear"])
        #expect(
            set.examples.map(\.text) == [
                "red and round", "green and sour", "falls from a tree", "yellow, like a bell",
            ])
        let groups = set.examples.map(\.group)
        #expect(groups[0] == groups[1])
        #expect(Set(groups).count == 3)
    }

    @Test("a line before the first label is named")
    func lineBeforeLabel() {
        let error = #expect(throws: ClassificationError.self) {
            try ExampleSet(parsing: "# head\n\nstray line\n[a]\nx\n[b]\ny\n")
        }
        #expect(error?.description.contains("line 3") == true)
    }

    @Test("one label is not enough", arguments: ["", "[a]\nx\ny\n", "[a]\n[b]\n"])
    func tooFewLabels(text: String) {
        #expect(throws: ClassificationError.self) { try ExampleSet(parsing: text) }
    }

    @Test("as many examples as the limit are taken, and one more is refused")
    func limit() throws {
        var examples = (0..<ExampleSet.examplesMax).map {
            LabelledExample(text: "\($0)", label: $0.isMultiple(of: 2) ? "even" : "odd", group: $0)
        }
        #expect(try ExampleSet(examples).examples.count == ExampleSet.examplesMax)
        examples.append(LabelledExample(text: "more", label: "odd", group: -1))
        #expect(throws: ClassificationError.self) { try ExampleSet(examples) }
    }
}
