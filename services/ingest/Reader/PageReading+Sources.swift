import OCR
import PDFText
import ReaderProtocol

extension PageReading {
    /// From the text layer, good or bad.
    init(
        number: Int, size: (width: Double, height: Double), layer: PDFPageText, judgement: TextLayerJudgement
    ) {
        let layout = PageLayout(
            blocks: layer.blocks,
            lines: layer.lines.map { .init(words: $0.words, fontSize: $0.fontSize, isBold: $0.isBold) },
            words: layer.words.map { word in
                .init(
                    textRange: word.textRange,
                    box: PageBox(left: word.left, top: word.top, right: word.right, bottom: word.bottom)
                        .clamped(width: size.width, height: size.height))
            })
        self.init(
            number: number, width: size.width, height: size.height, source: layer.words.isEmpty ? .blank : .textLayer,
            confidence: layer.words.isEmpty ? 0 : judgement.confidence, textLayerProblem: judgement.problem,
            text: String(decoding: layer.text, as: UTF8.self), encodedLayout: layout.encoded())
    }

    /// Puts recognised text in place of the layer's.
    ///
    /// - Parameter quarterTurns: How far the picture was turned clockwise before it was recognised; boxes are turned back.
    mutating func take(_ recognized: RecognizedPage, of page: PagePicture, turned quarterTurns: Int) {
        let frame = PictureFrame(page, quarterTurns: quarterTurns)
        let words = recognized.words.map { word in
            PageLayout.Word(
                textRange: word.textRange, box: frame.box(of: word).clamped(width: width, height: height),
                confidence: word.confidence)
        }
        let lines = recognized.lines.map { range in
            // The boxes of a line reach from ascenders to descenders, nine tenths of the font's size.
            let height = recognized.words[range].reduce(0) { max($0, $1.bottom - $1.top) }
            return PageLayout.Line(
                words: range, fontSize: Double(height) * frame.pointsPerPixel / 0.9, isBold: false)
        }
        let layout = PageLayout(blocks: recognized.paragraphs, lines: lines, words: words)
        source = words.isEmpty ? .blank : .ocr
        confidence = recognized.confidence
        turnedDegrees = quarterTurns * 90
        text = String(decoding: recognized.text, as: UTF8.self)
        encodedLayout = layout.encoded()
    }
}

/// From the pixels of a recognised picture to points on the page.
private struct PictureFrame {
    let page: PagePicture
    let quarterTurns: Int

    init(_ page: PagePicture, quarterTurns: Int) {
        self.page = page
        self.quarterTurns = quarterTurns & 3
    }

    var pointsPerPixel: Double { (page.bottom - page.top) / Double(page.picture.height) }

    func box(of word: RecognizedPage.Word) -> PageBox {
        let (width, height) = (page.picture.width, page.picture.height)
        let (left, top, right, bottom) =
            switch quarterTurns {
            case 1: (word.top, height - word.right, word.bottom, height - word.left)
            case 2: (width - word.right, height - word.bottom, width - word.left, height - word.top)
            case 3: (width - word.bottom, word.left, width - word.top, word.right)
            default: (word.left, word.top, word.right, word.bottom)
            }
        let across = (page.right - page.left) / Double(width)
        let down = (page.bottom - page.top) / Double(height)
        return PageBox(
            left: page.left + Double(left) * across, top: page.top + Double(top) * down,
            right: page.left + Double(right) * across, bottom: page.top + Double(bottom) * down)
    }
}
