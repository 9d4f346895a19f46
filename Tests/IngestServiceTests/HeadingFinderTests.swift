import Testing

@testable import IngestService

@Suite struct HeadingFinderTests {
    private func line(_ text: String, _ size: Double, startsBlock: Bool = true) -> CleaningPage.Line {
        CleaningPage.Line(text: text, index: 0, middle: 500, startsBlock: startsBlock, fontSize: size)
    }

    private let body = "The body of the text goes on for a while and is much longer than any heading would ever be."

    /// The headings of pages of lines.
    private func headings(_ pages: [[CleaningPage.Line]]) -> [OutlineItem] {
        var sizes = LetterSizes()
        for line in pages.joined() { sizes.add(line) }
        var finder = HeadingFinder(sizes)
        for (index, lines) in pages.enumerated() { finder.add(lines, page: index + 1) }
        return finder.headings()
    }

    @Test func `larger letters make headings, sizes make levels`() {
        #expect(
            headings([
                [line("Rings", 24), line("Ideals", 16), line(body, 11), line(body, 11)],
                [line("Quotients", 16.4), line(body, 11), line("Fields", 24), line(body, 11)],
            ]) == [
                OutlineItem(title: "Rings", level: 1, page: 1), OutlineItem(title: "Ideals", level: 2, page: 1),
                OutlineItem(title: "Quotients", level: 2, page: 2), OutlineItem(title: "Fields", level: 1, page: 2),
            ])
    }

    @Test func `a heading of two lines is one, and a repeated one is told once`() {
        let title = [line("The spectral theorem", 20), line("for bounded operators", 20, startsBlock: false)]
        let pages = (1...3).map { _ in title + [line(body, 11)] } + (4...6).map { _ in [line(body, 11)] }
        #expect(
            headings(pages) == [OutlineItem(title: "The spectral theorem for bounded operators", level: 1, page: 1)])
    }

    @Test func `a line of the body that a heading happens to end with is no part of it`() {
        let pages = [[line("On rings", 20), line("rings", 11, startsBlock: false), line(body, 11, startsBlock: false)]]
        #expect(headings(pages) == [OutlineItem(title: "On rings", level: 1, page: 1)])
    }

    @Test func `formulas, numbers and pages of large letters only are no headings`() {
        #expect(headings([[line("= 2 + 3", 20), line("42", 20), line("h i", 20), line(body, 11)]]).isEmpty)
        let poster =
            [line(body, 11)] + (1...9).map { line("Large words \($0)", 30) } + [line(body + body + body, 11)]
        #expect(headings([poster]).isEmpty)
    }

    @Test func `a head on every page of a short document is no heading`() {
        #expect(
            headings([
                [line("Faculty of Arts", 14), line("Rings", 14), line(body, 11), line("Page 1", 14)],
                [line("Faculty of Arts", 14), line(body, 11), line("Page 2", 14)],
            ]) == [OutlineItem(title: "Rings", level: 1, page: 1)])
    }

    @Test func `text of one size has none, nor has text of unknown size`() {
        #expect(headings([[line("Introduction", 11), line(body, 11)]]).isEmpty)
        #expect(headings([[line("Introduction", 0), line(body, 0)]]).isEmpty)
    }

    @Test func `furniture does not count for the size of the text`() {
        var cleaner = PageCleaner()
        let foot = "A long line at the foot of each page, in small type"
        let pages = (1...8).map { number in
            let lines = [("Rings \(number)", 500, 11.0), (foot, 960, 7.0)]
            return CleaningPage(
                number: number,
                lines: lines.enumerated().map { index, line in
                    CleaningPage.Line(
                        text: line.0, index: index, middle: line.1, startsBlock: true, fontSize: line.2)
                }
                    + [
                        CleaningPage.Line(
                            text: "Some words of text about it all \(number)", index: 2, middle: 600, startsBlock: true,
                            fontSize: 11)
                    ])
        }
        for page in pages { cleaner.learn(page) }
        #expect(cleaner.finish().sizes.body == 11)
    }
}
