import ReaderProtocol
import Testing

@Suite("What readers and their parent say to each other")
struct ReaderProtocolTests {
    private static let layout = PageLayout(
        blocks: [0..<1, 1..<3],
        lines: [
            .init(words: 0..<1, fontSize: 17.2, isBold: true), .init(words: 1..<3, fontSize: 9.9, isBold: false),
            .init(words: 3..<4, fontSize: 9.9, isBold: false),
        ],
        words: [
            .init(textRange: 0..<7, box: PageBox(left: 36, top: 20.5, right: 120, bottom: 40)),
            .init(textRange: 9..<12, box: PageBox(left: 36, top: 60, right: 50, bottom: 70), confidence: 0.955),
            .init(textRange: 13..<18, box: PageBox(left: 54, top: 60, right: 80, bottom: 70), confidence: 0),
            .init(textRange: 19..<22, box: PageBox(left: 36, top: 74, right: 50, bottom: 84), confidence: 1),
        ])
    private static let page = PageReading(
        number: 7, width: 595.25, height: 842, source: .ocr, confidence: 0.93, turnedDegrees: 180,
        textLayerProblem: .poorRecognition, text: "Heading\n\nThe first\nend\n", encodedLayout: layout.encoded(),
        figures: [PageBox(left: 1, top: 2, right: 3, bottom: 4)])
    private static let frames: [ReaderFrame] = [
        .opened(
            DocumentInfo(
                pageCount: 12, title: "Über Zellen",
                outline: [.init(title: "One", page: 1, level: 0), .init(title: "", page: nil, level: 1)])),
        .page(page), .picture([1, 2, 3]), .failed(ReaderFailure(.timedOut, "Page 3 took too long.", page: 3)),
        .failed(ReaderFailure(.encrypted, "locked")), .done(next: 9),
    ]

    @Test("every answer is read back as it was, however the bytes are split")
    func answersSurviveEverySplit() throws {
        let bytes = Self.frames.flatMap { $0.encoded() }
        for split in 0...bytes.count {
            var framing = Framing()
            var found: [ReaderFrame] = []
            for part in [bytes[..<split], bytes[split...]] {
                part.withUnsafeBytes { framing.append($0) }
                while let content = try framing.next() { found.append(try ReaderFrame(decoding: content)) }
            }
            #expect(found == Self.frames)
        }
    }

    @Test("every request is read back as it was")
    func requestsSurvive() throws {
        var configuration = ReaderConfiguration()
        configuration.languages = "deu+eng"
        configuration.languageFolder = "/somewhere"
        configuration.limits.pageTimeout = .milliseconds(1500)
        for request: ReaderRequest in [
            .open(configuration, password: nil), .open(configuration, password: ""),
            .open(configuration, password: "a"),
            .read(pages: 3..<9, slice: .milliseconds(25)), .draw(page: 4, width: 800),
        ] {
            var framing = Framing()
            request.encoded().withUnsafeBytes { framing.append($0) }
            #expect(try ReaderRequest(decoding: try #require(try framing.next())) == request)
        }
    }

    @Test("an answer that is cut off or changed is refused or read as something else, and never traps")
    func damagedAnswersAreHarmless() throws {
        for frame in Self.frames {
            let content = Array(frame.encoded().dropFirst(4))
            for length in 0..<content.count {
                #expect(throws: WireError.self) { try ReaderFrame(decoding: Array(content[..<length])) }
            }
            for index in content.indices {
                for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                    var changed = content
                    changed[index] = value
                    if case .page(let page) = try? ReaderFrame(decoding: changed) { _ = try? page.layout() }
                }
            }
        }
    }

    @Test("a frame that claims more than the limit is refused before anything is kept of it")
    func oversizedFramesAreRefused() {
        var framing = Framing()
        [UInt8]([0x01, 0x00, 0x00, 0x04]).withUnsafeBytes { framing.append($0) }
        #expect(throws: WireError.self) { try framing.next() }
        var fitting = Framing()
        [UInt8]([0x00, 0x00, 0x00, 0x04]).withUnsafeBytes { fitting.append($0) }
        #expect(throws: Never.self) { try fitting.next() }
    }

    @Test("a layout keeps its words to a twentieth of a point and their confidence to half a percent")
    func layoutIsKept() throws {
        let read = try Self.page.layout()
        #expect(read.blocks == Self.layout.blocks)
        #expect(read.lines == Self.layout.lines)
        for (found, given) in zip(read.words, Self.layout.words) {
            #expect(found.textRange == given.textRange)
            #expect(abs(found.box.left - given.box.left) <= 0.025)
            #expect(abs(found.box.bottom - given.box.bottom) <= 0.025)
            #expect(abs((found.confidence ?? -1) - (given.confidence ?? -1)) <= 0.005)
        }
    }

    @Test("a word that reaches beyond the text is refused")
    func wordsStayInsideTheText() {
        #expect(throws: WireError.self) {
            try PageLayout(decoding: Self.layout.encoded(), textByteCount: 21)
        }
        #expect(throws: Never.self) { try PageLayout(decoding: Self.layout.encoded(), textByteCount: 22) }
    }
}
