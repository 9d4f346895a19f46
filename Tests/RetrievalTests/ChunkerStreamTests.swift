import Testing

@testable import Retrieval

/// Chunking page by page: what comes out, when, and how much is held meanwhile.
struct ChunkerStreamTests {
    /// Pages that are one paragraph together: none ends with a stop, each begins with a small letter.
    static func runningOn(pages count: Int) -> [SourcePage] {
        (1...count).map { number in
            let lines = (0..<12).map {
                "and so item \($0) of list \(number) goes on, without an end that would close it. But then"
            }
            return SourcePage(number: number, text: lines.joined(separator: "\n"))
        }
    }

    private static func chunks(of pages: [SourcePage], paragraphBytesMax: Int) -> [Chunk] {
        let options = Chunker.Options()
        let reader = PieceReader(tokensMax: options.tokensMax, paragraphBytesMax: paragraphBytesMax)
        return Chunker(options: options, reader: reader).chunks(of: pages)
    }

    private static func digest(_ chunks: [Chunk]) -> UInt64 {
        chunks.flatMap { Array($0.text.utf8) + $0.layout }
            .reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    @Test func `the chunks are those that lectures have been stored with`() {
        let pages = Chunker().chunks(of: ChunkerTests.pages)
        #expect(pages.count == 21)
        #expect(Self.digest(pages) == 13_646_234_226_262_963_145)
        let runningOn = Chunker().chunks(of: Self.runningOn(pages: 40))
        #expect(runningOn.count == 20)
        #expect(Self.digest(runningOn) == 16_661_301_009_433_242_577)
    }

    @Test func `a paragraph that runs on over pages is cut the same whether it is held to its end or not`() {
        for pages in [Self.runningOn(pages: 40), ChunkerTests.pages, ChunkerTests.hostile] {
            let whole = Self.chunks(of: pages, paragraphBytesMax: .max)
            #expect(Self.chunks(of: pages, paragraphBytesMax: 0) == whole)
            #expect(Chunker().chunks(of: pages) == whole)
        }
    }

    @Test func `a text cut into two pages anywhere is cut the same whether its paragraph is held to its end or not`() {
        let text = Self.runningOn(pages: 5).map(\.text).joined(separator: "\n") + "\n\nThe end. é中😀 fin"
        let scalars = Array(text.unicodeScalars)
        for cut in stride(from: 0, through: scalars.count, by: 23) {
            let pages = [scalars[..<cut], scalars[cut...]].enumerated().map { index, part in
                SourcePage(number: index + 1, text: String(String.UnicodeScalarView(part)))
            }
            #expect(
                Self.chunks(of: pages, paragraphBytesMax: 0) == Self.chunks(of: pages, paragraphBytesMax: .max),
                "cut at \(cut)")
        }
    }

    @Test(arguments: [true, false])
    func `chunks come out while pages go in, and what is held does not grow`(isOneParagraph: Bool) {
        let pages =
            isOneParagraph
            ? Self.runningOn(pages: 400)
            : (1...400).map { number in
                let lines = (0..<30).map { "Sentence \($0) of page \(number) says something.\n" }
                return SourcePage(number: number, text: "# Page \(number)\n\n" + lines.joined())
            }
        var chunker = Chunker()
        var count = 0
        for page in pages {
            count += chunker.append(page).count
            #expect(chunker.heldBytes < 24_000)
        }
        let rest = chunker.finish()
        #expect(count > 100)
        #expect(rest.count <= 8)
        #expect(rest.last?.index == count + rest.count - 1)
        #expect(chunker.headings.count == (isOneParagraph ? 0 : 400))
    }

    @Test func `headings tell the pages they stand on`() {
        var chunker = Chunker()
        for page in ChunkerTests.pages { _ = chunker.append(page) }
        _ = chunker.finish()
        #expect(chunker.headings.map(\.page) == [1, 2, 4, 5, 7, 8, 10, 11])
        #expect(chunker.headings.prefix(2).map(\.title) == ["Chapter 1", "Part 2"])
        #expect(chunker.headings.prefix(2).map(\.level) == [1, 2])
    }

    @Test func `no more headings are told than the limit`() {
        for count in [PieceReader.headingsMax, PieceReader.headingsMax + 1] {
            var chunker = Chunker()
            for number in 1...count { _ = chunker.append(SourcePage(number: number, text: "# Heading \(number)")) }
            #expect(chunker.headings.count == PieceReader.headingsMax)
        }
    }

    @Test func `text without a single word does not stay held`() {
        var chunker = Chunker()
        for number in 1...200 {
            _ = chunker.append(SourcePage(number: number, text: String(repeating: "\u{1}", count: 3_000)))
            #expect(chunker.heldBytes < 40_000)
        }
    }

    @Test func `a long run of marks ends one sentence`() {
        let dots = String(repeating: ".", count: 600)
        #expect(
            SentenceSplitter().sentences(in: "He waits\(dots) Then he goes.") == ["He waits\(dots)", "Then he goes."])
        #expect(SentenceSplitter().sentences(in: "He waits\(dots) then goes.") == ["He waits\(dots) then goes."])
    }
}
