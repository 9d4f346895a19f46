extension PageLayout {
    private static let version: UInt8 = 1
    /// Coordinates are kept in steps of a twentieth of a point, a fifth of a pixel at 300 dpi.
    private static let stepsPerPoint = 20.0

    /// A compact form for sending and storing, about ten bytes a word. It holds no text.
    package func encoded() -> [UInt8] {
        var writer = WireWriter(reserving: 16 + words.count * 11)
        writer.byte(Self.version)
        writer.count(blocks.count)
        var textEnd = 0
        var left = 0
        var top = 0
        for block in blocks {
            writer.count(block.count)
            for line in lines[block] {
                writer.count(line.words.count)
                writer.count(Int(min(max(line.fontSize, 0), 10_000) * 10))
                writer.byte(line.isBold ? 1 : 0)
                for word in words[line.words] {
                    writer.signed(word.textRange.lowerBound - textEnd)
                    writer.count(word.textRange.count)
                    textEnd = word.textRange.upperBound
                    let (newLeft, newTop) = (Self.steps(word.box.left), Self.steps(word.box.top))
                    writer.signed(newLeft - left)
                    writer.signed(newTop - top)
                    writer.signed(Self.steps(word.box.right) - newLeft)
                    writer.signed(Self.steps(word.box.bottom) - newTop)
                    (left, top) = (newLeft, newTop)
                    writer.byte(word.confidence.map { 1 + UInt8((min(max($0, 0), 1) * 200).rounded()) } ?? 0)
                }
            }
        }
        return writer.bytes
    }

    /// Reads what `encoded()` wrote.
    ///
    /// - Parameter textByteCount: The length of the text that belongs to it; no word reaches beyond.
    /// - Throws: ``WireError`` for bytes that are not a layout.
    package init(decoding bytes: [UInt8], textByteCount: Int) throws(WireError) {
        self.init()
        var reader = WireReader(bytes)
        guard try reader.byte() == Self.version else { throw WireError("a layout of an unknown version") }
        var textEnd = 0
        var left = 0
        var top = 0
        for _ in 0..<(try reader.count()) {
            let lineCount = try reader.count()
            let firstLine = lines.count
            for _ in 0..<lineCount {
                let wordCount = try reader.count()
                let fontSize = Double(try reader.count()) / 10
                let isBold = try reader.byte() == 1
                let firstWord = words.count
                for _ in 0..<wordCount {
                    let start = textEnd + (try reader.signed())
                    let end = start + (try reader.count())
                    guard start >= 0, end <= textByteCount else { throw WireError("a word outside the text") }
                    textEnd = end
                    left += try reader.signed()
                    top += try reader.signed()
                    let box = PageBox(
                        left: Self.points(left), top: Self.points(top),
                        right: Self.points(left + (try reader.signed())),
                        bottom: Self.points(top + (try reader.signed())))
                    let confidence = try reader.byte()
                    words.append(
                        Word(
                            textRange: start..<end, box: box,
                            confidence: confidence == 0 ? nil : min(1, Double(confidence - 1) / 200)))
                }
                guard words.count > firstWord else { throw WireError("a line without words") }
                lines.append(Line(words: firstWord..<words.count, fontSize: fontSize, isBold: isBold))
            }
            guard lines.count > firstLine else { throw WireError("a block without lines") }
            blocks.append(firstLine..<lines.count)
        }
        guard reader.isAtEnd else { throw WireError("bytes after a layout") }
    }

    private static func steps(_ points: Double) -> Int {
        points.isFinite ? Int((min(max(points, -100_000), 100_000) * stepsPerPoint).rounded()) : 0
    }

    private static func points(_ steps: Int) -> Double {
        Double(steps) / stepsPerPoint
    }
}
