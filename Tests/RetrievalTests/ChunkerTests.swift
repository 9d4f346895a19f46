import Testing

@testable import Retrieval

struct ChunkerTests {
    /// Some pages of prose with headings.
    static let pages: [SourcePage] = (1...12).map { number in
        let heading = number % 3 == 1 ? "# Chapter \(number)\n\n" : number % 3 == 2 ? "## Part \(number)\n\n" : ""
        let sentences = (0..<(number * 9)).map {
            "Sentence \($0) of page \(number) tells about topic \($0 % 7) at length."
        }
        let half = sentences.count / 2
        return SourcePage(
            number: number,
            text: heading + sentences[..<half].joined(separator: " ") + "\n\n"
                + sentences[half...].joined(separator: "\n"))
    }

    @Test func `the cores hold every character of the source once`() {
        for pages in [Self.pages, [SourcePage(number: 1, text: String(repeating: "x ", count: 9_000))], Self.hostile] {
            let source = SourceText(pages: pages)
            var covered = 0
            for chunk in Chunker().chunks(of: pages) {
                let core = (chunk.characterRange.lowerBound + chunk.coreOffset)..<chunk.characterRange.upperBound
                #expect(core.lowerBound >= covered)
                #expect(source.bytes[covered..<core.lowerBound].allSatisfy(UTF8Text.isSpace))
                #expect(source.text(in: chunk.characterRange) == chunk.text)
                covered = core.upperBound
            }
            #expect(source.bytes[covered...].allSatisfy(UTF8Text.isSpace))
        }
    }

    @Test func `units hold every character of the core once`() {
        for chunk in Chunker().chunks(of: Self.pages + Self.hostile) {
            let bytes = Array(chunk.text.utf8)
            var covered = chunk.coreOffset
            for unit in chunk.units {
                #expect(unit.lowerBound >= covered && bytes[covered..<unit.lowerBound].allSatisfy(UTF8Text.isSpace))
                covered = unit.upperBound
            }
            #expect(covered == bytes.count)
            #expect(chunk.unitTexts.count == chunk.units.count)
        }
    }

    @Test func `a chunk tells the pages its text is from`() throws {
        for chunk in Chunker().chunks(of: Self.pages) {
            let bytes = Array(chunk.text.utf8)
            #expect(chunk.pageFrom <= chunk.pageTo)
            for page in chunk.pages {
                let text = String(decoding: bytes[page.range], as: UTF8.self)
                let source = try #require(Self.pages.first { $0.number == page.number })
                #expect(source.text.contains(text))
            }
        }
    }

    @Test func `chunks have about 500 tokens, repeat a little, and begin with headings`() {
        let chunks = Chunker().chunks(of: Self.pages)
        #expect(chunks.count > 5)
        #expect(chunks.allSatisfy { TokenEstimate.count($0.text) <= 560 + 20 })
        #expect(chunks.contains { $0.coreOffset > 0 })
        #expect(chunks.first?.headingPath == ["Chapter 1"])
        #expect(chunks.contains { $0.headingPath == ["Chapter 4", "Part 5"] && $0.text.hasPrefix("## Part 5") })
    }

    @Test func `empty documents have no chunks`() {
        #expect(Chunker().chunks(of: []).isEmpty)
        #expect(Chunker().chunks(of: [SourcePage(number: 1, text: ""), SourcePage(number: 2, text: " \n ")]).isEmpty)
    }

    @Test func `a sentence that runs on to the next page is not torn apart`() {
        let source = SourceText(pages: [
            SourcePage(number: 1, text: "It goes"), SourcePage(number: 2, text: "on here. End."),
        ])
        #expect(
            SentenceSplitter().ranges(in: source.bytes).map { source.text(in: $0) } == ["It goes\non here.", "End."])
    }

    @Test func `a chunk survives storing, and damaged bytes are refused`() {
        for chunk in Chunker().chunks(of: Self.pages) {
            #expect(Chunk(text: chunk.text, layout: chunk.layout) == chunk)
            for count in 0..<chunk.layout.count {
                #expect(Chunk(text: chunk.text, layout: Array(chunk.layout[..<count])) == nil)
            }
            #expect(Chunk(text: chunk.text + "x", layout: chunk.layout) == nil)
            for index in chunk.layout.indices {
                var damaged = chunk.layout
                damaged[index] ^= 0xFF
                _ = Chunk(text: chunk.text, layout: damaged)
            }
        }
    }

    static let hostile = [
        SourcePage(number: 1, text: String(repeating: "x", count: 5_000)),
        SourcePage(number: 2, text: "\u{202E}אבגד הוז. " + String(repeating: "😀", count: 2_000)),
        SourcePage(number: 3, text: ""), SourcePage(number: 4, text: String(repeating: "# \n", count: 300)),
        SourcePage(number: 5, text: String(repeating: "1. \n2.1 \n- \n", count: 200)),
        SourcePage(number: 6, text: "\n\n\n#\n##\n\u{0}"),
    ]
}
