internal import CPangoCairo

/// Draws the pages of a measured document, one after another.
struct DocumentDrawer {
    let document: Document
    let items: [MeasuredItem]
    let pictures: PictureStore
    let pages: [PageLayout]
    let shaper: TextShaper
    let canvas: Canvas

    /// The face whose spaces stand for pictures of characters in the text.
    private let spaceFace: Int32
    /// Where each anchor is, as cairo's link attributes.
    private let anchors: [String: String]
    /// The structure elements that are open, outermost first; they may go on over pages.
    private var open: [MeasuredItem.Group] = []

    private var theme: Theme { document.theme }
    private var setup: PageSetup { document.page }
    private var text: ShapedText { shaper.text }

    init(
        document: Document, items: [MeasuredItem], pictures: PictureStore, pages: [PageLayout], shaper: TextShaper,
        canvas: Canvas
    ) throws(TypesettingError) {
        self.document = document
        self.items = items
        self.pictures = pictures
        self.pages = pages
        self.shaper = shaper
        self.canvas = canvas
        spaceFace = try shaper.fonts.face(
            bold: false, italic: false, size: document.theme.body.size
        ).number
        anchors = Self.anchors(items, pages, document.page)
    }

    /// Draws all pages.
    ///
    /// - Throws: `pictureUnreadable`, `failed`, `cancelled`.
    mutating func draw() throws(TypesettingError) {
        setMetadata()
        addOutline()
        canvas.begin(.document)
        for (index, page) in pages.enumerated() {
            if Task.isCancelled { throw TypesettingError(.cancelled, "the task was cancelled") }
            for fragment in page.fragments { try draw(fragment) }
            if index == pages.count - 1 {
                close(downTo: 0)
                canvas.end(.document)
            }
            try drawFurniture(page: index + 1)
            lectern_canvas_end_page(canvas.handle)
        }
    }

    // MARK: Fragments

    private mutating func draw(_ fragment: PageLayout.Fragment) throws(TypesettingError) {
        let item = items[fragment.item]
        let y = setup.margins.top + fragment.y
        decorate(item, fragment, y)
        // A repeated header is furniture of the page: it stands in the structure once.
        if !fragment.isRepeated { enter(item.groups) }
        for (column, range) in zip(item.columns, fragment.lines) where !range.isEmpty {
            var top = y + item.flow.insetTop
            let hasLinks = column.lines[range].contains(where: hasLink)
            if !fragment.isRepeated { canvas.begin(column.tag) }
            for line in column.lines[range] {
                try draw(line, top, splitsLinks: hasLinks && !fragment.isRepeated)
                top += line.height
            }
            if !fragment.isRepeated { canvas.end(column.tag) }
        }
    }

    /// Opens the groups of an item, and closes those that it is not in.
    private mutating func enter(_ groups: [MeasuredItem.Group]) {
        let common = zip(open, groups).prefix { $0 == $1 }.count
        close(downTo: common)
        for group in groups[common...] {
            canvas.begin(group.tag)
            open.append(group)
        }
    }

    private mutating func close(downTo count: Int) {
        while open.count > count { canvas.end(open.removeLast().tag) }
    }

    private func draw(_ line: MeasuredItem.Line, _ top: Double, splitsLinks: Bool) throws(TypesettingError) {
        switch line.content {
        case .nothing:
            break
        case .text(let number, let x, let baseline):
            draw(text.lines[number], x: setup.margins.left + x, baseline: top + baseline, splitsLinks: splitsLinks)
        case .picture(let number, let width, let height):
            let picture = pictures.files[number]
            let left = setup.margins.left
            let isDrawn = picture.bytes.withUnsafeBufferPointer { bytes in
                switch picture.file.format {
                case .png:
                    lectern_canvas_png(canvas.handle, bytes.baseAddress, bytes.count, left, top, width, height)
                case .jpeg:
                    lectern_canvas_jpeg(
                        canvas.handle, bytes.baseAddress, bytes.count, Int32(picture.file.width),
                        Int32(picture.file.height), left, top, width, height)
                }
            }
            guard isDrawn else { throw TypesettingError(.pictureUnreadable, "a picture is damaged") }
        }
    }

    // MARK: Text

    private func hasLink(_ line: MeasuredItem.Line) -> Bool {
        guard case .text(let number, _, _) = line.content else { return false }
        return text.runs[text.lines[number].runs].contains { text.looks[$0.look].link != nil }
    }

    /// - Parameter splitsLinks: Whether links become elements of the structure. Then the text beside them needs elements,
    ///   too: cairo marks only what has no elements within.
    private func draw(_ line: ShapedText.Line, x: Double, baseline: Double, splitsLinks: Bool) {
        for run in text.runs[line.runs] {
            let look = text.looks[run.look]
            canvas.setColor(look.color)
            let target = splitsLinks ? look.link.flatMap(attributes) : nil
            if splitsLinks { canvas.begin(target == nil ? .span : .link, attributes: target) }
            show(run, x: x + Double(run.shape.x), y: baseline)
            if splitsLinks { canvas.end(target == nil ? .span : .link) }
        }
    }

    private func show(_ run: ShapedText.Run, x: Double, y: Double) {
        text.glyphs.withUnsafeBufferPointer { glyphs in
            text.clusters.withUnsafeBufferPointer { clusters in
                text.bytes.withUnsafeBufferPointer { bytes in
                    guard let glyphs = glyphs.baseAddress, let clusters = clusters.baseAddress,
                        let bytes = bytes.baseAddress
                    else { return }
                    var shape = run.shape
                    if shape.is_picture {
                        lectern_canvas_show_pictures(
                            canvas.handle, shaper.fonts.handle, &shape, glyphs + run.firstGlyph,
                            clusters + run.firstCluster, bytes + run.firstByte, spaceFace, x, y)
                    } else {
                        lectern_canvas_show(
                            canvas.handle, shaper.fonts.handle, &shape, glyphs + run.firstGlyph,
                            clusters + run.firstCluster, bytes + run.firstByte, x, y)
                    }
                }
            }
        }
    }

    private func attributes(_ link: LinkTarget) -> String? {
        switch link {
        case .web(let address): LinkAddress.web(address).map { "uri='\($0)'" }
        case .anchor(let name): anchors[name]
        }
    }

    // MARK: Ground

    private func decorate(_ item: MeasuredItem, _ fragment: PageLayout.Fragment, _ y: Double) {
        let (left, width) = (setup.margins.left, setup.textWidth)
        let isFirst = fragment.lines.allSatisfy { $0.lowerBound == 0 }
        switch item.decoration {
        case .none:
            break
        case .panel:
            canvas.setColor(theme.panel)
            fill(left, y, width, fragment.height)
            canvas.setColor(theme.accents.first)
            fill(left, y, 2.4, fragment.height)
        case .edge(let ink, let isRight):
            canvas.setColor(ink)
            fill(isRight ? left + width - 1.6 : left, y + 1.5, 1.6, max(fragment.height - 3, 1))
        case .row(let isHeader):
            if isHeader {
                canvas.setColor(theme.panel)
                fill(left, y, width, fragment.height)
            }
            canvas.setColor(theme.line)
            fill(left, y + fragment.height - 0.5, width, 0.5)
        case .rule:
            canvas.setColor(theme.line)
            fill(left, y + fragment.height / 2, width, 0.6)
        case .marker(let number, let x, let baseline):
            guard isFirst else { return }
            draw(text.lines[number], x: left + x, baseline: y + baseline, splitsLinks: false)
        case .box(let size, let x, let top):
            guard isFirst else { return }
            canvas.setColor(theme.accents.first)
            lectern_canvas_stroke(canvas.handle, left + x + 0.5, y + top, size, size, 0.8)
        }
    }

    private func fill(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
        lectern_canvas_fill(canvas.handle, x, y, width, height, 0)
    }

    // MARK: Furniture

    /// Head and foot of a page.
    private func drawFurniture(page: Int) throws(TypesettingError) {
        let style = theme.runningHead
        let (left, right) = (setup.margins.left, setup.width - setup.margins.right)
        let headline = setup.margins.top - style.size * 2.6
        let footline = setup.height - setup.margins.bottom + style.size * 3.2
        var room = setup.textWidth
        if document.runningHead.isNumbered {
            let line = try line("\(page) of \(pages.count)", style, width: setup.textWidth / 3)
            draw(line, x: right - Double(line.width), baseline: footline, splitsLinks: false)
            room -= Double(line.width) + style.size * 2
        }
        if !document.runningHead.foot.isEmpty {
            let line = try line(document.runningHead.foot, style, width: room)
            draw(line, x: left, baseline: footline, splitsLinks: false)
        }
        guard page > 1, !document.runningHead.head.isEmpty else { return }
        let line = try line(document.runningHead.head, style, width: setup.textWidth)
        draw(
            line, x: line.isRightToLeft ? right - Double(line.width) : left, baseline: headline, splitsLinks: false)
        canvas.setColor(theme.line)
        fill(left, headline + style.size * 0.9, setup.textWidth, 0.5)
    }

    /// A text on one line; what is too long for it ends with an ellipsis.
    private func line(
        _ content: String, _ style: Theme.TextStyle, width: Double
    ) throws(TypesettingError) -> ShapedText.Line {
        let whole = CleanText.line(content)
        let lines = try shaper.append(InlineText(whole), style: style, width: width)
        if lines.count == 1 { return text.lines[lines.lowerBound] }
        // The longest beginning that fits, found by halving. No line of this size holds more characters than the page is
        // points wide.
        let characters = Array(whole.prefix(Int(setup.width)))
        var (fitting, tooLong) = (0, characters.count + 1)
        var best = lines.lowerBound
        while tooLong - fitting > 1 {
            let count = (fitting + tooLong) / 2
            let shorter = try shaper.append(
                InlineText(String(characters.prefix(count)) + "…"), style: style, width: width)
            if shorter.count == 1 { (fitting, best) = (count, shorter.lowerBound) } else { tooLong = count }
        }
        return text.lines[best]
    }
}

extension DocumentDrawer {
    private func setMetadata() {
        let metadata = document.metadata
        // cairo takes no fractions of seconds.
        let created =
            metadata.created.split(separator: ".").first.map { $0.hasSuffix("Z") ? String($0) : "\($0)Z" } ?? ""
        let entries: [(lectern_metadata, String)] = [
            (LECTERN_METADATA_TITLE, metadata.title), (LECTERN_METADATA_AUTHOR, metadata.author),
            (LECTERN_METADATA_SUBJECT, metadata.subject),
            (LECTERN_METADATA_KEYWORDS, metadata.keywords.joined(separator: ", ")),
            (LECTERN_METADATA_CREATOR, metadata.creator), (LECTERN_METADATA_CREATED, created),
            (LECTERN_METADATA_CHANGED, created),
        ]
        for (which, value) in entries where !value.isEmpty {
            lectern_canvas_set(canvas.handle, which, CleanText.line(value))
        }
    }

    /// The headings, each below the last one of a smaller level.
    private func addOutline() {
        var parents: [(level: Int, entry: Int32)] = []
        for (number, page, y) in Self.beginnings(items, pages) {
            guard let outline = items[number].outline else { continue }
            let title = CleanText.line(outline.title)
            guard !title.isEmpty else { continue }
            parents.removeAll { $0.level >= outline.level }
            let entry = lectern_canvas_outline(
                canvas.handle, parents.last?.entry ?? 0, title, Self.target(page, y, document.page), parents.count < 1)
            parents.append((outline.level, entry))
        }
    }

    /// The page (from 1) and the height at which each item begins.
    private static func beginnings(
        _ items: [MeasuredItem], _ pages: [PageLayout]
    ) -> [(item: Int, page: Int, y: Double)] {
        var result: [(item: Int, page: Int, y: Double)] = []
        for (index, page) in pages.enumerated() {
            for fragment in page.fragments where !fragment.isRepeated && fragment.item > (result.last?.item ?? -1) {
                result.append((fragment.item, index + 1, fragment.y))
            }
        }
        return result
    }

    /// Of two equal anchors the first counts.
    private static func anchors(
        _ items: [MeasuredItem], _ pages: [PageLayout], _ setup: PageSetup
    ) -> [String: String] {
        var result: [String: String] = [:]
        for (number, page, y) in beginnings(items, pages) {
            guard let anchor = items[number].anchor, result[anchor] == nil else { continue }
            result[anchor] = target(page, y, setup)
        }
        return result
    }

    private static func target(_ page: Int, _ y: Double, _ setup: PageSetup) -> String {
        let top = max(0, setup.margins.top + y - 12)
        return "page=\(page) pos=[0 \(Int(top.rounded()))]"
    }
}
