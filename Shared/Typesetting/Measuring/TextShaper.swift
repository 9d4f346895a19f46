internal import CPangoCairo

/// Sets paragraphs into lines of glyphs: plain text by ``PlainShaper``, everything else by pango.
struct TextShaper {
    let fonts: FontLibrary
    let text: ShapedText
    /// The variant of Chinese characters where a paragraph does not tell.
    let variant: CJKVariant
    /// The colour of links that have none of their own.
    let linkColor: Ink
    /// Links that lead nowhere are shown as text.
    let isLinkGood: (LinkTarget) -> Bool

    /// How much text pango gets at a time, in bytes: its time grows with the square of what has no end.
    private static let chunkBytes = 4_096

    /// Adds the lines of a paragraph.
    ///
    /// - Returns: the numbers of the lines in ``text``; at least one.
    /// - Throws: `failed` when memory runs out.
    func append(
        _ inline: InlineText, style: Theme.TextStyle, width: Double, direction: TextDirection = .automatic
    ) throws(TypesettingError) -> Range<Int> {
        let first = text.lines.count
        let clean = CleanText(inline)
        let variant = clean.variant ?? self.variant
        var spans: [PlainShaper.Span] = []
        for span in clean.spans {
            let run = inline.runs[span.run]
            let face = try fonts.face(
                bold: run.isBold || style.isBold,
                italic: run.isItalic != style.isItalic, size: style.size)
            spans.append(PlainShaper.Span(start: span.start, face: face, look: look(of: run, style)))
        }
        if spans.isEmpty {
            let face = try fonts.face(bold: style.isBold, italic: style.isItalic, size: style.size)
            spans = [PlainShaper.Span(start: 0, face: face, look: look(of: TextRun(""), style))]
        }
        let isDone =
            clean.isPlain && direction != .rightToLeft
            && PlainShaper.append(clean, spans: spans, width: width, fonts: fonts, to: text)
        if !isDone { try appendByPango(clean, spans, variant, width: width, direction) }
        return first..<text.lines.count
    }

    private func look(of run: TextRun, _ style: Theme.TextStyle) -> Int {
        let link = run.link.flatMap { isLinkGood($0) ? $0 : nil }
        text.looks.append(
            ShapedText.Look(color: run.color ?? (link == nil ? style.color : linkColor), link: link))
        return text.looks.count - 1
    }

    // MARK: By pango

    private func appendByPango(
        _ clean: CleanText, _ spans: [PlainShaper.Span], _ variant: CJKVariant, width: Double,
        _ direction: TextDirection
    ) throws(TypesettingError) {
        var start = 0
        while true {
            let end = clean.bytes[start...].firstIndex(of: 0x0A) ?? clean.bytes.count
            if start == end {
                appendEmptyLine(spans[0].face)
            } else {
                try appendLines(start..<end, of: clean, spans, variant, width: width, direction)
            }
            guard end < clean.bytes.count else { return }
            start = end + 1
        }
    }

    private func appendEmptyLine(_ face: FontLibrary.Face) {
        text.lines.append(
            ShapedText.Line(
                runs: text.runs.count..<text.runs.count, width: 0, ascent: Float(face.ascent),
                descent: Float(face.descent), isRightToLeft: false))
    }

    /// Hands the text to pango chunk by chunk. The last line of a chunk is not taken but begins the next one, so that
    /// where chunks end is not seen.
    private func appendLines(
        _ range: Range<Int>, of clean: CleanText, _ spans: [PlainShaper.Span], _ variant: CJKVariant, width: Double,
        _ direction: TextDirection
    ) throws(TypesettingError) {
        var direction = direction
        var start = range.lowerBound
        while start < range.upperBound {
            let end = Self.chunkEnd(in: clean.bytes, from: start, to: range.upperBound)
            let inside = Self.spans(spans, within: start..<end)
            let kept = try shape(clean.bytes[start..<end], inside, variant, width: width, direction) { lines in
                end == range.upperBound || lines.count == 1
                    ? (lines.count, end - start) : (lines.count - 1, Int(lines[lines.count - 1].start))
            }
            guard kept > 0 else { throw TypesettingError(.failed, "a paragraph could not be set") }
            start += kept
            direction = text.lines.last?.isRightToLeft == true ? .rightToLeft : .leftToRight
        }
    }

    /// Shapes a chunk and adds the lines that `keep` wants.
    ///
    /// - Parameter keep: How many lines to add, and how many bytes they are.
    /// - Returns: how many bytes were added.
    private func shape(
        _ bytes: ArraySlice<UInt8>, _ spans: [PlainShaper.Span], _ variant: CJKVariant, width: Double,
        _ direction: TextDirection, keep: (UnsafeBufferPointer<lectern_line>) -> (lines: Int, bytes: Int)
    ) throws(TypesettingError) -> Int {
        let native = spans.map { lectern_span(start: UInt32($0.start), face: $0.face.number) }
        var shape = lectern_shape()
        let isShaped = bytes.withUnsafeBytes { raw in
            native.withUnsafeBufferPointer { native in
                lectern_shape_paragraph(
                    fonts.handle, raw.bindMemory(to: CChar.self).baseAddress, raw.count, native.baseAddress,
                    native.count, width, direction.native, variant.language, &shape)
            }
        }
        guard isShaped, shape.line_count > 0 else { throw TypesettingError(.failed, "memory ran out for a paragraph") }
        let (lines, count) = keep(UnsafeBufferPointer(start: shape.lines, count: shape.line_count))
        text.append(shape, lineCount: lines) { spans[min(Int($0), spans.count - 1)].look }
        return count
    }

    private static func chunkEnd(in bytes: [UInt8], from start: Int, to end: Int) -> Int {
        guard end - start > chunkBytes else { return end }
        var cut = start + chunkBytes
        while bytes[cut] & 0xC0 == 0x80, cut > start + 1 { cut -= 1 }
        return cut
    }

    /// The spans of a stretch of the text, counted from its start.
    private static func spans(_ spans: [PlainShaper.Span], within range: Range<Int>) -> [PlainShaper.Span] {
        let first = (spans.lastIndex { $0.start <= range.lowerBound }) ?? 0
        return spans[first...].prefix { $0.start < range.upperBound }.map { span in
            var moved = span
            moved.start = max(0, span.start - range.lowerBound)
            return moved
        }
    }
}

extension TextDirection {
    fileprivate var native: lectern_direction {
        switch self {
        case .automatic: LECTERN_DIRECTION_AUTOMATIC
        case .leftToRight: LECTERN_DIRECTION_LEFT_TO_RIGHT
        case .rightToLeft: LECTERN_DIRECTION_RIGHT_TO_LEFT
        }
    }
}
