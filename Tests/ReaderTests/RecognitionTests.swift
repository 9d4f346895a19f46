import ReaderHost
import ReaderProtocol
import Testing

@Suite("Text that is only a picture")
struct RecognitionTests {
    private let pool = ReaderFixtures.pool(workerCount: 1)

    @Test(
        "a scanned page is recognised, whichever way its picture lies in the file",
        arguments: ["scan", "scan-stencil", "scan-turned-by-matrix", "scan-turned-by-page", "scan-upside-down"])
    func scansAreRecognised(_ name: String) async throws {
        let page = try await pool.page(name)
        #expect(page.source == .ocr)
        #expect(page.confidence > 0.85)
        #expect(page.text.contains("The lighthouse was painted white in the spring"))
        #expect(page.turnedDegrees == (name == "scan-upside-down" ? 180 : 0))
    }

    @Test("recognised words stand where they are on the page, also when the paper lay on its head")
    func boxesAreOnThePage() async throws {
        let upright = try await firstWord(of: "scan", is: "Minutes")
        #expect(abs(upright.left - 53) < 4 && abs(upright.top - 60) < 8)
        let turned = try await firstWord(of: "scan-upside-down", is: "Minutes")
        #expect(abs(turned.right - (595 - upright.left)) < 4 && abs(turned.bottom - (432 - upright.top)) < 4)
        let byPage = try await firstWord(of: "scan-turned-by-page", is: "Minutes")
        #expect(abs(byPage.left - upright.left) < 4 && abs(byPage.top - upright.top) < 4)
    }

    @Test("a poor invisible layer over a scan is recognised anew, a good one is believed")
    func invisibleLayersAreJudged() async throws {
        let poor = try await pool.page("scan-with-poor-layer")
        #expect(poor.source == .ocr && poor.textLayerProblem == .poorRecognition)
        #expect(poor.text.contains("Minutes of the harbour council"))
        let good = try await pool.page("scan-with-good-layer")
        #expect(good.source == .textLayer && good.textLayerProblem == nil)
    }

    @Test("a scan with a line of real text on it is recognised as a whole")
    func stampedScansAreRecognised() async throws {
        let page = try await pool.page("scan-with-stamp")
        #expect(page.source == .ocr)
        #expect(page.text.contains("Seven ships") && page.text.contains("Archive copy"))
    }

    private func firstWord(of name: String, is expected: String) async throws -> PageBox {
        let page = try await pool.page(name)
        let layout = try page.layout()
        let word = try #require(layout.words.first)
        #expect(String(decoding: Array(page.text.utf8)[word.textRange], as: UTF8.self) == expected)
        return word.box
    }
}
