/// Where the text of a page was taken from.
package enum TextSource: UInt8, Sendable, Hashable {
    /// The document's own text.
    case textLayer = 1
    /// Recognised from the page's picture.
    case ocr = 2
    /// The page shows nothing that could be read.
    case blank = 3
}

/// Why the text layer of a page was not used, for the log and for whoever wonders.
package enum TextLayerProblem: UInt8, Sendable, Hashable {
    /// There is a picture of a page and no text to speak of.
    case missing = 1
    /// Glyphs without meaning, replacement characters, symbols for letters.
    case garbled = 2
    /// An invisible older recognition over a scan, of poor quality.
    case poorRecognition = 3
    /// Most of it stands outside the page.
    case outsidePage = 4
}

/// What was read on one page.
package struct PageReading: Sendable, Hashable {
    /// Counts from 1.
    package var number: Int
    /// The page as a reader sees it, in points.
    package var width: Double
    package var height: Double
    package var source: TextSource
    /// 0 to 1: for recognised text the mean of its words by length, for a text layer how sound it looks.
    package var confidence: Double
    /// Quarter turns clockwise that were needed before the page's picture could be read, in degrees.
    package var turnedDegrees: Int
    package var textLayerProblem: TextLayerProblem?
    /// The text in reading order: lines end with one newline, blocks with two.
    package var text: String
    /// ``PageLayout`` in its compact form: to be stored as it is, and read by `layout()` when somebody asks.
    package var encodedLayout: [UInt8]
    /// The raster pictures on the page that are not the page itself; only known for pages whose pictures were looked at.
    package var figures: [PageBox]

    package init(
        number: Int, width: Double, height: Double, source: TextSource, confidence: Double, turnedDegrees: Int = 0,
        textLayerProblem: TextLayerProblem? = nil, text: String, encodedLayout: [UInt8], figures: [PageBox] = []
    ) {
        self.number = number
        self.width = width
        self.height = height
        self.source = source
        self.confidence = confidence
        self.turnedDegrees = turnedDegrees
        self.textLayerProblem = textLayerProblem
        self.text = text
        self.encodedLayout = encodedLayout
        self.figures = figures
    }

    /// Blocks, lines and words with their boxes.
    ///
    /// - Throws: ``WireError`` when the stored bytes are not a layout of this text.
    package func layout() throws(WireError) -> PageLayout {
        try PageLayout(decoding: encodedLayout, textByteCount: text.utf8.count)
    }
}

extension PageReading {
    func encode(into writer: inout WireWriter) {
        writer.count(number)
        writer.double(width)
        writer.double(height)
        writer.byte(source.rawValue)
        writer.double(confidence)
        writer.count(turnedDegrees)
        writer.byte(textLayerProblem?.rawValue ?? 0)
        writer.string(text)
        writer.blob(encodedLayout)
        writer.count(figures.count)
        for figure in figures {
            writer.double(figure.left)
            writer.double(figure.top)
            writer.double(figure.right)
            writer.double(figure.bottom)
        }
    }

    init(from reader: inout WireReader) throws(WireError) {
        number = try reader.count()
        width = try reader.double()
        height = try reader.double()
        guard let source = TextSource(rawValue: try reader.byte()) else { throw WireError("an unknown text source") }
        self.source = source
        confidence = min(max(try reader.double(), 0), 1)
        turnedDegrees = try reader.count()
        textLayerProblem = TextLayerProblem(rawValue: try reader.byte())
        text = try reader.string()
        encodedLayout = try reader.blob()
        figures = []
        for _ in 0..<(try reader.count()) {
            figures.append(
                PageBox(
                    left: try reader.double(), top: try reader.double(), right: try reader.double(),
                    bottom: try reader.double()))
        }
    }
}
