internal import Platform

/// Sets documents as PDF: pango shapes, cairo writes.
///
/// One document at a time, on a thread of its own. The libraries are loaded and the fonts opened by the first document;
/// they stay, with the words that were already shaped, so that the next one is faster.
///
/// Equal documents become equal bytes, as long as the fonts are the same.
package actor Typesetter {
    private let executor = BlockingExecutor(name: "typesetter")
    private let limits: DocumentLimits
    private var fonts: FontLibrary?

    package init(limits: DocumentLimits = DocumentLimits()) {
        self.limits = limits
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The document as a PDF file (1.5, tagged).
    ///
    /// - Throws: ``TypesettingError``; also `cancelled` when the task is cancelled between two blocks or pages.
    @inline(never)
    package func pdf(of document: Document) throws(TypesettingError) -> [UInt8] {
        try check(document)
        let fonts = try fontLibrary(for: document.theme.fonts)
        var measured = try measure(document, by: fonts)
        let canvas = try Canvas(document.page, bytesMax: limits.fileBytesMax)
        try measured.draw(document, on: canvas)
        var file = try canvas.finish()
        FileFinisher.nameEachPictureOnce(in: &file)
        guard FileFinisher.addCatalogEntries(to: &file, language: document.metadata.language) else {
            throw TypesettingError(.failed, "the file does not end as cairo ends files")
        }
        return file
    }

    private func fontLibrary(for source: FontSource) throws(TypesettingError) -> FontLibrary {
        if let fonts, fonts.source == source, !fonts.isWornOut { return fonts }
        let opened = try FontLibrary(source)
        fonts = opened
        return opened
    }

    // MARK: Measuring

    /// A document that is ready to be drawn.
    private struct Measured {
        let items: [MeasuredItem]
        let pictures: PictureStore
        let pages: [PageLayout]
        let shaper: TextShaper

        mutating func draw(_ document: Document, on canvas: Canvas) throws(TypesettingError) {
            var drawer = try DocumentDrawer(
                document: document, items: items, pictures: pictures, pages: pages, shaper: shaper, canvas: canvas)
            try drawer.draw()
        }
    }

    private func measure(_ document: Document, by fonts: FontLibrary) throws(TypesettingError) -> Measured {
        let anchors = Self.anchors(in: document.blocks)
        let shaper = TextShaper(
            fonts: fonts, text: ShapedText(),
            variant: CJKVariant(language: document.metadata.language) ?? .simplifiedChinese,
            linkColor: document.theme.accents.first
        ) { link in
            switch link {
            case .web(let address): LinkAddress.web(address) != nil
            case .anchor(let name): anchors.contains(name)
            }
        }
        var measurer = BlockMeasurer(theme: document.theme, page: document.page, limits: limits, shaper: shaper)
        for block in document.blocks {
            if Task.isCancelled { throw TypesettingError(.cancelled, "the task was cancelled") }
            try measurer.append(block)
        }
        var paginator = Paginator(pageHeight: document.page.textHeight)
        var pages: [PageLayout] = []
        for item in measurer.items {
            pages += paginator.add(item.flow)
            guard pages.count < limits.pagesMax else {
                throw TypesettingError(.tooLarge, "more than \(limits.pagesMax) pages")
            }
        }
        pages += paginator.finish()
        return Measured(items: measurer.items, pictures: measurer.pictures, pages: pages, shaper: shaper)
    }

    // MARK: Checks

    private func check(_ document: Document) throws(TypesettingError) {
        guard document.page.isUsable else {
            throw TypesettingError(.pageUnusable, "the page has no room for text")
        }
        guard document.blocks.count <= limits.blocksMax else {
            throw TypesettingError(.tooLarge, "more than \(limits.blocksMax) blocks")
        }
        guard document.theme.sizes.allSatisfy({ $0.isFinite && (1...400).contains($0) }) else {
            throw TypesettingError(.pageUnusable, "a size of letters in the theme is not between 1 and 400 points")
        }
        var bytes = 0
        for block in document.blocks { bytes += block.textBytes }
        guard bytes <= limits.textBytesMax else {
            throw TypesettingError(.tooLarge, "more than \(limits.textBytesMax) bytes of text")
        }
    }

    private static func anchors(in blocks: [Block]) -> Set<String> {
        var names: Set<String> = []
        for block in blocks {
            switch block {
            case .heading(let heading): if let anchor = heading.anchor { names.insert(anchor) }
            case .paragraph(let paragraph): if let anchor = paragraph.anchor { names.insert(anchor) }
            case .turn(let turn): if let anchor = turn.anchor { names.insert(anchor) }
            default: break
            }
        }
        return names
    }
}
