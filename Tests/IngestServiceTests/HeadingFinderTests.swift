import Testing

@testable import IngestService

@Suite struct HeadingFinderTests {
    private func line(_ text: String, _ size: Double, startsBlock: Bool = true) -> CleaningPage.Line {
        CleaningPage.Line(text: text, index: 0, middle: 500, startsBlock: startsBlock, fontSize: size)
    }

    private let body = "The body of the text goes on for a while and is much longer than any heading would ever be."

    @Test func `larger letters make headings, sizes make levels`() {
        var finder = HeadingFinder()
        finder.add([line("Rings", 24), line("Ideals", 16), line(body, 11), line(body, 11)], page: 1)
        finder.add([line("Quotients", 16.4), line(body, 11), line("Fields", 24), line(body, 11)], page: 2)
        #expect(
            finder.headings() == [
                OutlineItem(title: "Rings", level: 1, page: 1), OutlineItem(title: "Ideals", level: 2, page: 1),
                OutlineItem(title: "Quotients", level: 2, page: 2), OutlineItem(title: "Fields", level: 1, page: 2),
            ])
    }

    @Test func `a heading of two lines is one, and a repeated one is told once`() {
        var finder = HeadingFinder()
        for page in 1...3 {
            finder.add(
                [
                    line("The spectral theorem", 20), line("for bounded operators", 20, startsBlock: false),
                    line(body, 11),
                ],
                page: page)
        }
        for page in 4...6 { finder.add([line(body, 11)], page: page) }
        #expect(
            finder.headings() == [OutlineItem(title: "The spectral theorem for bounded operators", level: 1, page: 1)])
    }

    @Test func `formulas, numbers and pages of large letters only are no headings`() {
        var finder = HeadingFinder()
        finder.add([line("= 2 + 3", 20), line("42", 20), line("h i", 20), line(body, 11)], page: 1)
        #expect(finder.headings().isEmpty)
        var poster = HeadingFinder()
        poster.add(
            [line(body, 11)] + (1...9).map { line("Large words \($0)", 30) } + [line(body + body + body, 11)], page: 1)
        #expect(poster.headings().isEmpty)
    }

    @Test func `a head on every page of a short document is no heading`() {
        var finder = HeadingFinder()
        finder.add([line("Faculty of Arts", 14), line("Rings", 14), line(body, 11), line("Page 1", 14)], page: 1)
        finder.add([line("Faculty of Arts", 14), line(body, 11), line("Page 2", 14)], page: 2)
        #expect(finder.headings() == [OutlineItem(title: "Rings", level: 1, page: 1)])
    }

    @Test func `text of one size has none`() {
        var finder = HeadingFinder()
        finder.add([line("Introduction", 11), line(body, 11)], page: 1)
        #expect(finder.headings().isEmpty)
    }
}
