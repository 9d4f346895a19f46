import TestSupport
import Testing
import Typesetting

@Suite struct HostileTests {
    static let texts: [(name: String, text: String)] = [
        ("nothing", ""), ("white space", " \t\r\n \u{2028}\n\n "), ("NUL and controls", "a\u{0}b\u{1}\u{7F}\u{9F}c"),
        ("not characters", scalars([0xFFFE, 0xFFFF, 0xFDD0, 0xFDEF, 0x1FFFE, 0x10FFFF])),
        ("private and unassigned", "\u{E000}\u{F8FF}\u{E0001}\u{3FFFD}\u{10FFFD}"),
        ("marks without letters", String(repeating: "\u{0301}\u{0316}\u{20DD}", count: 3_000)),
        ("a letter under a thousand marks", "e" + String(repeating: "\u{0301}", count: 1_000)),
        ("open embeddings", String(repeating: "\u{202E}a\u{202B}ב", count: 400)),
        ("open isolates", String(repeating: "\u{2067}a\u{2066}ב", count: 400) + "\u{2069}"),
        ("joiners", String(repeating: "👩\u{200D}", count: 500)),
        ("variations", String(repeating: "a\u{FE0F}", count: 900)),
        ("flags", String(repeating: "🇩", count: 1_001)), ("soft hyphens", String(repeating: "syl\u{AD}la", count: 900)),
        ("zero width", String(repeating: "\u{200B}\u{FEFF}\u{200C}", count: 900)),
        ("directions mixed", String(repeating: "abc אבג 123 مرحبا ", count: 300)),
        ("an endless word", String(repeating: "x", count: 200_000)),
        ("endless Chinese", String(repeating: "字", count: 30_000)),
        ("endless Arabic", String(repeating: "ب", count: 30_000)),
        ("markup", "<b>&amp;</b> %s %n ${x} \\u0000 (])/Type"),
    ]

    private static func scalars(_ values: [UInt32]) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: values.compactMap { Unicode.Scalar($0) })
        return text
    }

    @Test(arguments: texts.indices)
    func `what nobody would write is set all the same`(index: Int) async throws {
        let (name, text) = Self.texts[index]
        let blocks: [Block] = [
            .heading(Heading(1, InlineText(text), anchor: text)), paragraph(text),
            .turn(DialogueTurn(speaker: text, side: .first, time: text, text: InlineText(text))),
            .table(Table(columns: [.init(), .init(share: 0.001)], rows: [[InlineText(text), InlineText(text)]])),
            paragraph("the end"),
        ]
        // In a narrow cell a long text takes many pages: the long ones go into a paragraph only.
        let pdf = try await probe(text.utf8.count > 20_000 ? [paragraph(text), paragraph("the end")] : blocks)
        #expect(try pdf.check().status == 0, "\(name)")
        #expect(try pdf.text().contains("the end"), "\(name)")
    }

    @Test func `a word of a megabyte is set, by either way of shaping`() async throws {
        for letter in ["x", "字"] {
            let text = String(repeating: letter, count: (1 << 20) / letter.utf8.count)
            let pdf = try await probe([paragraph(text)])
            let taken = try pdf.text().count { String($0) == letter }
            #expect(taken == text.count)
        }
    }

    @Test func `each limit holds at its end and one past it`() async throws {
        var limits = DocumentLimits()
        limits.textBytesMax = 100
        limits.blocksMax = 3
        limits.pagesMax = 2
        limits.tableCellsMax = 8
        limits.tableColumnsMax = 4
        let small = Typesetter(limits: limits)
        func code(_ blocks: [Block]) async -> TypesettingError.Code? {
            do {
                _ = try await small.pdf(of: Document(blocks: blocks))
                return nil
            } catch {
                return error.code
            }
        }
        #expect(await code([paragraph(String(repeating: "é", count: 50))]) == nil)
        #expect(await code([paragraph(String(repeating: "é", count: 50) + "x")]) == .tooLarge)
        #expect(await code([.rule, .rule, .rule]) == nil)
        #expect(await code([.rule, .rule, .rule, .rule]) == .tooLarge)
        #expect(await code([paragraph("a"), .pageBreak, paragraph("b")]) == nil)
        #expect(await code([paragraph(String(repeating: "a\n", count: 50)), .pageBreak, paragraph("b")]) == .tooLarge)
        let columns = [Table.Column](repeating: .init(), count: 4)
        #expect(await code([.table(Table(columns: columns, rows: [[]]))]) == nil)
        #expect(await code([.table(Table(columns: columns, rows: [[], []]))]) == .tooLarge)
        #expect(await code([.table(Table(columns: columns + columns, rows: []))]) == .tooLarge)
        limits = DocumentLimits()
        limits.fileBytesMax = 2_000
        await #expect(throws: TypesettingError.self) {
            try await Typesetter(limits: limits).pdf(of: Document(blocks: [paragraph("a")]))
        }
    }

    @Test func `a page without room and letters without size are refused`() async throws {
        for (width, margin) in [(100.0, 20.0), (.nan, 20), (.infinity, 20), (-5, 20), (595, 400), (595, .nan)] {
            var document = Document(blocks: [paragraph("a")])
            document.page = PageSetup(
                width: width, height: 800, margins: .init(top: 20, bottom: 20, left: margin, right: margin))
            await #expect(throws: TypesettingError.self) { try await typesetter.pdf(of: document) }
        }
        for size in [0, -1, .nan, 1e9] {
            var document = Document(blocks: [paragraph("a")])
            document.theme.body.size = size
            await #expect(throws: TypesettingError.self) { try await typesetter.pdf(of: document) }
        }
    }

    @Test func `fonts that are not there are named`() async throws {
        var document = Document(blocks: [paragraph("a")])
        document.theme.fonts.folders = ["/nowhere"]
        let error = await #expect(throws: TypesettingError.self) { try await Typesetter().pdf(of: document) }
        #expect(error?.code == .fontsMissing)
        // Markup in a folder's name stays a name.
        document.theme.fonts.folders = ["/a&b<c>"]
        let other = await #expect(throws: TypesettingError.self) { try await Typesetter().pdf(of: document) }
        #expect(other?.code == .fontsMissing)
    }

    @Test func `a cancelled task gets no document`() async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await typesetter.pdf(of: Document(blocks: [paragraph("a")]))
        }
        let error = await #expect(throws: TypesettingError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }
}
