import Foundation
import TestSupport
import Testing
import Typesetting

@Suite struct ScriptTests {
    /// A sentence and the font that must be in the file for it.
    static let sentences: [(text: String, font: String)] = [
        ("Ægir naïvely saw Łódź, Đồng Tháp and Ÿ.", "NotoSans-Regular"),
        ("Η γάτα κοιμάται στο παράθυρο.", "NotoSans-Regular"), ("Съешь же ещё этих мягких булок.", "NotoSans-Regular"),
        ("नमस्ते दुनिया", "NotoSansDevanagari-Regular"), ("我们明天在北京见面。", "NotoSansCJKsc-Regular"),
        ("私は毎日ラジオを聴きます。", "NotoSansCJKsc-Regular"), ("안녕하세요 세계", "NotoSansCJKsc-Regular"),
        ("สวัสดีชาวโลก", "NotoSansThai-Regular"), ("Բարեւ աշխարհ", "NotoSansArmenian-Regular"),
    ]

    @Test(arguments: sentences.indices)
    func `a sentence comes out as it went in, in a font that was embedded`(index: Int) async throws {
        let (text, font) = Self.sentences[index]
        let pdf = try await probe([paragraph(text)])
        #expect(try pdf.check().status == 0)
        let taken = try pdf.text()
        #expect(taken.contains(text), "\(taken)")
        let fonts = try pdf.fonts()
        #expect(fonts.contains { $0.contains(font) }, "\(fonts)")
        // Columns emb, sub and uni: embedded, in part, and with a way back to Unicode.
        #expect(fonts.allSatisfy { $0.contains("yes yes yes") }, "\(fonts)")
    }

    @Test func `Chinese characters have the shapes of their language, out of one font`() async throws {
        func page(_ language: String, _ text: String) async throws -> [UInt8] {
            var metadata = DocumentMetadata()
            metadata.language = language
            let document = Document(metadata: metadata, blocks: [paragraph(text)])
            let pdf = try PDFProbe(try await Typesetter().pdf(of: document))
            #expect(try pdf.fonts().count { $0.contains("CJK") } == 1)
            return try pdf.grayPage(1, dotsPerInch: 144).samples
        }
        // The same characters, written differently in each country.
        let text = "骨直令海刃"
        let chinese = try await page("zh-CN", text)
        #expect(try await page("ja", text) != chinese)
        #expect(try await page("zh-TW", text) != chinese)
        #expect(try await page("de", text) == chinese)
        // Kana betray Japanese in a document of another language.
        #expect(try await page("ja", text + "の") == page("de", text + "の"))
    }

    @Test func `what one side says from right to left has its name and edge on the right`() async throws {
        func turn(_ text: String) -> Block {
            .turn(DialogueTurn(speaker: "User", side: .first, time: "0:07", text: InlineText(text)))
        }
        let page = try await probe([turn("مرحبا يا صديقي")]).grayPage(1, dotsPerInch: 36)
        #expect(try #require(inkOfFirstLine(page)).first > page.width / 2)
        let other = try await probe([turn("hello")]).grayPage(1, dotsPerInch: 36)
        #expect(try #require(inkOfFirstLine(other)).last < page.width / 2)
    }

    @Test func `text from right to left stands on the right and comes out in the order of reading`() async throws {
        let hebrew = "שלום עולם"
        let arabic = "مرحبا يا صديقي"
        let pdf = try await probe([paragraph(hebrew), paragraph(arabic), paragraph("left")])
        let text = try pdf.text()
        #expect(text.contains(hebrew) && text.contains(arabic), "\(text)")
        let page = try pdf.grayPage(1, dotsPerInch: 36)
        let (first, last) = try #require(inkOfFirstLine(page))
        #expect(first > page.width / 2 && last > page.width * 85 / 100)
    }

    @Test func `a paragraph's own direction comes before that of its letters`() async throws {
        let pdf = try await probe([.paragraph(Paragraph("latin", direction: .rightToLeft))])
        let page = try pdf.grayPage(1, dotsPerInch: 36)
        #expect(try #require(inkOfFirstLine(page)).first > page.width / 2)
        let other = try await probe([.paragraph(Paragraph("שלום", direction: .leftToRight))])
        #expect(try #require(inkOfFirstLine(try other.grayPage(1, dotsPerInch: 36))).last < page.width / 2)
    }

    @Test func `emoji are pictures that can be searched for, drawn once each`() async throws {
        // The first thing on a page, too, which cairo does not like.
        let pdf = try await probe([paragraph("😀😀😀"), paragraph("well done 😀 and 👩‍👩‍👧 and 😀"), .pageBreak, paragraph("😀")])
        #expect(try pdf.check().status == 0)
        #expect(try pdf.text().contains("well done 😀 and"))
        let pictures = try pdf.objects().components(separatedBy: "/Subtype /Image").count - 1
        // Each is a picture and the mask of its transparent parts.
        #expect(pictures == 4)
    }

    @Test func `lines break between words, and within what is too long for a line`() async throws {
        let words = String(repeating: "abcdefghi ", count: 60)
        let address = "https://example.org/" + String(repeating: "abcdefghij", count: 40)
        let pdf = try await probe([paragraph(words), paragraph("Look at \(address) please")])
        let lines = try pdf.text().split(separator: "\n").map { String($0) }
        #expect(lines.filter { $0.contains("abcdefghi ") }.allSatisfy { $0.hasPrefix("abcdefghi") })
        #expect(lines.joined().contains(address))
        // Nothing runs over the margin.
        let page = try pdf.grayPage(1, dotsPerInch: 72)
        for row in 0..<page.height {
            #expect(page.samples[row * page.width + (page.width - 55)..<(row + 1) * page.width].allSatisfy { $0 > 200 })
        }
    }

    @Test func `bold, italic and colour within a word do not break it`() async throws {
        let pdf = try await probe([
            .paragraph(
                Paragraph(
                    InlineText([
                        TextRun("in"), TextRun("ter", bold: true), TextRun("nation", italic: true),
                        TextRun("al, ", color: Ink(0xFF0000)), TextRun(" spaced"), TextRun("  out  "), TextRun("!"),
                    ])))
        ])
        #expect(try pdf.text().contains("international, spaced out !"))
        let fonts = try pdf.fonts().joined()
        #expect(fonts.contains("NotoSans-Bold") && fonts.contains("NotoSans-Italic"))
    }

    @Test func `both ways of shaping set the same text to the same places`() async throws {
        let text = "The quick brown fox jumps over the lazy dog - again, and again; 1,234.56 times (or so)."
        let plain = try await probe([paragraph(text + " " + text)])
        // A word joiner is not plain, but seen by nobody.
        let other = try await probe([paragraph("\u{2060}" + text + " " + text)])
        #expect(try plain.text() == other.text().replacing("\u{2060}", with: ""))
        let (a, b) = (try plain.grayPage(1, dotsPerInch: 72), try other.grayPage(1, dotsPerInch: 72))
        let differing = zip(a.samples, b.samples).count { abs(Int($0) - Int($1)) > 100 }
        #expect(differing < 60, "\(differing) samples differ")
    }

    /// The first and last dark columns of the first line on a page.
    private func inkOfFirstLine(_ page: (width: Int, height: Int, samples: [UInt8])) -> (first: Int, last: Int)? {
        let dark = (0..<page.height).map { row in
            page.samples[row * page.width..<(row + 1) * page.width].contains { $0 < 160 }
        }
        guard let top = dark.firstIndex(of: true) else { return nil }
        let bottom = dark[top...].firstIndex(of: false) ?? page.height
        let columns = (0..<page.width).filter { column in
            (top..<bottom).contains { page.samples[$0 * page.width + column] < 160 }
        }
        guard let first = columns.first, let last = columns.last else { return nil }
        return (first, last)
    }
}
