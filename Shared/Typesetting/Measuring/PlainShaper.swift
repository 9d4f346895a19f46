internal import CPangoCairo

/// Sets text of Latin, Greek and Cyrillic letters word by word from the table of words, without pango's analysis of
/// paragraphs: lines break at spaces and after hyphens and dashes, as UAX #14 has it for such text. A word that is wider
/// than a line breaks anywhere.
///
/// It takes about a tenth of the time that pango takes; which is why it is there.
struct PlainShaper {
    /// A stretch of text in one face and one look.
    struct Span {
        /// Where it begins, in bytes.
        var start: Int
        var face: FontLibrary.Face
        /// Index into ``ShapedText/looks``.
        var look: Int
    }

    /// What lasts from paragraph to paragraph: the table of words, and room for lines in the making. The shaper owns it
    /// while it works, so that each letter is appended without asking who else might be looking.
    struct Scratch {
        var words = WordTable()
        fileprivate var glyphs: [lectern_glyph] = []
        fileprivate var clusters: [lectern_cluster] = []
        fileprivate var bytes: [CChar] = []
        fileprivate var runs: [ShapedText.Run] = []
        fileprivate var lines: [ShapedText.Line] = []
        fileprivate var pieces: [(word: Int, span: Int)] = []
    }

    private let handle: OpaquePointer
    private let spans: [Span]
    private let width: Float

    private var scratch: Scratch
    private var pen: Float = 0
    private var firstRun = 0

    /// Adds the lines of a paragraph to `text`.
    ///
    /// - Parameter spans: In order, the first at 0; not empty.
    /// - Returns: false, with `text` as it was, when a character is not in the faces.
    static func append(
        _ clean: CleanText, spans: [Span], width: Double, fonts: FontLibrary, to text: ShapedText
    ) -> Bool {
        var shaper = PlainShaper(fonts: fonts, spans: spans, width: width)
        let isDone = clean.bytes.withUnsafeBufferPointer { shaper.shape($0) }
        if isDone {
            text.append(
                glyphs: shaper.scratch.glyphs, clusters: shaper.scratch.clusters, bytes: shaper.scratch.bytes,
                runs: shaper.scratch.runs, lines: shaper.scratch.lines)
        }
        fonts.scratch = shaper.scratch
        return isDone
    }

    private init(fonts: FontLibrary, spans: [Span], width: Double) {
        handle = fonts.handle
        self.spans = spans
        self.width = Float(width)
        scratch = fonts.scratch
        // With a second owner the first change would copy everything.
        fonts.scratch = Scratch()
        if scratch.words.isFull { scratch.words = WordTable() }
        scratch.glyphs.removeAll(keepingCapacity: true)
        scratch.clusters.removeAll(keepingCapacity: true)
        scratch.bytes.removeAll(keepingCapacity: true)
        scratch.runs.removeAll(keepingCapacity: true)
        scratch.lines.removeAll(keepingCapacity: true)
    }

    private mutating func shape(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var position = 0
        var span = 0
        // The span of a space that is to be set before the next word.
        var space: Int?
        while position < bytes.count {
            while span + 1 < spans.count, spans[span + 1].start <= position { span += 1 }
            if bytes[position] == 0x0A {
                endLine()
                space = nil
                position += 1
            } else if bytes[position] == 0x20 {
                space = span
                position += 1
            } else {
                guard let end = takeSegment(bytes, from: position, span: &span) else { return false }
                placeSegment(after: space)
                space = nil
                position = end
            }
        }
        endLine()
        return true
    }

    // MARK: Words

    /// Fills `pieces` with what may not be broken, from a position to the next place where a line may end.
    ///
    /// - Returns: the end; nil when a face lacks a character.
    private mutating func takeSegment(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, span: inout Int) -> Int? {
        scratch.pieces.removeAll(keepingCapacity: true)
        var position = start
        while true {
            let spanEnd = span + 1 < spans.count ? spans[span + 1].start : bytes.count
            let (end, mayBreak) = pieceEnd(bytes, from: position, limit: min(spanEnd, bytes.count))
            let piece = UnsafeBufferPointer(rebasing: bytes[position..<end])
            guard let word = scratch.words.number(of: piece, face: spans[span].face.number, fonts: handle) else {
                return nil
            }
            scratch.pieces.append((word, span))
            position = end
            if mayBreak || position == bytes.count || bytes[position] == 0x20 || bytes[position] == 0x0A {
                return position
            }
            while span + 1 < spans.count, spans[span + 1].start <= position { span += 1 }
        }
    }

    /// Where a piece ends: before white space, after what a line may end with, or when it is long enough.
    private func pieceEnd(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, limit: Int
    ) -> (end: Int, mayBreak: Bool) {
        var position = start
        while position < limit {
            let byte = bytes[position]
            if byte == 0x20 || byte == 0x0A { break }
            position += 1
            if byte == 0x2D || byte == 0x2F {  // - and /
                if position - start > 1, position < bytes.count, isLetter(bytes[position]) { return (position, true) }
            } else if byte == 0xE2, position + 1 < limit, bytes[position] == 0x80,
                bytes[position + 1] == 0x93 || bytes[position + 1] == 0x94
            {  // – and —
                position += 2
                if position < bytes.count, isLetter(bytes[position]) { return (position, true) }
            }
            if position - start >= WordTable.lengthMax {
                // Not within a character, nor before a mark that belongs to the letter before.
                while position < limit, bytes[position] & 0xC0 == 0x80 { position += 1 }
                while position + 1 < limit, bytes[position] == 0xCC || bytes[position] == 0xCD,
                    position - start < 2 * WordTable.lengthMax
                { position += 2 }
                break
            }
        }
        return (position, false)
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
    }

    // MARK: Lines

    private mutating func placeSegment(after space: Int?) {
        let needed = scratch.pieces.reduce(Float(0)) { $0 + scratch.words.words[$1.word].width }
        if pen > 0 {
            let gap = space.map { spans[$0].face.spaceWidth } ?? 0
            if pen + gap + needed <= width {
                if let space { addSpace(of: spans[space]) }
            } else {
                // Unseen at the end of the line, but there for whoever takes the text out without looking at lines.
                let reach = pen
                if let space { addSpace(of: spans[space]) }
                pen = reach
                endLine()
            }
        }
        for (number, span) in scratch.pieces {
            let word = scratch.words.words[number]
            if needed <= width { add(Part(word), of: word, in: spans[span]) } else { addBroken(word, in: spans[span]) }
        }
    }

    /// Consecutive clusters of a word.
    private struct Part {
        var clusters, glyphs, bytes: Range<Int>
        /// Where it begins and how far it reaches, in the word.
        var start, end: Float

        init(_ word: WordTable.Word) {
            (clusters, glyphs, bytes) = (word.clusters, word.glyphs, word.key)
            (start, end) = (0, word.width)
        }
    }

    /// Adds as many letters to each line as it can take.
    private mutating func addBroken(_ word: WordTable.Word, in span: Span) {
        var part = Part(word)
        part.clusters = word.clusters.lowerBound..<word.clusters.lowerBound
        (part.glyphs, part.bytes, part.end) = (part.glyphs.prefix(0), part.bytes.prefix(0), 0)
        for number in word.clusters {
            let cluster = scratch.words.clusters[number]
            let nextGlyph = part.glyphs.upperBound + Int(cluster.glyph_count)
            let end = nextGlyph < word.glyphs.upperBound ? scratch.words.glyphs[nextGlyph].x : word.width
            if pen + end - part.start > width, pen > 0 || !part.clusters.isEmpty {
                add(part, of: word, in: span)
                endLine()
                part.clusters = number..<number
                part.glyphs = part.glyphs.upperBound..<part.glyphs.upperBound
                part.bytes = part.bytes.upperBound..<part.bytes.upperBound
                part.start = part.end
            }
            part.clusters = part.clusters.lowerBound..<number + 1
            part.glyphs = part.glyphs.lowerBound..<nextGlyph
            part.bytes = part.bytes.lowerBound..<part.bytes.upperBound + Int(cluster.byte_count)
            part.end = end
        }
        add(part, of: word, in: span)
    }

    private mutating func add(_ part: Part, of word: WordTable.Word, in span: Span) {
        guard !part.clusters.isEmpty else { return }
        let run = run(of: span)
        let shift = pen - scratch.runs[run].shape.x - part.start
        for glyph in scratch.words.glyphs[part.glyphs] {
            scratch.glyphs.append(lectern_glyph(id: glyph.id, x: glyph.x + shift, y: glyph.y))
        }
        scratch.clusters.append(contentsOf: scratch.words.clusters[part.clusters])
        scratch.words.keys[part.bytes].withUnsafeBytes {
            scratch.bytes.append(contentsOf: $0.bindMemory(to: CChar.self))
        }
        extend(run, glyphs: part.glyphs.count, clusters: part.clusters.count, bytes: part.bytes.count)
        pen += part.end - part.start
    }

    private mutating func addSpace(of span: Span) {
        let run = run(of: span)
        scratch.glyphs.append(lectern_glyph(id: span.face.spaceGlyph, x: pen - scratch.runs[run].shape.x, y: 0))
        scratch.clusters.append(lectern_cluster(byte_count: 1, glyph_count: 1))
        scratch.bytes.append(0x20)
        extend(run, glyphs: 1, clusters: 1, bytes: 1)
        pen += span.face.spaceWidth
    }

    private mutating func extend(_ run: Int, glyphs: Int, clusters: Int, bytes: Int) {
        scratch.runs[run].shape.glyph_count += UInt32(glyphs)
        scratch.runs[run].shape.cluster_count += UInt32(clusters)
        scratch.runs[run].shape.byte_count += UInt32(bytes)
    }

    /// The run at the end of the line if it looks like that, else a new one.
    private mutating func run(of span: Span) -> Int {
        if scratch.runs.count > firstRun, let last = scratch.runs.last, last.look == span.look,
            last.shape.font == span.face.font
        {
            return scratch.runs.count - 1
        }
        var shape = lectern_run()
        shape.font = span.face.font
        shape.x = pen
        scratch.runs.append(
            ShapedText.Run(
                shape: shape, firstGlyph: scratch.glyphs.count, firstCluster: scratch.clusters.count,
                firstByte: scratch.bytes.count, look: span.look))
        return scratch.runs.count - 1
    }

    private mutating func endLine() {
        scratch.lines.append(
            ShapedText.Line(
                runs: firstRun..<scratch.runs.count, width: pen, ascent: Float(spans[0].face.ascent),
                descent: Float(spans[0].face.descent), isRightToLeft: false))
        firstRun = scratch.runs.count
        pen = 0
    }
}
