import HTTPMessages
import Testing

private enum Item: Equatable {
    case part(name: String, filename: String?, type: String?, content: [UInt8], isComplete: Bool)
    case end
    case failure(MultipartParser.Failure)
}

private func read(
    _ pieces: [[UInt8]], boundary: String = "AaB03x", limits: MultipartParser.Limits = MultipartParser.Limits()
) -> [Item] {
    guard var parser = MultipartParser(boundary: boundary, limits: limits) else { return [] }
    var items: [Item] = []
    var open: (part: MultipartPart, content: [UInt8])?
    func close(isComplete: Bool) {
        guard let (part, content) = open else { return }
        items.append(
            .part(
                name: part.name, filename: part.filename, type: part.contentType?.essence, content: content,
                isComplete: isComplete))
        open = nil
    }
    for piece in pieces {
        let failed = piece.withUnsafeBytes { input in
            var offset = 0
            while true {
                switch parser.next(in: input, at: &offset) {
                case .needsInput: return false
                case .part(let part): open = (part, [])
                case .content(let range): open?.content += input[range]
                case .heldContent(let bytes): open?.content += bytes
                case .partEnd: close(isComplete: true)
                case .end: items.append(.end)
                case .failure(let failure):
                    items.append(.failure(failure))
                    return true
                }
            }
        }
        if failed { return items }
    }
    close(isComplete: false)
    if let failure = parser.failureAtEndOfInput() { items.append(.failure(failure)) }
    return items
}

private func form(_ disposition: String, _ content: String, more: String = "") -> String {
    "--AaB03x\r\nContent-Disposition: \(disposition)\r\n\(more)\r\n\(content)\r\n"
}

private func field(_ content: String, name: String = "a") -> Item {
    .part(name: name, filename: nil, type: nil, content: Array(content.utf8), isComplete: true)
}

private let accepted: [(String, [Item])] = [
    (form("form-data; name=\"a\"", "x") + "--AaB03x--\r\n", [field("x"), .end]),
    ("preamble\r\n--AaB03\r\n" + form("form-data; name=a", "x") + "--AaB03x-- \r\nepilogue", [field("x"), .end]),
    ("--AaB03x--", [.end]), ("\r\n--AaB03x--", [.end]),
    (form("form-data; name=\"a\"", "") + "--AaB03x--", [field(""), .end]),
    // Content that nearly is the boundary.
    (
        form("form-data; name=a", "\r\n--AaB03\r\n--AaB03y\r\r\n-\r\n--\r\n\r\n--AaB03") + "--AaB03x--",
        [field("\r\n--AaB03\r\n--AaB03y\r\r\n-\r\n--\r\n\r\n--AaB03"), .end]
    ),
    (
        form("form-data; name=\"a\"", "1") + "--AaB03x \t\r\n"
            + form("Form-Data; name=\"f\"; filename=\"n.pdf\"", "%PDF", more: "Content-Type: application/pdf\r\n")
            .dropFirst(9) + "--AaB03x--",
        [
            field("1"),
            .part(name: "f", filename: "n.pdf", type: "application/pdf", content: Array("%PDF".utf8), isComplete: true),
            .end,
        ]
    ),
]

private let refused: [(String, MultipartParser.Failure)] = [
    ("", .incomplete), ("--AaB03x", .incomplete), ("--AaB03x\r\n", .incomplete), ("--AaB03x-", .incomplete),
    ("no boundary at all", .incomplete), (form("form-data; name=a", "x"), .incomplete),
    ("--AaB03xy\r\n", .malformedBoundary), ("--AaB03x\n", .malformedBoundary), ("--AaB03x-x", .malformedBoundary),
    ("--AaB03x\r\n\r\nx", .missingName), ("--AaB03x\r\nContent-Type: text/plain\r\n\r\n", .missingName),
    (form("form-data", "x"), .malformedHeader), (form("attachment; name=a", "x"), .malformedHeader),
    (form("form-data; name=\"a", "x"), .malformedHeader), (form("form-data; name=a; name=b", "x"), .malformedHeader),
    (form("form-data; name=a", "x", more: "Content-Disposition: form-data; name=b\r\n"), .malformedHeader),
    (form("form-data; name=a", "x", more: "Content-Type: nonsense\r\n"), .malformedHeader),
    (form("form-data; name=a", "x", more: "X : y\r\n"), .malformedHeader),
    (form("form-data;\r\n name=a", "x"), .malformedHeader), (form("form-data; name=a\0", "x"), .malformedHeader),
    ("--AaB03x\r\nContent-Disposition: form-data; name=a\n\r\n", .malformedHeader),
]

@Suite("Taking forms apart")
struct MultipartParserTests {
    @Test("well-formed forms give the same parts however they are cut", arguments: accepted)
    fileprivate func wellFormed(text: String, expected: [Item]) {
        for pieces in Pieces.everyWay(Array(text.utf8)) { #expect(read(pieces) == expected) }
    }

    @Test("malformed forms are refused however they are cut", arguments: refused)
    func malformed(text: String, failure: MultipartParser.Failure) {
        for pieces in Pieces.everyWay(Array(text.utf8)) { #expect(read(pieces).last == .failure(failure)) }
    }

    @Test("a boundary full of hyphens is found at every cut")
    func hyphens() {
        let text = "--------\r\nContent-Disposition: form-data; name=a\r\n\r\n-----\r\n-----\r\n----------"
        for pieces in Pieces.everyWay(Array(text.utf8)) {
            #expect(read(pieces, boundary: "------") == [field("-----\r\n-----"), .end])
        }
    }

    @Test("random content comes out as it went in, however it is cut")
    func randomContent() {
        var random = SplitMix(seed: 7578)
        let alphabet = Array("\r\n-AaB03xy".utf8)
        for _ in 0..<2_000 {
            let content = (0..<Int(random.next() % 60)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))]
            }
            let joined = String(decoding: content, as: UTF8.self)
            if ("\r\n" + joined).contains("\r\n--AaB03x") { continue }
            let bytes = Array((form("form-data; name=a", joined) + "--AaB03x--").utf8)
            for pieces in [[bytes], bytes.map { [$0] }, Pieces.random(bytes, &random)] {
                #expect(read(pieces) == [field(joined), .end])
            }
        }
    }

    @Test("mutated forms never trap and mean the same however they are cut")
    func mutations() {
        var random = SplitMix(seed: 2046)
        for round in 0..<6_000 {
            let bytes = random.mutated(Array(accepted[round % accepted.count].0.utf8))
            let whole = read([bytes])
            #expect(read(bytes.map { [$0] }) == whole)
            #expect(read(Pieces.random(bytes, &random)) == whole)
        }
    }

    @Test("every limit, at it and one past it")
    func limits() {
        var limits = MultipartParser.Limits()
        (limits.partsMax, limits.fieldBytesMax, limits.fileBytesMax) = (2, 3, 5)
        let end = "--AaB03x--"
        func last(_ text: String) -> Item? {
            let whole = read([Array(text.utf8)], limits: limits).last
            #expect(read(Array(text.utf8).map { [$0] }, limits: limits).last == whole)
            return whole
        }
        let one = form("form-data; name=a", "123")
        #expect(last(one + one + end) == .end)
        #expect(last(one + one + one + end) == .failure(.tooManyParts))
        #expect(last(form("form-data; name=a", "1234") + end) == .failure(.fieldTooLarge))
        #expect(last(form("form-data; name=a; filename=b", "12345") + end) == .end)
        #expect(last(form("form-data; name=a; filename=b", "123456") + end) == .failure(.fileTooLarge))
        limits = MultipartParser.Limits()
        let long = String(repeating: "y", count: limits.headerBytesMax)
        #expect(last(form("form-data; name=a", "", more: "X: \(long)\r\n")) == .failure(.headerTooLarge))
        let many = String(repeating: "X: y\r\n", count: limits.headerCountMax)
        #expect(last(form("form-data; name=a", "", more: many)) == .failure(.headerTooLarge))
        #expect(
            last(
                form("form-data; name=a", "", more: String(repeating: "X: y\r\n", count: limits.headerCountMax - 1))
                    + end) == .end)
    }

    @Test(
        "boundaries that may not be are refused",
        arguments: ["", "a ", "ä", "a\r\n", String(repeating: "a", count: 71)])
    func boundaries(boundary: String) {
        #expect(MultipartParser(boundary: boundary) == nil)
    }

    @Test("the boundary comes from the content type")
    func contentType() throws {
        let good = try #require(MediaType("multipart/form-data; boundary=\"a b\""))
        #expect(MultipartParser(contentType: good) != nil)
        let other = try #require(MediaType("multipart/mixed; boundary=a"))
        #expect(MultipartParser(contentType: other) == nil)
        let none = try #require(MediaType("multipart/form-data"))
        #expect(MultipartParser(contentType: none) == nil)
    }

    @Test(
        "file names lose folders, control characters and tricks",
        arguments: [
            (#"filename="a.pdf""#, "a.pdf"), (#"filename="""#, ""), (#"filename="../../etc/passwd""#, "passwd"),
            (#"filename="C:\notes\a.pdf""#, "a.pdf"), (#"filename="a%22b.pdf""#, "a\"b.pdf"),
            (#"filename="a\"b.pdf""#, "a\"b.pdf"), (#"filename="a%0d%0ab""#, "ab"), (#"filename="..""#, ""),
            (#"filename="a/""#, ""), (#"filename="Übung 1.pdf""#, "Übung 1.pdf"),
            ("filename=\"a\u{202e}fdp.exe\"", "afdp.exe"),
            (#"filename=x; filename*=UTF-8''na%C3%AFve%2Fb.pdf"#, "b.pdf"),
            (#"filename=x; filename*=latin1''%FF"#, "x"),
            (#"filename=x; filename*=UTF-8''%FF"#, "x"), (#"filename="100%.pdf""#, "100%.pdf"),
        ])
    func filenames(parameter: String, expected: String) {
        let text = form("form-data; name=f; \(parameter)", "x") + "--AaB03x--"
        #expect(
            read([Array(text.utf8)]) == [
                .part(name: "f", filename: expected, type: nil, content: [0x78], isComplete: true), .end,
            ])
    }

    @Test("long file names are cut between characters")
    func longFilename() {
        let text = form("form-data; name=f; filename=\"\(String(repeating: "é", count: 300))\"", "x") + "--AaB03x--"
        guard case .part(_, let filename?, _, _, _)? = read([Array(text.utf8)]).first else {
            Issue.record("no file")
            return
        }
        #expect(filename == String(repeating: "é", count: 127))
    }
}
