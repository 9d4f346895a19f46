/// Turns blocks into measured items, in order.
struct BlockMeasurer {
    let theme: Theme
    let page: PageSetup
    let limits: DocumentLimits
    let shaper: TextShaper

    private(set) var items: [MeasuredItem] = []
    private(set) var pictures = PictureStore()
    private var groupCount = 0
    private var cellCount = 0
    private var startsPage = false
    /// White space asked for by ``Block/space(_:)``, for the next item.
    private var space = 0.0

    var width: Double { page.textWidth }

    init(theme: Theme, page: PageSetup, limits: DocumentLimits, shaper: TextShaper) {
        self.theme = theme
        self.page = page
        self.limits = limits
        self.shaper = shaper
    }

    /// - Throws: `tooLarge`, `pictureUnreadable`, `failed`.
    mutating func append(_ block: Block) throws(TypesettingError) {
        switch block {
        case .heading(let heading): try append(heading)
        case .paragraph(let paragraph): try append(paragraph)
        case .list(let list): try append(list)
        case .table(let table): try append(table)
        case .picture(let picture): try append(picture)
        case .rule:
            var item = MeasuredItem(
                [], insetTop: theme.body.size / 2, insetBottom: theme.body.size / 2, above: theme.body.below,
                below: theme.body.below)
            item.decoration = .rule
            add(item)
        case .keyValues(let pairs): try append(pairs)
        case .callout(let callout): try append(callout)
        case .turn(let turn): try append(turn)
        case .space(let height): if height.isFinite { space += min(max(height, 0), page.textHeight) }
        case .pageBreak: startsPage = true
        }
    }

    // MARK: Parts

    mutating func add(_ item: MeasuredItem) {
        var item = item
        if startsPage { item.flow.startsPage = true }
        item.flow.above += space
        startsPage = false
        space = 0
        items.append(item)
    }

    /// Sets the white space below the last item.
    mutating func spaceBelow(_ height: Double) {
        guard let last = items.indices.last else { return }
        items[last].flow.below = height
    }

    /// A number for a group of items, such as the rows of a table.
    mutating func makeGroup(_ tag: StructureTag) -> MeasuredItem.Group {
        groupCount += 1
        return MeasuredItem.Group(tag: tag, number: groupCount)
    }

    mutating func countCells(_ count: Int) throws(TypesettingError) {
        cellCount += count
        guard cellCount <= limits.tableCellsMax else {
            throw TypesettingError(.tooLarge, "more than \(limits.tableCellsMax) cells in tables")
        }
    }

    mutating func addPicture(_ file: [UInt8]) throws(TypesettingError) -> (number: Int, size: PictureFile) {
        try pictures.add(file, limits: limits)
    }

    /// Lines of text in a column that begins at `x` and is `width` wide.
    func lines(
        _ text: InlineText, _ style: Theme.TextStyle, x: Double = 0, width: Double,
        alignment: TextAlignment = .start, direction: TextDirection = .automatic
    ) throws(TypesettingError) -> [MeasuredItem.Line] {
        // Nothing can be set in a column narrower than a letter.
        let width = max(width, style.size * 2)
        let numbers = try shaper.append(text, style: style, width: width, direction: direction)
        let face = try shaper.fonts.face(bold: style.isBold, italic: style.isItalic, size: style.size)
        let height = style.size * style.leading
        let top = (height - face.ascent - face.descent) / 2 + face.ascent
        return numbers.map { number in
            let line = shaper.text.lines[number]
            // Letters of other scripts can be taller than the line that was meant for Latin ones.
            let more = max(0, Double(line.ascent) - max(top, face.ascent))
            let below = max(0, Double(line.descent) - max(height - top, face.descent))
            let free = width - Double(line.width)
            let shift =
                switch alignment {
                case .start: line.isRightToLeft ? free : 0
                case .center: free / 2
                case .end: line.isRightToLeft ? 0 : free
                }
            return MeasuredItem.Line(
                content: .text(line: number, x: x + max(shift, min(free, 0)), baseline: top + more),
                height: height + more + below)
        }
    }
}

extension BlockMeasurer {
    private mutating func append(_ heading: Heading) throws(TypesettingError) {
        let style = theme.heading(heading.level)
        var item = MeasuredItem(
            [.init(lines: try lines(heading.text, style, width: width), tag: .heading(heading.level))],
            splitting: .byLines(orphans: 2, widows: 2), above: style.above, below: style.below)
        item.flow.keepsWithNext = true
        item.anchor = heading.anchor
        if heading.isInOutline { item.outline = (heading.level, heading.text.plain) }
        add(item)
    }

    private mutating func append(_ paragraph: Paragraph) throws(TypesettingError) {
        let (style, tag): (Theme.TextStyle, StructureTag) =
            switch paragraph.role {
            case .title: (theme.title, .heading1)
            case .lead: (theme.lead, .paragraph)
            case .body: (theme.body, .paragraph)
            case .small: (theme.small, .paragraph)
            case .quotation: (theme.quotation, .quotation)
            }
        let indent = paragraph.role == .quotation ? style.size * 1.4 : 0
        let lines = try lines(
            paragraph.text, style, x: indent, width: width - indent, alignment: paragraph.alignment,
            direction: paragraph.direction)
        var item = MeasuredItem(
            [.init(lines: lines, tag: tag)], splitting: .byLines(orphans: 2, widows: 2), above: style.above,
            below: style.below)
        item.flow.keepsWithNext = paragraph.keepsWithNext
        item.anchor = paragraph.anchor
        add(item)
    }

    private mutating func append(_ list: TextList) throws(TypesettingError) {
        let group = makeGroup(.list)
        let style = theme.body
        let indent = style.size * (list.marker == .number ? 2 : 1.5)
        for (index, entry) in list.items.enumerated() {
            var all = try lines(entry.text, style, x: indent, width: width - indent)
            // In text that runs from right to left, the marker stands on the right.
            let isMirrored = all.first.map(isRightToLeft) ?? false
            let marker = try marker(list.marker, index + 1, beside: all.first, indent: indent, isMirrored: isMirrored)
            if let note = entry.note {
                all += try lines(note, theme.small, x: indent, width: width - indent, direction: entry.noteDirection)
            }
            if isMirrored { all = all.map { moved($0, by: -indent) } }
            var item = MeasuredItem(
                [.init(lines: all, tag: .listItem)], splitting: .byLines(orphans: 2, widows: 2),
                below: style.below * (index == list.items.count - 1 ? 1 : 0.6))
            item.groups = [group]
            item.decoration = marker
            add(item)
        }
    }

    private func isRightToLeft(_ line: MeasuredItem.Line) -> Bool {
        guard case .text(let number, _, _) = line.content else { return false }
        return shaper.text.lines[number].isRightToLeft
    }

    private func moved(_ line: MeasuredItem.Line, by distance: Double) -> MeasuredItem.Line {
        guard case .text(let number, let x, let baseline) = line.content else { return line }
        return MeasuredItem.Line(content: .text(line: number, x: x + distance, baseline: baseline), height: line.height)
    }

    private func marker(
        _ marker: TextList.Marker, _ number: Int, beside line: MeasuredItem.Line?, indent: Double, isMirrored: Bool
    ) throws(TypesettingError) -> MeasuredItem.Decoration {
        guard case .text(_, _, let baseline)? = line?.content else { return .none }
        var style = theme.body
        style.color = theme.accents.first
        switch marker {
        case .box:
            let size = style.size * 0.74
            return .box(size: size, x: isMirrored ? width - size : 0, y: baseline - size + style.size * 0.04)
        case .bullet, .number:
            let sign = try lines(
                marker == .bullet ? "•" : InlineText("\(number)."), style, width: indent - style.size * 0.5,
                alignment: marker == .bullet ? .start : .end)
            guard case .text(let number, let x, _)? = sign.first?.content else { return .none }
            let place = isMirrored ? width - x - Double(shaper.text.lines[number].width) : x
            return .marker(line: number, x: place, baseline: baseline)
        }
    }

    private mutating func append(_ callout: Callout) throws(TypesettingError) {
        let inset = theme.body.size * 1.3
        var title = theme.heading(3)
        title.color = theme.accents.first
        var all: [MeasuredItem.Line] = []
        if !callout.title.isEmpty {
            all += try lines(InlineText(callout.title), title, x: inset, width: width - 2 * inset)
        }
        for paragraph in callout.paragraphs {
            if !all.isEmpty { all.append(MeasuredItem.Line(content: .nothing, height: theme.body.size * 0.45)) }
            all += try lines(paragraph, theme.body, x: inset, width: width - 2 * inset)
        }
        var item = MeasuredItem(
            [.init(lines: all, tag: .paragraph)], splitting: .byLines(orphans: 3, widows: 2), insetTop: inset * 0.8,
            insetBottom: inset * 0.9, above: theme.body.below, below: theme.body.below * 1.6)
        item.decoration = .panel
        item.groups = [makeGroup(.section)]
        add(item)
    }

    private mutating func append(_ turn: DialogueTurn) throws(TypesettingError) {
        let inset = theme.turn.size * 1.1
        let accent = turn.side == .first ? theme.accents.first : theme.accents.second
        var head = [TextRun(turn.speaker, bold: true, color: accent)]
        if !turn.time.isEmpty {
            head.append(TextRun("\u{A0}\u{A0} " + turn.time, color: theme.small.color))
        }
        var name = theme.speaker
        name.isBold = false
        var rest = try lines(turn.text, theme.turn, x: inset, width: width - inset)
        // Edge and name stand where the lines of the text begin.
        let isRightToLeft = rest.first.map(isRightToLeft) ?? false
        if isRightToLeft { rest = rest.map { moved($0, by: -inset) } }
        let first = try lines(
            InlineText(head), name, x: isRightToLeft ? 0 : inset, width: width - inset,
            direction: isRightToLeft ? .rightToLeft : .leftToRight)
        // The name stays with the first two lines.
        var item = MeasuredItem(
            [.init(lines: first + rest, tag: .paragraph)], splitting: .byLines(orphans: first.count + 2, widows: 2),
            below: theme.turn.below)
        item.decoration = .edge(accent, isRight: isRightToLeft)
        item.anchor = turn.anchor
        add(item)
    }

    private mutating func append(_ picture: Picture) throws(TypesettingError) {
        let (number, size) = try addPicture(picture.file)
        var caption: [MeasuredItem.Line] = []
        if let text = picture.caption { caption = try lines(text, theme.small, width: width) }
        let wanted = picture.width.flatMap { $0.isFinite && $0 > 0 ? $0 : nil } ?? width
        let captionHeight = min(caption.reduce(0) { $0 + $1.height }, page.textHeight / 3)
        let heightMax = page.textHeight - captionHeight - theme.body.size
        let ratio = Double(size.height) / Double(size.width)
        let across = min(wanted, width, heightMax / ratio)
        let line = MeasuredItem.Line(
            content: .picture(number, width: across, height: across * ratio), height: across * ratio)
        var item = MeasuredItem([.init(lines: [line], tag: .figure)], above: theme.body.below, below: 4)
        item.flow.keepsWithNext = !caption.isEmpty
        add(item)
        guard !caption.isEmpty else { return }
        add(
            MeasuredItem(
                [.init(lines: caption, tag: .caption)], splitting: .byLines(orphans: 2, widows: 2),
                below: theme.body.below * 1.5))
    }
}
