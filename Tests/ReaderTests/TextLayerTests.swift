import Foundation
import ReaderHost
import ReaderProtocol
import Testing

@Suite("Text that a document has itself")
struct TextLayerTests {
    private let pool = ReaderFixtures.pool(workerCount: 1)

    @Test("columns are read one after the other, the title before them, header first and footer last")
    func columnsAreInOrder() async throws {
        let page = try await pool.page("columns")
        #expect(page.source == .textLayer)
        let marks = [
            "Two landscapes", "over the whole width", "rivers", "build a delta", "deserts.", "a few days", "Page 1",
        ]
        let places = try marks.map { mark in try #require(page.text.range(of: mark), "\(mark) is missing").lowerBound }
        #expect(places == places.sorted())
    }

    @Test("ligatures are spelled out, from Unicode as from TeX's control codes")
    func ligaturesAreLetters() async throws {
        let text = try await pool.page("ligatures").text
        #expect(
            text == "The effect of wind on flying fish is hard to\ndefine; difficult as it is, somebody has to try.\n")
    }

    @Test("a layer whose letters mean something else than they show is not believed")
    func wrongLettersAreRecognised() async throws {
        let page = try await pool.page("wrong-letters")
        #expect(page.source == .ocr)
        #expect(page.textLayerProblem == .garbled)
        #expect(page.text.contains("A river begins"))
    }

    @Test("words name their text and stand inside the page, lines inside their blocks")
    func wordsStandInsideThePage() async throws {
        for name in ["columns", "scan", "scan-upside-down", "huge-page"] {
            let page = try await pool.page(name)
            let layout = try page.layout()
            let text = Array(page.text.utf8)
            #expect(!layout.words.isEmpty)
            for word in layout.words {
                #expect(!text[word.textRange].contains(0x20) && !text[word.textRange].contains(0x0A))
                #expect(word.box.left >= 0 && word.box.right <= page.width && word.box.left <= word.box.right)
                #expect(word.box.top >= 0 && word.box.bottom <= page.height && word.box.top <= word.box.bottom)
            }
            #expect(layout.blocks.flatMap { $0 } == Array(layout.lines.indices))
            #expect(layout.lines.flatMap { $0.words } == Array(layout.words.indices))
        }
    }

    @Test("the lecture is read whole: headings are larger than text, a table is read row by row")
    func lectureIsRead() async throws {
        let pages = try await ReaderFixtures.pool().pages(ReaderFixtures.lecture)
        #expect(pages.map(\.number) == Array(1...14))
        #expect(pages.filter { $0.source == .ocr }.map(\.number) == [8, 12, 13])
        #expect(pages[6].text.contains("Stomata open\tby day\tby day\tby night\nWater per gram"))
        let layout = try pages[1].layout()
        let text = Array(pages[1].text.utf8)
        let heading = try #require(
            layout.lines.first { String(decoding: text[layout.textRange(of: $0)], as: UTF8.self).hasPrefix("1 The") })
        #expect(heading.isBold && abs(heading.fontSize - 16) < 0.2)
        #expect(pages[12].text.contains("the tree gained 74"))
    }

    @Test("title and bookmarks are told when a document is opened")
    func outlineIsTold() async throws {
        let info = try await pool.inspect(ReaderFixtures.lecture)
        #expect(info.pageCount == 14)
        #expect(info.title == "Photosynthesis and Cellular Respiration")
        #expect(info.outline.map(\.page) == (1...14).map { $0 })
    }

    @Test("only the pages asked for are read")
    func pagesCanBeSkipped() async throws {
        let collected = Collected()
        try await pool.read(ReaderFixtures.lecture) { _ in
            [2, 9, 400]
        } deliver: {
            await collected.add($0)
        }
        #expect(await collected.pages.map(\.number).sorted() == [2, 9])
    }

    @Test("an empty page is blank")
    func emptyPageIsBlank() async throws {
        let page = try await pool.page("blank")
        #expect(page.source == .blank && page.text.isEmpty)
    }
}
