import Foundation
import TestSupport
import Testing
import Typesetting

/// One for all tests: it works on one document at a time anyway, and loads its fonts once.
let typesetter = Typesetter()

func probe(_ blocks: [Block], metadata: DocumentMetadata = DocumentMetadata()) async throws -> PDFProbe {
    var document = Document(metadata: metadata, blocks: blocks)
    document.runningHead = RunningHead(head: "The head", foot: "The foot")
    return try PDFProbe(try await typesetter.pdf(of: document))
}

func paragraph(_ text: String) -> Block { .paragraph(Paragraph(InlineText(text))) }

@Suite struct DocumentTests {
    @Test func `a document with every kind of block is sound and reads in order`() async throws {
        let pdf = try await probe([
            .paragraph(Paragraph("The title", role: .title)), .paragraph(Paragraph("The lead", role: .lead)),
            .heading(Heading(1, "First chapter")), paragraph("A paragraph."), .rule,
            .list(TextList([.init("apples", note: "green ones"), .init("pears")], marker: .number)),
            .list(TextList([.init("wash the dishes")], marker: .box)),
            .keyValues([KeyValue("Colour", "blue")]),
            .callout(Callout(title: "Mind", paragraphs: ["the gap"])),
            .table(
                Table(columns: [.init(), .init(alignment: .end)], header: ["Name", "Sum"], rows: [["Anna", "12"]])),
            .turn(DialogueTurn(speaker: "Clara", side: .first, time: "0:07", text: "Good morning.")),
            .turn(DialogueTurn(speaker: "User", side: .second, time: "", text: "Hello.")),
            .paragraph(Paragraph("Somebody said so", role: .quotation)), .space(20), .pageBreak,
            .paragraph(Paragraph("On the next page", role: .small)),
        ])
        #expect(try pdf.check().status == 0)
        #expect(try pdf.info("Pages") == "2")
        let text = try pdf.text()
        let words = [
            "The title", "The lead", "First chapter", "A paragraph.", "apples", "green ones", "pears",
            "wash the dishes", "Colour", "blue", "Mind", "the gap", "Name", "Sum", "Anna", "12", "Clara", "0:07",
            "Good morning.", "User", "Hello.", "Somebody said so", "The foot", "1 of 2", "The head",
            "On the next page", "2 of 2",
        ]
        var rest = text[...]
        for word in words {
            let found = try #require(rest.firstRange(of: word), "\(word) is not where it should be in:\n\(text)")
            rest = rest[found.upperBound...]
        }
    }

    @Test func `a document without anything is one page with its number`() async throws {
        let pdf = try await probe([])
        #expect(try pdf.check().status == 0)
        #expect(try pdf.info("Pages") == "1")
        #expect(try pdf.text().contains("1 of 1"))
    }

    @Test func `heads and feet that are too long for their line end with an ellipsis`() async throws {
        var document = Document(blocks: [.paragraph(Paragraph("One")), .pageBreak, .paragraph(Paragraph("Two"))])
        document.runningHead = RunningHead(
            head: String(repeating: "W", count: 500), foot: "Made " + String(repeating: "word ", count: 200))
        let pdf = try PDFProbe(try await Typesetter().pdf(of: document))
        let text = try pdf.text()
        #expect(text.contains("WWW…") && text.contains("2 of 2"), "\(text)")
        #expect(text.split(separator: "\n").contains { $0.hasPrefix("Made word") && $0.contains("…") }, "\(text)")
        #expect(text.count { $0 == "W" } < 200)
    }

    @Test func `metadata is what was given, and nothing else`() async throws {
        var metadata = DocumentMetadata()
        metadata.title = "Tïtel (mit Klammern) \\ 標題\nund Zeile\u{0}"
        metadata.author = "Łukasz"
        metadata.subject = "Ein Gegenstand"
        metadata.keywords = ["one", "two"]
        metadata.creator = "The tests"
        metadata.language = "de-AT"
        metadata.created = "2026-02-03T04:05:06.789Z"
        let pdf = try await probe([paragraph("x")], metadata: metadata)
        #expect(try pdf.info("Title") == "Tïtel (mit Klammern) \\ 標題 und Zeile")
        #expect(try pdf.info("Author") == "Łukasz")
        #expect(try pdf.info("Subject") == "Ein Gegenstand")
        #expect(try pdf.info("Keywords") == "one, two")
        #expect(try pdf.info("Creator") == "The tests")
        #expect(try pdf.info("CreationDate") == "2026-02-03T04:05:06Z")
        #expect(try pdf.info("ModDate") == "2026-02-03T04:05:06Z")
        #expect(try pdf.info("Tagged") == "yes")
        let objects = try pdf.objects()
        #expect(objects.contains("/Lang (de-AT)"))
        #expect(objects.contains("/DisplayDocTitle true"))
        // What is no language tag does not get into the file's syntax.
        metadata.language = "de) /Evil (x"
        let other = try await probe([paragraph("x")], metadata: metadata)
        #expect(try other.check().status == 0)
        #expect(!(try other.objects().contains("/Lang")))
    }

    @Test func `equal documents are equal bytes`() async throws {
        let document = Document(blocks: [
            .heading(Heading(1, "Ένα")), paragraph("one two 三 😀 أربعة"), paragraph("one two 三 😀 أربعة"),
        ])
        let first = try await typesetter.pdf(of: document)
        #expect(try await typesetter.pdf(of: document) == first)
        // With fonts opened anew and no word seen before.
        #expect(try await Typesetter().pdf(of: document) == first)
    }

    @Test func `headings become the outline, each below the one above it`() async throws {
        let pdf = try await probe([
            .heading(Heading(1, "Alpha")), .heading(Heading(2, "Beta")), .heading(Heading(3, "Gamma")), .pageBreak,
            .heading(Heading(2, "Delta")), .heading(Heading(1, "Hidden", isInOutline: false)),
            .heading(Heading(1, "Epsilon")), .heading(Heading(1, "")),
        ])
        #expect(try pdf.check().status == 0)
        let outline = OutlineReader(objects: try pdf.objects())
        #expect(outline.lines == ["Alpha", " Beta", "  Gamma", " Delta", "Epsilon"])
    }

    @Test func `links lead to the web and to anchors, and only there`() async throws {
        let pdf = try await probe([
            .paragraph(
                Paragraph(
                    InlineText([
                        TextRun("see "), TextRun("here", link: .web("https://example.org/a b'c(d)\\é?q=1#f")),
                        TextRun(" or "), TextRun("there", link: .anchor("end")), TextRun(" or "),
                        TextRun("nowhere", link: .anchor("missing")),
                        TextRun("bad", link: .web("javascript:alert(1)")), TextRun("worse", link: .web("https:")),
                    ]))), .pageBreak, .paragraph(Paragraph("the end", anchor: "end")),
            .paragraph(Paragraph("the second end", anchor: "end")),
        ])
        #expect(try pdf.check().status == 0)
        let objects = try pdf.objects()
        #expect(objects.contains("/URI (https://example.org/a%20b%27c\\(d\\)%5C%C3%A9?q=1#f)"))
        #expect(objects.split(separator: "/Subtype /Link").count - 1 == 2)
        #expect(!objects.contains("javascript"))
        #expect(try pdf.text().contains("see here or there or nowherebadworse"))
        let structure = try pdf.structure()
        #expect(structure.contains("Link"))
    }

    @Test func `the structure says what is heading, table, list and paragraph`() async throws {
        let rows = (1...90).map { [InlineText("row \($0)"), InlineText("value \($0)")] }
        let pdf = try await probe([
            .heading(Heading(2, "Chapter")), paragraph("Words."), .list(TextList([.init("item")])),
            .table(Table(columns: [.init(), .init()], header: ["A", "B"], rows: rows)), paragraph("After."),
        ])
        let structure = try pdf.structure()
        for tag in ["H2", "P (block)", "L (block)", "LI", "Table", "TH", "TD"] {
            #expect(structure.contains(tag), "\(tag)")
        }
        // The table goes over pages and is one all the same, with one header.
        #expect(structure.split(separator: "Table").count - 1 == 1)
        #expect(structure.split(separator: "TR").count - 1 == 91)
        #expect(try Int(pdf.info("Pages") ?? "") ?? 0 >= 3)
        #expect(try pdf.text().split(separator: "A\n").count >= 3)
    }
}

/// Reads the outline out of the plain words of a file.
private struct OutlineReader {
    private(set) var lines: [String] = []
    private var entries: [Int: String] = [:]

    init(objects: String) {
        var root: Int?
        for object in objects.components(separatedBy: "endobj") {
            guard let number = Self.number(before: " 0 obj", in: object) else { continue }
            if object.contains("/Title "), object.contains("/Dest") { entries[number] = object }
            if object.contains("/Type /Outlines") { root = Self.number(after: "/First ", in: object) }
        }
        add(root, depth: 0)
    }

    private mutating func add(_ first: Int?, depth: Int) {
        var next = first
        while let number = next, let entry = entries.removeValue(forKey: number) {
            let title = entry.components(separatedBy: "/Title (").dropFirst().first?.components(separatedBy: ")").first
            lines.append(String(repeating: " ", count: depth) + (title ?? "?"))
            add(Self.number(after: "/First ", in: entry), depth: depth + 1)
            next = Self.number(after: "/Next ", in: entry)
        }
    }

    private static func number(before word: String, in text: String) -> Int? {
        let head = text.components(separatedBy: word)[0]
        return Int(String(head.reversed().prefix { $0.isNumber }.reversed()))
    }

    private static func number(after word: String, in text: String) -> Int? {
        guard let rest = text.components(separatedBy: word).dropFirst().first else { return nil }
        return Int(rest.prefix { $0.isNumber })
    }
}
